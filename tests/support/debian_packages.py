"""This module writes Debian package files for tests, some of which no honest tool would write."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".xz": lzma.compress,
    ".gz": gzip.compress,
    ".zst": lambda data: data,
    "": lambda data: data,
}


@dataclass(frozen=True)
class Member:
    """A member of data.tar. Its values are written unchecked."""

    name: str
    contents: bytes = b""
    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    link: str = ""
    uid: int = 0
    gid: int = 0


def directory(name: str, mode: int = 0o755) -> Member:
    return Member(name, kind=tarfile.DIRTYPE, mode=mode)


def symlink(name: str, target: str) -> Member:
    return Member(name, kind=tarfile.SYMTYPE, mode=0o777, link=target)


def write_deb(
    path: Path,
    members: Sequence[Member],
    *,
    name: str = "sample",
    version: str = "1.0",
    installed_size: Optional[int] = None,
    compression: str = ".xz",
    control_members: Optional[Sequence[Member]] = None,
) -> Path:
    """Write a package of format 2.0.

    :param installed_size: in KiB; the control paragraph has no such field without it.
    :param compression: of both tar archives, as in their names.
    :param control_members: of control.tar, instead of honest ones.
    """
    control = f"Package: {name}\nVersion: {version}\nArchitecture: amd64\n"
    if installed_size is not None:
        control += f"Installed-Size: {installed_size}\n"
    sums = f"{'0' * 32}  {name}\n"
    compress = _COMPRESSORS[compression]
    honest = [Member("./control", control.encode()), Member("./md5sums", sums.encode())]
    path.write_bytes(
        ar(
            ("debian-binary", b"2.0\n"),
            (f"control.tar{compression}", compress(tar(honest if control_members is None else control_members))),
            (f"data.tar{compression}", compress(tar(members))),
        )
    )
    return path


def ar(*sections: tuple[str, bytes]) -> bytes:
    """Return an outer archive; a section of odd size is padded."""
    archive = b"!<arch>\n"
    for name, contents in sections:
        archive += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(contents):<10}`\n".encode()
        archive += contents + b"\n" * (len(contents) % 2)
    return archive


def tar(members: Sequence[Member], *, form: int = tarfile.GNU_FORMAT) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form) as archive:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.type, info.mode, info.linkname = member.kind, member.mode, member.link
            info.uid, info.gid, info.size = member.uid, member.gid, len(member.contents)
            archive.addfile(info, io.BytesIO(member.contents))
    return output.getvalue()
