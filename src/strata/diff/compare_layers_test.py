"""Layers that move, come from other builders, or are damaged."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from strata.diff.compare import Side, compare
from strata.diff.report import to_table
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import FORMAT, Directory, Entry, File, Layer, Symlink
from support.comparisons import BASE, causes, comparisons, table, write
from support.oci.images import AMD64, layer, undescribed, write_layout


def blobs(root: Path, name: str) -> Path:
    return root / name / "blobs" / "sha256"


def test_packages_that_move_between_layers(tmp_path: Path) -> None:
    def dependencies(name: str, **packages: str) -> Layer:
        return layer(blobs(tmp_path, name), {"kind": "dependencies", "packages": packages})

    write(tmp_path / "old", dependencies("old", a="1", b="1", c="1"), dependencies("old", x="1", y="1", z="1"))
    write(tmp_path / "new", dependencies("new", a="1", b="1"), dependencies("new", c="1", x="1", y="1", d="1"))
    assert causes(tmp_path) == [
        ["c 1 moved to another layer"],
        ["c 1 moved here from another layer", "d 1 added", "z 1 removed"],
    ]


def test_layers_of_files(tmp_path: Path) -> None:
    """They are paired by their paths, which begin at the root of the image."""

    def files(path: str, **files: str) -> Layer:
        described = {f"{path}/{name}": digest for name, digest in files.items()}
        return layer(blobs(tmp_path, "new"), {"kind": "files", "path": path, "files": described})

    write(tmp_path / "old", files("srv/www", a="1", b="1"), files("etc/app", c="1"))
    write(tmp_path / "new", files("etc/app", c="2"), files("srv/www", a="1", d="1"))
    assert causes(tmp_path) == [["/etc/app/c edited"], ["/srv/www/b removed", "/srv/www/d added"]]


def test_a_layer_for_each_wheel(tmp_path: Path) -> None:
    """Layers are paired by their packages, wherever they stand; one that goes and one that comes are no pair."""

    def dependencies(name: str, version: str, *, bytecode: bool = False) -> Layer:
        contents = {"kind": "dependencies", "packages": {name: version}, "bytecode": bytecode}
        return layer(blobs(tmp_path, "new"), contents)

    old = [dependencies("numpy", "1"), dependencies("click", "1"), dependencies("gone", "1"), dependencies("six", "1")]
    new = [dependencies("come", "1"), dependencies("numpy", "2"), dependencies("six", "1")]
    write(tmp_path / "old", *old)
    write(tmp_path / "new", *new, dependencies("click", "1", bytecode=True))
    (comparison,) = comparisons(tmp_path)
    assert [
        (row.layer.position, row.change.value, [cause.text for cause in row.causes]) for row in comparison.layers
    ] == [
        (1, "added", ["come 1 added"]),
        (2, "changed", ["numpy 1 → 2"]),
        (3, "same", []),
        (4, "changed", ["bytecode added"]),
        (3, "removed", ["gone 1 removed"]),
    ]


def test_a_package_that_moves_to_another_version_and_layer(tmp_path: Path) -> None:
    def dependencies(**packages: str) -> Layer:
        return layer(blobs(tmp_path, "new"), {"kind": "dependencies", "packages": packages, "bytecode": True})

    write(tmp_path / "old", dependencies(numpy="1", click="1", six="1"))
    write(tmp_path / "new", dependencies(numpy="2"), dependencies(click="1", six="1"))
    assert causes(tmp_path) == [["numpy 2 moved here from another layer, was 1"], ["numpy 1 moved to another layer"]]


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ({}, {"bytecode": True}, ["bytecode added"]),
        ({"bytecode": True}, {"bytecode": False}, ["bytecode removed"]),
        ({}, {"bytecode": False}, []),
        ({"bytecode": True}, {"bytecode": True, "testBytecode": False}, ["bytecode of tests removed"]),
        ({"bytecode": True, "testBytecode": False}, {"bytecode": True}, ["bytecode of tests added"]),
    ],
)
def test_bytecode(tmp_path: Path, before: dict[str, bool], after: dict[str, bool], expected: list[str]) -> None:
    for name, described in (("old", before), ("new", after)):
        contents: dict[str, Any] = {"kind": "app", "files": {}, **described}
        write(tmp_path / name, layer(blobs(tmp_path, name), contents, [File("a", b"1"), File(f"same/{name}", b"")]))
    assert [text for text in causes(tmp_path)[0] if "/" not in text] == expected


def test_a_layer_more_does_not_turn_the_others_around(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    image = BASE.write(tmp_path / "new")
    extra = layer(blobs(tmp_path, "new"), {"kind": "dependencies", "packages": {"six": "1"}})
    write(tmp_path / "new", extra, *image.layers[:3])
    (comparison,) = comparisons(tmp_path)
    assert [(row.layer.name, row.change.value) for row in comparison.layers] == [
        ("1 dependencies", "added"),
        ("2 os-packages", "same"),
        ("3 interpreter", "same"),
        ("4 dependencies", "same"),
        ("4 app", "removed"),
    ]


def test_output_format(tmp_path: Path) -> None:
    write(tmp_path / "old", layer(blobs(tmp_path, "old"), {"kind": "app", "files": {}}, [File("a", b"1")]))
    new = layer(blobs(tmp_path, "new"), {"kind": "app", "files": {}}, [File("a", b"2")])
    write(tmp_path / "new", replace(new, contents={**new.contents, "format": FORMAT + 1, "fonts": ["x"]}))
    assert causes(tmp_path) == [['fonts: ["x"] added', f"output format {FORMAT} → {FORMAT + 1}"]]


def test_what_the_description_does_not_tell_is_read_from_the_files(tmp_path: Path) -> None:
    many = {"kind": "app", "fileCount": 5000, "filesDigest": f"sha256:{'0' * 64}"}
    old: Sequence[Entry] = [
        File("app/a", b"1"),
        File("app/gone", b""),
        File("app/mode", b""),
        File("app/owner", b""),
        Symlink("app/link", "a"),
        Symlink("app/kind", "a"),
    ]
    new: Sequence[Entry] = [
        File("app/a", b"2"),
        File("app/mode", b"", 0o755),
        File("app/new", b""),
        File("app/owner", b"", uid=7),
        Symlink("app/link", "b"),
        Directory("app/kind"),
    ]
    write(tmp_path / "old", layer(blobs(tmp_path, "old"), many, old))
    write(tmp_path / "new", layer(blobs(tmp_path, "new"), many, new))
    assert causes(tmp_path) == [
        [
            "/app/a edited",
            "/app/gone removed",
            "/app/kind is a directory, was a symbolic link",
            "/app/link links to b, not to a",
            "/app/mode has mode 0755, not 0644",
            "/app/new added",
            "/app/owner belongs to 7:0, not to 0:0",
        ]
    ]


def test_layers_of_other_builders(tmp_path: Path) -> None:
    write(tmp_path / "old", undescribed(layer(blobs(tmp_path, "old"), {"kind": "x"}, [File("etc/x", b"1")])))
    new = undescribed(layer(blobs(tmp_path, "new"), {"kind": "x"}, [File("etc/x", b"2")]))
    write(tmp_path / "new", new)
    assert to_table(comparisons(tmp_path)).splitlines()[1:] == [
        "LAYER  CHANGE   SIZE  CAUSE",
        f"1      changed   {new.descriptor.size}  strata 5",
        "                      /etc/x edited",
        "No build inputs on one of the sides: a layer that is the same may have been rebuilt.",
    ]


def test_missing_and_damaged_blobs(tmp_path: Path) -> None:
    old = layer(blobs(tmp_path, "old"), {"kind": "app"}, [File("a", b"1")])
    write(tmp_path / "old", old)
    write(tmp_path / "new", layer(blobs(tmp_path, "new"), {"kind": "app"}, [File("a", b"2")]))
    path = tmp_path / "old" / old.descriptor.blob_path
    path.write_bytes(b"no tar")
    digest = old.descriptor.digest
    assert causes(tmp_path) == [
        [f"unknown: the blob {digest} has 6 bytes, but its descriptor says {old.descriptor.size}"]
    ]
    path.unlink()
    assert causes(tmp_path) == [[f"unknown: the blob {digest} is not there to look into"]]


def test_same_files_in_other_bytes(tmp_path: Path) -> None:
    old = layer(blobs(tmp_path, "old"), {"kind": "app"}, [File("a", b"1" * 1000)])
    write(tmp_path / "old", old)
    tar = gzip.decompress((tmp_path / "old" / old.descriptor.blob_path).read_bytes())
    for content, diff_id, expected in (
        (gzip.compress(tar, 1, mtime=0), old.diff_id, "the same files, compressed in another way"),
        (gzip.compress(tar + bytes(512), mtime=0), "", "the same files, packed in another way"),
    ):
        descriptor = Descriptor.of(old.descriptor.media_type, content)
        unpacked = diff_id or f"sha256:{hashlib.sha256(tar + bytes(512)).hexdigest()}"
        blobs(tmp_path, "new").mkdir(parents=True, exist_ok=True)
        (tmp_path / "new" / descriptor.blob_path).write_bytes(content)
        write(tmp_path / "new", Layer(descriptor, unpacked, old.contents))
        assert causes(tmp_path) == [[expected]]


def test_images_for_platforms_that_come_and_go(tmp_path: Path) -> None:
    image = BASE.write(tmp_path / "old")
    arm = replace(AMD64, architecture="arm64")
    write_layout(tmp_path / "new", [Image.assemble(arm, image.layers[:2], RuntimeConfig(), annotations={})])
    tables = [to_table([each]).splitlines() for each in comparisons(tmp_path)]
    assert [[line.split(": ")[0] if "sha256" in line else line for line in each] for each in tables] == [
        [
            "web linux/arm64/v8",
            "LAYER          CHANGE  SIZE  CAUSE",
            "1 os-packages  added    180  Debian base-files 13 added",
            "                             Debian libssl3t64 3.5.6 added",
            "2 interpreter  added    182  CPython 3.13.5 added",
            "                             Debian python3.13 3.13.5 added",
        ],
        [
            "web linux/amd64",
            "LAYER           CHANGE   SIZE  CAUSE",
            "1 os-packages   removed   180  Debian base-files 13 removed",
            "                               Debian libssl3t64 3.5.6 removed",
            "2 interpreter   removed   182  CPython 3.13.5 removed",
            "                               Debian python3.13 3.13.5 removed",
            "3 dependencies  removed   192  Python 3.13 removed",
            "                               click 8.2.1 removed",
            "                               numpy 2.1.0 removed",
            "4 app           removed   159  /app/lib/a.py removed",
            "                               /app/main.py removed",
        ],
    ]


def test_long_rows_end_with_a_count(tmp_path: Path) -> None:
    rows = table(tmp_path, replace(BASE, app={f"{number:02}.py": "1" for number in range(40)})).splitlines()
    assert rows[4].endswith("/app/00.py added")
    assert rows[-1].strip() == "and 30 more"
    assert len(rows) == 17


def test_nothing_on_either_side() -> None:
    assert compare("web", Side([]), Side([])) == []
