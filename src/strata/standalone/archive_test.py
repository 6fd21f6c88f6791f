from __future__ import annotations

import gzip
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.oci.entry import Directory, Entry, File, Symlink
from strata.standalone import limits
from strata.standalone.archive import read_archive
from support.debian_packages import Member, directory, symlink, tar
from support.standalone.archives import MEMBERS, write_archive

FIX = (
    "Fix: check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases, and make the "
    "lock again with `./pants generate-lockfiles --resolve={address}`."
)


def read(tmp_path: Path, members: Sequence[Member]) -> dict[str, Entry]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return read_archive(write_archive(tmp_path / "a.tar.gz", members), lambda path: path != "left-out", scratch)


def message(tmp_path: Path, *members: Member) -> str:
    with pytest.raises(StrataError) as caught:
        read(tmp_path, members)
    return str(caught.value)


def unsafe(member: str, reason: str) -> str:
    return f"The archive of CPython holds {member!r}, which no standalone build has.\nFound:\n  {reason}\n{FIX}"


def damaged(found: str) -> str:
    return f"The archive of CPython cannot be read.\nFound:\n  {found}\n{FIX}"


def too_large(found: str) -> str:
    return f"{damaged(found)[:-1]}; or, for a file that you trust, raise the limit in `[strata-limits]` of pants.toml."


def test_entries(tmp_path: Path) -> None:
    entries = read(
        tmp_path,
        [
            directory("./python/", mode=0o700),
            Member("./python/bin/tool", b"tool", mode=0o4711 & 0o777, uid=1000),
            Member("python/lib/a.py", b"a = 1\n", mode=0o600),
            Member("python/lib/hard.py", kind=tarfile.LNKTYPE, link="python/lib/a.py"),
            symlink("python/lib/b.py", "../lib/a.py"),
            symlink("python/left-out", "/usr/share/left-out"),
        ],
    )
    tool, a = entries["bin/tool"], entries["lib/a.py"]
    assert isinstance(tool, File)
    assert isinstance(tool.source, Path)
    assert (tool.mode, tool.uid, tool.source.read_bytes()) == (0o755, 0, b"tool")
    assert isinstance(a, File)
    assert a.mode == 0o644
    assert entries["lib/hard.py"] == File("lib/hard.py", a.source)
    assert entries["lib/b.py"] == Symlink("lib/b.py", "../lib/a.py")
    assert set(entries) == {"bin/tool", "lib/a.py", "lib/hard.py", "lib/b.py"}
    assert len(list((tmp_path / "scratch").iterdir())) == 2


def test_directories_have_one_mode(tmp_path: Path) -> None:
    assert read(tmp_path, [directory("python/lib", mode=0o777)]) == {"lib": Directory("lib")}


@pytest.mark.parametrize(
    "member, reason",
    [
        (Member("/python/a"), "it is absolute"),
        (Member("python/../../a"), "it contains .."),
        (Member("python//a"), "it is not in its shortest form"),
        (Member("other/a"), "it is not in the directory python"),
        (Member("python"), "it is not in the directory python"),
        (Member("python/a", mode=0o4755), "mode 4755: setuid or setgid"),
        (Member("python/a", kind=tarfile.CHRTYPE), "a character device"),
        (Member("python/a", kind=tarfile.FIFOTYPE), "a named pipe"),
        (symlink("python/a", "/etc/passwd"), "a link to '/etc/passwd': an absolute path"),
        (symlink("python/lib/a", "../../a"), "a link to '../../a': above the root"),
        (symlink("python/lib/a", "x/../../../a"), "a link to 'x/../../../a': above the root"),
        (
            Member("python/a", kind=tarfile.LNKTYPE, link="/etc/passwd"),
            "a hard link to '/etc/passwd', no earlier file that images hold",
        ),
    ],
    ids=lambda item: item.name if isinstance(item, Member) else "",
)
def test_unsafe_members(tmp_path: Path, member: Member, reason: str) -> None:
    assert message(tmp_path, member) == unsafe(member.name, reason)


def test_a_member_twice(tmp_path: Path) -> None:
    assert message(tmp_path, Member("python/a"), Member("./python/a")) == unsafe("./python/a", "it is there twice")


@pytest.mark.parametrize(
    "above, kind", [(symlink("python/lib", "bin"), "symbolic link"), (Member("python/lib"), "file")]
)
def test_a_member_below_another_that_is_no_directory(tmp_path: Path, above: Member, kind: str) -> None:
    assert message(tmp_path, above, Member("python/lib/a")) == unsafe("python/lib/a", f"it lies below a {kind}")


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMBERS", 2)
    members = [Member(f"python/{number}") for number in range(3)]
    assert message(tmp_path, *members) == too_large("it has more than 2 members")


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 100_000)
    assert message(tmp_path, Member("python/left-out", bytes(200_000))) == too_large(
        "it unpacks to more than 100000 bytes"
    )


WHOLE = gzip.compress(tar(MEMBERS), mtime=0)


@pytest.mark.parametrize(
    "contents, found",
    [
        (b"", "it ends without the two empty blocks that end a tar archive"),
        (b"no archive", "Not a gzipped file (b'no')"),
        (WHOLE[:-100], "Compressed file ended before the end-of-stream marker was reached"),
        (gzip.compress(tar(MEMBERS)[:700]), "it ends without the two empty blocks that end a tar archive"),
        (gzip.compress(b"x" * 1024), "it holds a damaged tar header before byte 512"),
    ],
)
def test_damage(tmp_path: Path, contents: bytes, found: str) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_bytes(contents)
    with pytest.raises(StrataError) as caught:
        read_archive(file, lambda path: True, tmp_path)
    assert str(caught.value) == damaged(found)
