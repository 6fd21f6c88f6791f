"""Files of images, as layers list them."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from strata.image_tests.files import file_outcome
from strata.image_tests.tree import ImageTree
from strata.layouts.layout import Layout
from strata.protocol.images.try_image import FileCase
from strata.run.store import LayerStore
from support.oci.layouts import compressed, write_example

Member = tuple[tarfile.TarInfo, bytes]


def member(name: str, content: bytes = b"", **fields: Any) -> Member:
    found = tarfile.TarInfo(name)
    found.size = len(content)
    for field, value in fields.items():
        setattr(found, field, value)
    return found, content


def link(name: str, target: str) -> Member:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def folder(name: str, mode: int = 0o755) -> Member:
    return member(name, type=tarfile.DIRTYPE, mode=mode)


def layer(members: list[Member]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return compressed(data.getvalue())


def tree(tmp_path: Path, *layers: list[Member]) -> ImageTree:
    write_example(tmp_path / "layout", blobs=[layer(members) for members in layers])
    layout = Layout.open(tmp_path / "layout")
    (manifest,) = layout.manifests()
    store = LayerStore(tmp_path / "cache")
    return ImageTree(store.layer(layout, each) for each in manifest.layers)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> ImageTree:
    lower = [
        folder("usr"),
        folder("usr/bin"),
        member("usr/bin/tool", b"#!x\n", mode=0o4750, uid=5, gid=6),
        link("bin", "usr/bin"),
        link("loop", "/loop"),
        folder("tmp", 0o1777),
        member("etc/gone", b"old"),
        member("etc/kept", b"version = 12\n", mode=0o640),
        member("var/old/a", b""),
        member("usr/share/data", type=tarfile.LNKTYPE, linkname="etc/kept"),
    ]
    upper = [member("etc/.wh.gone"), member("var/old/.wh..wh..opq"), member("var/old/b", b""), link("etc/link", "kept")]
    return tree(tmp_path_factory.mktemp("image"), lower, upper)


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "/"},
        {"path": "/", "uid": 0, "gid": 0, "permissions": "drwxr-xr-x"},
        {"path": "/bin", "permissions": "Lrwxrwxrwx"},
        {"path": "/bin/tool", "permissions": "urwxr-x---", "uid": 5, "gid": 6, "executable_by": "group"},
        {"path": "/bin/../bin/tool", "executable_by": "any"},
        {"path": "tmp/", "permissions": "dtrwxrwxrwx"},
        {"path": "/var/old/b"},
        {"path": "/usr/bin/../share/data", "permissions": "-rw-r-----", "expected": ("version",)},
        {"path": "/etc/link", "expected": (r"version = \d+", "12"), "excluded": ("^12",)},
        {"path": "/etc/gone", "exists": False},
        {"path": "/var/old/a", "exists": False},
        {"path": "/bin/tool/x", "exists": False},
    ],
)
def test_what_is_as_expected(image: ImageTree, fields: dict[str, Any]) -> None:
    assert file_outcome(FileCase("name", **fields), image).problems == []


@pytest.mark.parametrize(
    "fields, problems",
    [
        ({"path": "/etc/gone"}, ["/etc/gone is not there"]),
        ({"path": "/bin/tool", "exists": False}, ["/bin/tool is there: urwxr-x---"]),
        (
            {"path": "/bin/tool", "permissions": "-rwxr-x---", "uid": 0, "gid": 0, "executable_by": "other"},
            [
                "/bin/tool has the permissions urwxr-x---, not -rwxr-x---",
                "/bin/tool with the permissions urwxr-x--- is not executable by other",
                "/bin/tool belongs to the user 5, not 0",
                "/bin/tool belongs to the group 6, not 0",
            ],
        ),
        (
            {"path": "/etc/kept", "expected": ("^13",), "excluded": (r"\d+",)},
            ["/etc/kept does not match '^13'", r"/etc/kept matches '\\d+': '12'"],
        ),
        ({"path": "/usr", "expected": ("x",)}, ["/usr is not a file with a content"]),
        ({"path": "/loop/x"}, ["/loop/x cannot be followed: it leads through more than 40 links"]),
    ],
)
def test_what_is_not(image: ImageTree, fields: dict[str, Any], problems: list[str]) -> None:
    assert file_outcome(FileCase("name", **fields), image).problems == problems


def test_a_directory_in_the_place_of_a_link(tmp_path: Path) -> None:
    image = tree(tmp_path, [folder("a"), link("b", "a"), member("a/f")], [folder("b"), member("b/g")])
    paths = ("/a/f", "/a/g", "/b/f", "/b/g")
    assert [path for path in paths if image.find(path)] == ["/a/f", "/b/g"]


def test_a_file_in_the_place_of_a_directory(tmp_path: Path) -> None:
    image = tree(tmp_path, [folder("a"), member("a/f")], [member("a", b"new")])
    assert image.find("/a/f") is None
    assert image.read("/a", 10) == b"new"
