"""Layers that anybody may have written, unpacked and put together."""

from __future__ import annotations

import os
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.run.rootfs import RootFiles
from strata.run.store import LayerStore
from strata.run.unpacked import unpacked
from support.oci.layouts import compressed, tar_with, write_example


def member(name: str, **fields: Any) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    for field, value in {"uid": os.geteuid(), "gid": os.getegid(), **fields}.items():
        setattr(found, field, value)
    return found


def link(name: str, target: str) -> tarfile.TarInfo:
    return member(name, type=tarfile.SYMTYPE, linkname=target)


def hard_link(name: str, target: str) -> tarfile.TarInfo:
    return member(name, type=tarfile.LNKTYPE, linkname=target)


def folder(name: str, mode: int = 0o755) -> tarfile.TarInfo:
    return member(name, type=tarfile.DIRTYPE, mode=mode)


@contextmanager
def image(tmp_path: Path, *layers: list[tarfile.TarInfo], copies: bool = False) -> Iterator[RootFiles]:
    number = len(list(tmp_path.iterdir()))
    layout = tmp_path / f"layout{number}"
    write_example(layout, blobs=[compressed(tar_with(*members)) for members in layers])
    opened = Layout.open(layout)
    (manifest,) = opened.manifests()
    store = LayerStore(tmp_path / "cache")
    yield unpacked(opened, manifest, tmp_path / f"root{number}", store, copies=copies)


def files(root: RootFiles) -> list[str]:
    return sorted(str(path.relative_to(root.folder)) for path in root.folder.rglob("*"))


def test_files_links_and_modes(tmp_path: Path) -> None:
    members = [folder("a", 0o1777), member("a/f", size=3, mode=0o4750), link("l", "/a/f"), hard_link("h", "a/f")]
    with image(tmp_path, members) as root:
        assert files(root) == ["a", "a/f", "h", "l"]
        found = (root.folder / "a/f").stat()
        # A setuid file does not lie in a cache.
        assert (oct(found.st_mode), found.st_size) == ("0o100750", 3)
        assert (root.folder / "a").stat().st_mode & 0o7777 == 0o1777
        assert os.readlink(root.folder / "l") == "/a/f"
        assert (root.folder / "h").samefile(root.folder / "a/f")


def test_a_higher_layer_replaces_and_hides(tmp_path: Path) -> None:
    lower = [
        *(member("a/gone"), member("a/kept"), member("b/x"), member("b/y/z"), member("c"), link("d", "b")),
        member("e/f", size=1),
    ]
    # Whiteouts concern lower layers alone, wherever they stand.
    upper = [member("b/new"), member("a/.wh.gone"), member("b/.wh..wh..opq"), folder("c"), folder("d"), link("e", "a")]
    with image(tmp_path, lower, upper) as root:
        assert files(root) == ["a", "a/kept", "b", "b/new", "c", "d", "e"]
        assert not (root.folder / "d").is_symlink()


def test_links_are_followed_within_the_root(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    up = "../" * 20
    members = [link("a", f"{up}{outside}"), member("a/file"), link("b", str(outside)), hard_link("c", "b")]
    with image(tmp_path, members, [member("b/.wh.x"), member("b/other")]) as root:
        assert list(outside.iterdir()) == []
        assert (root.folder / str(outside).lstrip("/") / "file").exists()
        assert (root.folder / str(outside).lstrip("/") / "other").exists()
        assert root.find("/a/../../../nothing") is None


@pytest.mark.parametrize(
    "members, problem",
    [
        ([member("../x")], "the path '../x' leads out of it"),
        ([member("/x")], "the path '/x' leads out of it"),
        ([hard_link("x", "../../etc/passwd")], "'x' is a hard link to '../../etc/passwd', which is not there"),
        ([hard_link("x", "y")], "'x' is a hard link to 'y', which is not there"),
        ([link("x", "y"), link("y", "x"), member("x/z")], "'x' leads through more than 40 links"),
        ([member("x"), member("x/y")], "'x' is a file where a directory is needed"),
        ([member("x"), member("x/y/z")], "'x/y' leads through a file"),
        ([member(".wh...")], "'.wh...' hides no file"),
    ],
)
def test_other_layers_are_refused(tmp_path: Path, members: list[tarfile.TarInfo], problem: str) -> None:
    with pytest.raises(StrataError) as error, image(tmp_path, members):
        pass
    digest = str(error.value).split()[2]
    assert str(error.value) == (
        f"The layer {digest} cannot be unpacked: {problem}.\n"
        "Fix: build the image again; if it stands on the image of a registry, choose another base."
    )
    assert list(tmp_path.glob("cache/layers/new-*")) == []


def test_a_layer_is_unpacked_once(tmp_path: Path) -> None:
    with image(tmp_path, [member("a", size=1)], [member("b", size=1)]) as first:
        pass
    stored = {path: path.stat().st_ino for path in (tmp_path / "cache/layers").iterdir()}
    with image(tmp_path, [member("a", size=1)], [member("b", size=2)]) as second:
        assert (first.folder / "a").samefile(second.folder / "a")
    now = {path: path.stat().st_ino for path in (tmp_path / "cache/layers").iterdir()}
    assert len(stored) == 2
    assert len(now) == 3
    assert stored.items() < now.items()


def test_a_writable_root_is_a_copy(tmp_path: Path) -> None:
    with image(tmp_path, [member("a", size=1, mode=0o640)], copies=True) as root:
        (root.folder / "a").write_text("changed")
        assert (root.folder / "a").stat().st_mode & 0o777 == 0o640
    with image(tmp_path, [member("a", size=1, mode=0o640)]) as root:
        assert (root.folder / "a").read_text() == "x"


def test_a_damaged_layer_is_not_kept(tmp_path: Path) -> None:
    example = write_example(tmp_path / "layout")
    path = tmp_path / "layout" / example.layers[0]
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    layout = Layout.open(tmp_path / "layout")
    (manifest,) = layout.manifests()
    with pytest.raises(StrataError, match="has the digest"):
        LayerStore(tmp_path / "cache").layer(layout, manifest.layers[0])
    assert list((tmp_path / "cache/layers").iterdir()) == []


def test_layers_that_no_run_used_for_two_weeks_are_removed(tmp_path: Path) -> None:
    with image(tmp_path, [member("a")]):
        pass
    store = LayerStore(tmp_path / "cache")
    store.remove_unused(time.time() + 13 * 24 * 3600)
    assert len(list((tmp_path / "cache/layers").iterdir())) == 1
    store.remove_unused(time.time() + 15 * 24 * 3600)
    assert list((tmp_path / "cache/layers").iterdir()) == []
