from __future__ import annotations

import io
import lzma
import shutil
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strata.debian.packages import section as compressed
from strata.debian.packages import tar as package_tar
from strata.debian.packages.archive import DebianArchive, read_archive
from strata.errors import StrataError
from strata.oci.entry import Directory, File, Symlink
from support.debian_packages import Member, ar, directory, symlink, tar, write_deb

REFUSED = (
    "\nFix: leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
)
DAMAGED = "\nFix: fetch the package again; if that does not help, the mirror serves a file that Debian did not build."
TOO_LARGE = f"{DAMAGED[:-1]}; or, for a file that you trust, raise the limit in `[strata-limits]` of pants.toml."

HONEST = [
    directory("./"),
    directory("./usr/"),
    Member("./usr/bin/tool", b"#!/bin/sh\n", mode=0o755),
    Member("./usr/bin/same", kind=tarfile.LNKTYPE, link="./usr/bin/tool"),
    symlink("./etc/tool.conf", "../usr/share/tool.conf"),
    directory("./tmp/", 0o1777),
]


def read(path: Path) -> DebianArchive:
    scratch = path.with_suffix(".scratch")
    scratch.mkdir()
    return read_archive(path, package="sample", version="1.0", scratch=scratch)


def read_members(tmp_path: Path, *members: Member) -> DebianArchive:
    return read(write_deb(tmp_path / "sample.deb", members))


def message_of(tmp_path: Path, *members: Member) -> str:
    with pytest.raises(StrataError) as caught:
        read_members(tmp_path, *members)
    return str(caught.value)


def message_of_bytes(tmp_path: Path, contents: bytes) -> str:
    path = tmp_path / "sample.deb"
    path.write_bytes(contents)
    with pytest.raises(StrataError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("compression", [".xz", ".gz", ""])
def test_an_honest_package(tmp_path: Path, compression: str) -> None:
    archive = read(write_deb(tmp_path / "sample.deb", HONEST, compression=compression))
    tool = archive.entries[1]
    assert isinstance(tool, File)
    assert isinstance(tool.source, Path)
    assert tool.source.read_bytes() == b"#!/bin/sh\n"
    assert archive.entries == (
        Directory("usr"),
        File("usr/bin/tool", tool.source, 0o755),
        File("usr/bin/same", tool.source, 0o755),
        Symlink("etc/tool.conf", "../usr/share/tool.conf"),
        Directory("tmp", 0o1777),
    )
    assert archive.control == "Package: sample\nVersion: 1.0\nArchitecture: amd64\n"
    assert archive.md5sums == f"{'0' * 32}  sample\n"


def test_contents_go_into_numbered_files(tmp_path: Path) -> None:
    read_members(tmp_path, *HONEST)
    assert [path.name for path in (tmp_path / "sample.scratch").iterdir()] == ["2"]


def test_paths_are_those_of_a_merged_usr(tmp_path: Path) -> None:
    archive = read_members(
        tmp_path,
        directory("lib"),
        directory("usr/lib"),
        symlink("lib/libx.so", "libx.so.1"),
        symlink("bin", "usr/bin"),
    )
    assert archive.entries == (
        Directory("usr/lib"),
        Symlink("usr/lib/libx.so", "libx.so.1"),
        Symlink("bin", "usr/bin"),
    )


def test_names_that_are_too_long_for_a_header(tmp_path: Path) -> None:
    name = "usr/share/" + "ő" * 200
    (entry,) = read_members(tmp_path, symlink(name, "x" * 300)).entries
    assert entry == Symlink(name, "x" * 300)


def outside(member: str, reason: str) -> str:
    return f"sample: The package tries to write outside its root with {member!r}.\nFound:\n  {reason}{REFUSED}"


@pytest.mark.parametrize(
    "members, member, reason",
    [
        ([Member("/etc/passwd")], "/etc/passwd", "an absolute path"),
        ([Member("./usr/../../etc/passwd")], "./usr/../../etc/passwd", "a path with `..`"),
        (
            [symlink("./out", "/etc"), Member("./out/passwd")],
            "out/passwd",
            "it lies below 'out', a link to '/etc'",
        ),
        (
            [Member("./out/passwd"), symlink("./out", "/etc")],
            "out/passwd",
            "it lies below 'out', a link to '/etc'",
        ),
        ([symlink("./usr/out", "../../etc")], "./usr/out", "a link to '../../etc', above the root"),
        ([symlink("./bin", "/etc")], "./bin", "a link to '/etc', not to usr/bin"),
        (
            [Member("./shadow", kind=tarfile.LNKTYPE, link="/etc/shadow")],
            "./shadow",
            "a hard link to '/etc/shadow', no earlier file of the package",
        ),
        (
            [Member("./shadow", kind=tarfile.LNKTYPE, link="../etc/shadow")],
            "./shadow",
            "a hard link to '../etc/shadow', no earlier file of the package",
        ),
        (
            [Member("./shadow", kind=tarfile.LNKTYPE, link="etc/shadow")],
            "./shadow",
            "a hard link to 'etc/shadow', no earlier file of the package",
        ),
        (
            [symlink("./link", "/etc/shadow"), Member("./shadow", kind=tarfile.LNKTYPE, link="link")],
            "./shadow",
            "a hard link to 'link', no earlier file of the package",
        ),
    ],
)
def test_members_that_would_leave_the_root(tmp_path: Path, members: list[Member], member: str, reason: str) -> None:
    assert message_of(tmp_path, *members) == outside(member, reason)


@pytest.mark.parametrize(
    "kind, described",
    [
        (tarfile.CHRTYPE, "a character device"),
        (tarfile.BLKTYPE, "a block device"),
        (tarfile.FIFOTYPE, "a named pipe"),
        (tarfile.CONTTYPE, "tar type b'7'"),
    ],
)
def test_members_that_are_no_files(tmp_path: Path, kind: bytes, described: str) -> None:
    assert message_of(tmp_path, Member("./dev/thing", kind=kind)) == (
        "sample: The package contains './dev/thing', which is neither a file nor a directory nor a link.\n"
        f"Found:\n  {described}{REFUSED}"
    )


@pytest.mark.parametrize("mode", [0o4755, 0o2755])
def test_setuid_and_setgid(tmp_path: Path, mode: int) -> None:
    assert message_of(tmp_path, Member("./usr/bin/su", mode=mode)) == (
        "sample: The package contains './usr/bin/su', which runs with the rights of its owner or group.\n"
        f"Found:\n  mode {mode:04o}: setuid or setgid\n"
        "Fix: leave the package out: a container gets its user from the image, and programs must not change it."
    )


@pytest.mark.parametrize(
    "members, member",
    [
        ([Member("./etc/x"), Member("etc/x")], "etc/x"),
        ([Member("./lib/x"), Member("./usr/lib/x")], "./usr/lib/x"),
    ],
)
def test_a_member_twice(tmp_path: Path, members: list[Member], member: str) -> None:
    assert message_of(tmp_path, *members) == f"sample: The package contains {member!r} twice.{DAMAGED}"


def damaged(detail: str) -> str:
    return f"sample: The package file cannot be read.\nFound:\n  {detail}{DAMAGED}"


def test_a_file_below_a_file(tmp_path: Path) -> None:
    assert message_of(tmp_path, Member("./a"), Member("./a/b")) == damaged("'a/b' lies below 'a', a file")


def test_a_bomb_is_measured_by_the_declared_size(tmp_path: Path) -> None:
    path = write_deb(tmp_path / "sample.deb", [Member("./zeros", bytes(20 << 20))], installed_size=1)
    with pytest.raises(StrataError) as caught:
        read(path)
    assert str(caught.value) == (
        "sample: The package file holds more than it may: bytes in data.tar.xz over the limit of 16779264." + TOO_LARGE
    )
    assert sum(file.stat().st_size for file in (tmp_path / "sample.scratch").iterdir()) <= 17 << 20


def test_a_declared_size_makes_room(tmp_path: Path) -> None:
    path = write_deb(tmp_path / "sample.deb", [Member("./zeros", bytes(20 << 20))], installed_size=20 << 10)
    assert len(read(path).entries) == 1


def test_a_compression_that_is_not_supported(tmp_path: Path) -> None:
    path = write_deb(tmp_path / "sample.deb", HONEST, compression=".zst")
    with pytest.raises(StrataError) as caught:
        read(path)
    assert str(caught.value) == (
        "sample: The package file is compressed in a way that is not supported.\n"
        "Found:\n  control.tar.zst; supported: .xz, .gz, .tar\n"
        "Fix: take the package from Debian itself, which compresses with xz."
    )


CONTROL = ("control.tar", tar([Member("control", b"Package: sample\nVersion: 1.0\n")]))
DATA = ("data.tar", tar(HONEST))
FORMAT = ("debian-binary", b"2.0\n")


@pytest.mark.parametrize(
    "contents, detail",
    [
        (b"", "it does not start like an ar archive"),
        (ar(FORMAT, CONTROL), "it has the parts debian-binary, control.tar, not debian-binary, control.tar, data.tar"),
        (ar(("debian-binary", b"3.0\n"), CONTROL, DATA), "it is not of format 2"),
        (ar(FORMAT, CONTROL, DATA) + b"garbage", "there is no ar header at byte 20672"),
        (ar(FORMAT, CONTROL, DATA)[:-512], "data.tar ends 512 bytes after the end of the file"),
        (ar(FORMAT, ("control.tar", tar([])), DATA), "it has no control file"),
        (
            ar(FORMAT, ("control.tar", tar([Member("control", b"\xff")])), DATA),
            "control is not UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
        (
            ar(FORMAT, CONTROL, ("data.tar", tar(HONEST)[:700])),
            "data.tar ends without the two empty blocks that end a tar archive",
        ),
        (ar(FORMAT, CONTROL, ("data.tar", tar([Member("x", bytes(9))])[:520])), "data.tar ends in the middle of 'x'"),
        (ar(FORMAT, CONTROL, ("data.tar", tar(HONEST) + b"x")), "data.tar has bytes after the end of its tar archive"),
        (
            ar(FORMAT, CONTROL, ("data.tar.xz", lzma.compress(tar(HONEST))[:-4])),
            "data.tar.xz is truncated",
        ),
        (
            ar(FORMAT, CONTROL, ("data.tar.xz", lzma.compress(tar(HONEST)) + b"more")),
            "data.tar.xz goes on after its end",
        ),
        (ar(FORMAT, CONTROL, ("data.tar.xz", b"garbage" * 9)), "data.tar.xz: Input format not supported by decoder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_damage(tmp_path: Path, contents: bytes, detail: str) -> None:
    assert message_of_bytes(tmp_path, contents) == damaged(detail)


def test_sparse_files_are_refused_as_dpkg_refuses_them(tmp_path: Path) -> None:
    assert message_of(tmp_path, Member("./usr/sparse", kind=tarfile.GNUTYPE_SPARSE)) == (
        "sample: The package contains './usr/sparse', which is neither a file nor a directory nor a link.\n"
        f"Found:\n  tar type b'S'{REFUSED}"
    )


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    data = tar([Member("usr/caf\udce9")])
    assert message_of_bytes(tmp_path, ar(FORMAT, CONTROL, ("data.tar", data))) == damaged(
        "a name is not UTF-8: 'utf-8' codec can't decode byte 0xe9 in position 7: unexpected end of data"
    )


def test_more_members_than_a_package_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_tar, "MEMBERS", len(HONEST))
    assert len(read_members(tmp_path, *HONEST).entries) == 5
    (tmp_path / "more").mkdir()
    assert message_of(tmp_path / "more", *HONEST, Member("./usr/more")) == (
        f"sample: The package file holds more than it may: members over the limit of {len(HONEST)}.{TOO_LARGE}"
    )


def test_pax_headers_are_refused_as_dpkg_refuses_them(tmp_path: Path) -> None:
    data = tar([Member("ő" * 90)], form=tarfile.PAX_FORMAT)
    assert message_of_bytes(tmp_path, ar(FORMAT, CONTROL, ("data.tar", data))) == (
        "sample: The package contains '././@PaxHeader', which is neither a file nor a directory nor a link.\n"
        f"Found:\n  tar type b'x'{REFUSED}"
    )


@pytest.mark.skipif(shutil.which("xz") is None, reason="the machine has no program xz")
def test_the_program_xz_serves_where_python_lacks_lzma(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "lzma", None)
    assert len(read_members(tmp_path, *HONEST).entries) == 5
    (tmp_path / "cut").mkdir()
    packed = lzma.compress(tar(HONEST))
    detail = "data.tar.xz: xz: (stdin): Unexpected end of input"
    assert message_of_bytes(tmp_path / "cut", ar(FORMAT, CONTROL, ("data.tar.xz", packed[:-4]))) == damaged(detail)


def test_neither_lzma_nor_xz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "lzma", None)
    monkeypatch.setenv("PATH", "")
    assert message_of(tmp_path, *HONEST) == (
        "sample: Debian compresses its files with xz, which this machine cannot read.\n"
        "Found:\n  a Python without the module lzma, and no program `xz` on PATH\n"
        "Fix: install the program `xz` (Debian's package xz-utils), or use a Python that has the module lzma."
    )


def reads_or_refuses(contents: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory, suppress(StrataError):
        path = Path(directory, "sample.deb")
        path.write_bytes(contents)
        read(path)


STORED = ar(FORMAT, CONTROL, DATA)
PACKED = ar(FORMAT, CONTROL, ("data.tar.xz", lzma.compress(tar(HONEST))))


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_garbage_is_refused(garbage: bytes) -> None:
    reads_or_refuses(garbage)
    reads_or_refuses(ar(FORMAT, CONTROL, ("data.tar", garbage)))
    reads_or_refuses(ar(FORMAT, ("control.tar.gz", garbage), DATA))


@given(st.sampled_from([STORED, PACKED]), st.data())
@settings(deadline=None, max_examples=200)
def test_damage_anywhere_is_refused_or_harmless(archive: bytes, data: st.DataObject) -> None:
    damaged_archive = io.BytesIO(archive)
    damaged_archive.seek(data.draw(st.integers(0, len(archive) - 1)))
    damaged_archive.write(data.draw(st.binary(min_size=1, max_size=16)))
    reads_or_refuses(damaged_archive.getvalue())
