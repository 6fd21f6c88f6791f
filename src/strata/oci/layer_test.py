from __future__ import annotations

import gzip
import io
import os
import tarfile
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.oci import tar
from strata.oci.entry import Entry, unsafe
from strata.oci.layer import Directory, File, Layer, Symlink, write_layer
from strata.protocol.layer import WrittenLayer

CONTENTS = {"kind": "app"}
ENTRIES: list[Entry] = [
    File("app/main.py", b"print('hello')\n"),
    File("usr/bin/tool", b"\x7fELF" * 300, mode=0o755),
    Symlink("bin", "usr/bin"),
    Directory("tmp", mode=0o1777),
    Directory("home/nonroot", mode=0o700, uid=65532, gid=65532),
]


def tar_of(layer: Layer, blobs: Path) -> bytes:
    return gzip.decompress((blobs / layer.descriptor.digest[len("sha256:") :]).read_bytes())


def members(layer: Layer, blobs: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(tar_of(layer, blobs))) as archive:
        return archive.getmembers()


def test_layer_has_known_bytes(tmp_path: Path) -> None:
    layer = write_layer(ENTRIES, blobs=tmp_path, contents=CONTENTS)
    # A change of these digests changes the layers of every user: it belongs into the changelog.
    assert layer.diff_id == "sha256:1d5a81c045143768e0ccd3f9d14ca3da208f2dd861bd50d52e976df86691a75c"
    assert os.listdir(tmp_path) == [layer.descriptor.digest[len("sha256:") :]]


@pytest.mark.skipif("zlib-ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng compresses otherwise than zlib")
def test_blob_has_known_bytes(tmp_path: Path) -> None:
    layer = write_layer(ENTRIES, blobs=tmp_path, contents=CONTENTS)
    assert layer.written() == WrittenLayer(
        media_type="application/vnd.oci.image.layer.v1.tar+gzip",
        digest="sha256:cbaf3c88de39cb63b632f40736602688f9bd2c8aed4aa926c84a9af8a0a2cbde",
        size=303,
        diff_id=layer.diff_id,
        contents={"kind": "app", "format": 4},
    )
    assert Layer.of(layer.written()) == layer


def test_order_of_entries_and_kind_of_source_change_nothing(tmp_path: Path) -> None:
    big = os.urandom(1 << 20) * 3 + b"end"
    (tmp_path / "big").write_bytes(big)
    one = write_layer([*ENTRIES, File("big", big)], blobs=tmp_path / "one", contents=CONTENTS)
    other = write_layer([File("big", tmp_path / "big"), *reversed(ENTRIES)], blobs=tmp_path / "two", contents=CONTENTS)
    assert one == other


def test_host_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write_layer(ENTRIES, blobs=tmp_path / "one", contents=CONTENTS)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "POSIX")
    umask = os.umask(0o077)
    try:
        other = write_layer(ENTRIES, blobs=tmp_path / "two", contents=CONTENTS)
    finally:
        os.umask(umask)
    assert one == other


def test_every_parent_is_there_before_its_children(tmp_path: Path) -> None:
    layer = write_layer(
        [File("a/b/c", b""), File("a-b", b""), Directory("a", mode=0o700)], blobs=tmp_path, contents=CONTENTS
    )
    assert [(member.name, member.mode) for member in members(layer, tmp_path)] == [
        ("a", 0o700),
        ("a-b", 0o644),
        ("a/b", 0o755),
        ("a/b/c", 0o644),
    ]


@pytest.mark.parametrize(
    "path",
    [
        "with space",
        "line\nbreak",
        "tab\tand = sign",
        "Ünïcödé/文字",
        "n" * 100,
        "n" * 101,
        "ü" * 100,
        "/".join(["d" * 60] * 6),
        "-dash",
        "back\\slash",
        "trailing ",
    ],
)
def test_awkward_names_are_kept(tmp_path: Path, path: str) -> None:
    layer = write_layer([File(path, b"x"), Symlink("zlink", path)], blobs=tmp_path, contents=CONTENTS)
    found = {member.name: member for member in members(layer, tmp_path)}
    assert found[path].isreg()
    assert found["zlink"].linkname == path


def test_large_numbers_are_kept(tmp_path: Path) -> None:
    layer = write_layer([File("a", b"x", uid=3_000_000, gid=4_000_000_000)], blobs=tmp_path, contents=CONTENTS)
    (member,) = members(layer, tmp_path)
    assert (member.uid, member.gid) == (3_000_000, 4_000_000_000)


def test_size_that_no_header_field_holds_is_kept() -> None:
    assert b"19 size=8589934592\n" in tar.header(File("a", b""), 8**11)


def test_memory_does_not_grow_with_files(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as big:
        big.truncate(64 << 20)
    tracemalloc.start()
    layer = write_layer([File("big", tmp_path / "big")], blobs=tmp_path / "blobs", contents=CONTENTS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
    assert layer.descriptor.size < 1 << 20


def test_file_that_shrinks_is_an_error(tmp_path: Path) -> None:
    class Shrinking(type(tmp_path)):  # type: ignore[misc]
        def stat(self, **_: bool) -> os.stat_result:
            result = list(super().stat())
            result[6] += 1
            return os.stat_result(result)

    (tmp_path / "source").write_bytes(b"12")
    with pytest.raises(StrataError) as caught:
        write_layer([File("a", Shrinking(tmp_path / "source"))], blobs=tmp_path / "blobs", contents=CONTENTS)
    assert str(caught.value) == (
        f"The file {tmp_path}/source changed while it was written into a layer as 'a'.\n"
        "Fix: build again, when nothing else writes to the file."
    )
    assert os.listdir(tmp_path / "blobs") == []


REMOVE = "Fix: remove the file from what the layer is made of, or give it another name."


@pytest.mark.parametrize(
    "path, reason",
    [
        ("", "it is empty"),
        ("/etc/passwd", "it is absolute"),
        ("a/../../b", "it contains .."),
        ("..", "it contains .."),
        ("a//b", "it is not in its shortest form"),
        ("./a", "it is not in its shortest form"),
        ("a/", "it is not in its shortest form"),
        ("a\0b", "it contains a NUL"),
        ("a/.wh.b", "names that start with .wh. delete files of other layers"),
        ("a\udcff", "it is not valid Unicode"),
    ],
)
def test_unsafe_paths_are_errors(tmp_path: Path, path: str, reason: str) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([File(path, b"")], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == f"The path {path!r} cannot stand in an image layer: {reason}.\n{REMOVE}"


@pytest.mark.parametrize(
    "target, reason",
    [("", "it is empty"), ("a\0b", "it contains a NUL"), ("\udcff", "it is not valid Unicode")],
)
def test_unsafe_targets_are_errors(tmp_path: Path, target: str, reason: str) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([Symlink("a", target)], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == (
        f"The link 'a' cannot stand in an image layer because of its target {target!r}: {reason}.\n{REMOVE}"
    )


def test_two_entries_with_one_path_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([File("a", b"1"), Symlink("a", "b", uid=5)], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == (
        "Two different entries of one image layer have the path 'a'.\n"
        "Found:\n"
        "  a file, mode 0644, owner 0:0\n"
        "  a link to b, owner 5:0\n"
        f"{REMOVE}"
    )


def test_equal_directories_are_one(tmp_path: Path) -> None:
    layer = write_layer([Directory("a"), Directory("a")], blobs=tmp_path, contents=CONTENTS)
    assert [member.name for member in members(layer, tmp_path)] == ["a"]


def test_directories_that_differ_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([Directory("a"), Directory("a", mode=0o700)], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == (
        "Two different entries of one image layer have the path 'a'.\n"
        "Found:\n"
        "  a directory, mode 0755, owner 0:0\n"
        "  a directory, mode 0700, owner 0:0\n"
        f"{REMOVE}"
    )


def test_entry_below_a_link_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([Symlink("lib", "usr/lib"), File("lib/x/y", b"")], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == (
        "'lib/x/y' cannot stand in an image layer: 'lib' above it is no directory.\n"
        "Found:\n"
        "  a link to usr/lib, owner 0:0\n"
        "Fix: name the file by its real path, without a link in it."
    )


@pytest.mark.parametrize(
    "entry, found",
    [
        (File("a", b"", mode=0o4755), "a file, mode 4755, owner 0:0"),
        (File("a", b"", mode=0o2755), "a file, mode 2755, owner 0:0"),
        (Directory("a", mode=0o4755), "a directory, mode 4755, owner 0:0"),
    ],
)
def test_files_that_give_rights_are_errors(tmp_path: Path, entry: Entry, found: str) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([entry], blobs=tmp_path, contents=CONTENTS)
    assert str(caught.value) == (
        "'a' would run with the rights of its owner (setuid or setgid).\n"
        "Found:\n"
        f"  {found}\n"
        "Fix: remove the setuid and setgid bits: a container gets its user from the image's `user` field."
    )


NAMES = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=70)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join).filter(lambda path: unsafe(path) is None)
IDS = st.integers(0, 2**32 - 2)
MODES = st.integers(0, 0o1777)


@st.composite
def trees(draw: st.DrawFn) -> list[Entry]:
    """Entries of which none lies below a file or a link."""
    entries: dict[str, Entry] = {}
    for path in sorted(draw(st.sets(PATHS, max_size=8))):
        if any(path.startswith(f"{other}/") for other in entries):
            continue
        kind = draw(st.sampled_from(["file", "directory", "link"]))
        uid, gid = draw(IDS), draw(IDS)
        if kind == "file":
            entries[path] = File(path, draw(st.binary(max_size=1500)), draw(MODES), uid, gid)
        elif kind == "directory":
            entries[path] = Directory(path, draw(MODES), uid, gid)
        else:
            entries[path] = Symlink(path, draw(PATHS), uid, gid)
    return list(entries.values())


@settings(deadline=None)
@given(entries=trees())
def test_tarfile_reads_what_was_written(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    blobs = tmp_path_factory.mktemp("blobs")
    layer = write_layer(entries, blobs=blobs, contents=CONTENTS)
    found: dict[str, Entry] = {}
    with tarfile.open(fileobj=io.BytesIO(tar_of(layer, blobs))) as archive:
        for member in archive:
            assert (member.mtime, member.uname, member.gname) == (315532800, "", "")
            content = archive.extractfile(member) if member.isreg() else None
            if content:
                entry: Entry = File(member.name, content.read(), member.mode, member.uid, member.gid)
            elif member.isdir():
                entry = Directory(member.name, member.mode, member.uid, member.gid)
            else:
                entry = Symlink(member.name, member.linkname, member.uid, member.gid)
            found[member.name] = entry
    assert list(found) == sorted(found)
    written = {entry.path: entry for entry in entries}
    assert {path: entry for path, entry in found.items() if path in written} == written
    assert all(entry == Directory(path) for path, entry in found.items() if path not in written)
