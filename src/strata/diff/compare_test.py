"""Whole tables: each is what a user reads."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from strata.attest.build_inputs import BuildInputs, Input
from strata.diff.compare import Comparison, Side, compare, explained
from strata.diff.contents import APP
from strata.diff.layout import LayoutReader
from strata.diff.report import to_table
from strata.layers.app import IMAGE_ROOT
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Directory, Entry, File, Layer, Symlink
from support.images import AMD64, Build, layer, undescribed, write_layout

BASE = Build()


def comparisons(root: Path) -> list[Comparison]:
    """Of the layouts `old` and `new`."""
    before, after = LayoutReader.named(str(root / "old")), LayoutReader.named(str(root / "new"))
    return [explained(each, before.open_blob, after.open_blob) for each in compare("web", before.side(), after.side())]


def table(root: Path, build: Build) -> str:
    """Without the title, which has digests."""
    BASE.write(root / "old")
    build.write(root / "new")
    return to_table(comparisons(root)).partition("\n")[2]


def lines(*causes: str) -> str:
    return "".join(f"{cause}\n" for cause in causes)


def test_nothing_changed(tmp_path: Path) -> None:
    digest = BASE.write(tmp_path / "old").manifest_descriptor.digest
    BASE.write(tmp_path / "new")
    assert to_table(comparisons(tmp_path)) == lines(
        f"web linux/amd64: the same, {digest[:19]}",
        "LAYER           CHANGE  SIZE  CAUSE",
        "1 os-packages   same     180",
        "2 interpreter   same     182",
        "3 dependencies  same     192",
        "4 app           same     159",
    )
    assert to_table(comparisons(tmp_path), only_changed=True) == "No image changed.\n"


def test_packages_and_the_installer(tmp_path: Path) -> None:
    build = replace(BASE, packages={"click": "8.2.1", "numpy": "2.1.1", "six": "1.17.0"}, installer="uv 0.9.7")
    assert table(tmp_path, build) == lines(
        "LAYER           CHANGE        SIZE  CAUSE",
        "1 os-packages   same           180",
        "2 interpreter   same           182",
        "3 dependencies  changed  209 (+17)  numpy 2.1.0 → 2.1.1",
        "                                    six 1.17.0 added",
        "                                    installed by pip 25.2 → uv 0.9.7",
        "4 app           same           159",
    )


def test_another_installer_alone_changes_no_byte(tmp_path: Path) -> None:
    assert table(tmp_path, replace(BASE, installer="pip 25.3")) == lines(
        "LAYER           CHANGE   SIZE  CAUSE",
        "1 os-packages   same      180",
        "2 interpreter   same      182",
        "3 dependencies  rebuilt   192  rebuilt to the same bytes: installed by pip 25.2 → 25.3",
        "4 app           same      159",
    )
    assert [each.changed for each in comparisons(tmp_path)] == [False]


def test_interpreter_and_base_of_a_point_release(tmp_path: Path) -> None:
    assert table(tmp_path, replace(BASE, openssl="3.5.7", cpython="3.13.6")) == lines(
        "LAYER           CHANGE   SIZE  CAUSE",
        "1 os-packages   changed   180  Debian libssl3t64 3.5.6 → 3.5.7",
        "                               made on CPython 3.13.5 → 3.13.6",
        "2 interpreter   changed   182  CPython 3.13.5 → 3.13.6",
        "                               Debian python3.13 3.13.5 → 3.13.6",
        "                               made on CPython 3.13.5 → 3.13.6",
        "3 dependencies  rebuilt   192  rebuilt to the same bytes: made on CPython 3.13.5 → 3.13.6",
        "4 app           rebuilt   159  rebuilt to the same bytes: made on CPython 3.13.5 → 3.13.6",
    )


def test_app_files_and_settings(tmp_path: Path) -> None:
    runtime = RuntimeConfig(
        ("python", "-m", "main"), env={"GREETING": "hi"}, labels={"team": "web"}, exposed_ports=("80/tcp",)
    )
    build = replace(BASE, app={"main.py": "2", "new.py": "1"}, runtime=runtime)
    assert table(tmp_path, build) == lines(
        "LAYER           CHANGE       SIZE  CAUSE",
        "1 os-packages   same          180",
        "2 interpreter   same          182",
        "3 dependencies  same          192",
        "4 app           changed  157 (-2)  /app/lib/a.py removed",
        "                                   /app/main.py edited",
        "                                   /app/new.py added",
        "settings        changed            Env GREETING: hi added",
        "                                   ExposedPorts 80/tcp: exposed added",
        "                                   Labels team: web added",
        "                                   User: 65532 removed",
    )


def test_of_long_settings_the_difference_is_shown(tmp_path: Path) -> None:
    words = " ".join(map(str, range(100)))
    for name, text in (("old", words), ("new", words.replace("51", "fifty-one"))):
        replace(BASE, runtime=RuntimeConfig(env={"WORDS": text})).write(tmp_path / name)
    (comparison,) = comparisons(tmp_path)
    assert [cause.text for cause in comparison.settings] == [
        "Env WORDS: …4 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 6… → "
        "…4 45 46 47 48 49 50 fifty-one 52 53 54 55 56 57 58 59 60 61 …"
    ]


def test_files_are_called_by_their_paths_in_the_repository(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    replace(BASE, app={"main.py": "2"}).write(tmp_path / "new")
    before, after = (LayoutReader.named(str(tmp_path / name)).side() for name in ("old", "new"))
    (comparison,) = compare("web", before, replace(after, sources={"/app/main.py": "src/web/main.py"}))
    assert [cause.text for cause in comparison.layers[3].causes] == ["/app/lib/a.py removed", "src/web/main.py edited"]


def test_inputs_without_a_name(tmp_path: Path) -> None:
    image = BASE.write(tmp_path / "old")
    BASE.write(tmp_path / "new")
    digest = image.layers[3].descriptor.digest
    for inputs, expected in (
        ({"strata": "2", "files": "2"}, ["the code of Strata changed"]),
        ({"strata": "1", "files": "2"}, ["other input files changed"]),
        ({"strata": "1", "files": "1", "wheels": "1"}, ["wheels changed"]),
    ):
        for name, values in (("old", {"strata": "1", "files": "1"}), ("new", inputs)):
            layers = {digest: {key: Input("", value) for key, value in values.items()}}
            record = BuildInputs(image.manifest_descriptor.digest, layers)
            (tmp_path / f"{name}.inputs.json").write_bytes(record.to_bytes())
        assert causes(tmp_path)[3] == expected


def test_without_records_rebuilds_are_not_known(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old", record=False)
    BASE.write(tmp_path / "new")
    assert to_table(comparisons(tmp_path)).splitlines()[-1] == (
        "No build records on both sides: a layer that is the same may have been rebuilt."
    )


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version":2,"image":"","layers":{}}', b"\xff"])
def test_records_that_are_none_count_as_missing(tmp_path: Path, content: bytes) -> None:
    BASE.write(tmp_path / "old")
    BASE.write(tmp_path / "new")
    (tmp_path / "old.inputs.json").write_bytes(content)
    assert [each.rebuilds_known for each in comparisons(tmp_path)] == [False]


def test_a_record_of_another_image_counts_as_missing(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    replace(BASE, openssl="4").write(tmp_path / "new")
    (tmp_path / "new.inputs.json").write_bytes((tmp_path / "old.inputs.json").read_bytes())
    assert [each.rebuilds_known for each in comparisons(tmp_path)] == [False]


def test_app_lies_where_its_layer_has_it() -> None:
    assert f"/{IMAGE_ROOT}" == APP


# Layers that need other words


def write(root: Path, *layers: Layer) -> None:
    write_layout(root, [Image.assemble(AMD64, layers, RuntimeConfig(), annotations={})])


def causes(root: Path) -> list[list[str]]:
    (comparison,) = comparisons(root)
    return [[cause.text for cause in row.causes] for row in comparison.layers]


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
    write(tmp_path / "new", replace(new, contents={**new.contents, "format": 3, "fonts": ["x"]}))
    assert causes(tmp_path) == [['fonts: ["x"] added', "output format 2 → 3"]]


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
        "No build records on both sides: a layer that is the same may have been rebuilt.",
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
            "web linux/arm64",
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
