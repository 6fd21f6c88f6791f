"""This module makes the files of an installed wheel from its archive, in one form whichever tool installs it.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/

A layer has the files that `pip install` of the same wheels puts into a fresh venv of the same interpreter: the same
paths, modes and contents, with the differences below. They concern files that each installer writes in its own way, or
that depend on the machine.

- `INSTALLER` names `strata`, whichever tool ran.
- `REQUESTED`, `direct_url.json`, `uv_cache.json` and all other files that an installer adds are left out: they say
  where a wheel came from, and the lock says that.
- `RECORD` lists the files of the layer, sorted and in one spelling, with their sizes and hashes; bytecode has neither.
  The signatures `RECORD.jws` and `RECORD.p7s`, which would no longer match, are left out.
- `__pycache__` in a wheel is left out. Where bytecode is asked for, only the modules in site-packages are compiled.
  The bytecode names the source by a hash that is not checked (PEP 552), where pip's names the time of the source.
- Scripts of entry points have a text of their own, and pip's additional `pip3.13` is left out. Other scripts are as pip
  installs them, with the venv's Python where they begin with `#!python`, but always executable: archives written on
  Windows do not mark them so, and the specification allows for that.
- Where several wheels of one layer have different files for one path, the wheel with the last name wins, and all of
  their `RECORD`s list its file.

The venv itself (strata.wheels.image_venv) lacks the activation scripts, `.gitignore`, the empty `include/python3.13`
and pip that `python -m venv` adds. Its `pyvenv.cfg` has neither `executable` nor `command`, and its `version` is 3.13.
`bin/python` is the link to the interpreter, and the other links lead to it.

Where installers differ more, the form is pip's: headers lie in `include/site/python3.13/NAME`, with the project's name
in its normal form, and only a member that ZIP calls a regular file can be executable.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Optional, Union

from strata.errors import oci as oci_errors
from strata.errors import wheels as errors
from strata.oci.background import Background
from strata.oci.zip_member import ZipMember
from strata.protocol.dependencies_layer import Distribution
from strata.wheels.archive import Member, WheelArchive
from strata.wheels.image_venv import IMAGE_PYTHON
from strata.wheels.limits import RECORD_BYTES, RECORD_MEMBER_BYTES
from strata.wheels.record import RecordedHash, Row, Summary, record_text, recorded_hashes
from strata.wheels.zip_reader import opened_zip


@dataclass(frozen=True)
class InstalledFile:
    """A file of the venv.

    :param path: from the root of the venv.
    :param source: the content, or its place in the wheel.
    """

    path: str
    source: Union[bytes, ZipMember]
    executable: bool
    summary: Summary

    @classmethod
    def of_text(cls, path: str, text: Union[bytes, str], *, executable: bool = False) -> InstalledFile:
        """Return a file with the given content."""
        content = text.encode() if isinstance(text, str) else text
        return cls(path, content, executable, Summary(hashlib.sha256(content).digest(), len(content)))


def installed_files(archive: WheelArchive) -> dict[str, InstalledFile]:
    """Return the files of a wheel by path, scripts of entry points included, INSTALLER and RECORD left out.

    A SHA-256 in the wheel's RECORD is checked later, when the member is read. Any other hash in it is checked here.
    Raise StrataError for a hash that does not match or cannot be checked, and for a member that is found damaged.
    """
    recorded = recorded_hashes(_record(archive))
    files = {path: _installed(archive, path, member, recorded) for path, member in archive.files.items()}
    for name, text in archive.scripts.items():
        files[f"bin/{name}"] = InstalledFile.of_text(f"bin/{name}", text, executable=True)
    return files


def own_metadata(
    archive: WheelArchive, files: Iterable[InstalledFile], bytecode: Iterable[str]
) -> Iterator[InstalledFile]:
    """Yield INSTALLER and RECORD, the metadata that installing adds.

    :param files: the files that RECORD lists, without these two.
    :param bytecode: paths from the root of the venv, which RECORD lists without hash and size.
    """
    installer, record = f"{archive.info}/INSTALLER", f"{archive.info}/RECORD"
    named = InstalledFile.of_text(installer, "strata\n")
    rows: list[Row] = [file.summary.row(_path_in_record(archive, file.path)) for file in [*files, named]]
    rows += [(_path_in_record(archive, path), "", "") for path in [*bytecode, record]]
    yield named
    yield InstalledFile.of_text(record, record_text(rows))


def distribution(archive: WheelArchive) -> Distribution:
    """Return the modules, scripts and files of a wheel. CRC and size stand for the content of a file."""
    texts = {f"bin/{name}": text.encode() for name, text in archive.scripts.items()}
    files = {path: f"{member.crc:08x}:{member.size}" for path, member in archive.files.items()}
    files.update({path: f"{zlib.crc32(text):08x}:{len(text)}" for path, text in texts.items()})
    scripts = {os.path.basename(path) for path, member in archive.files.items() if member.script}
    return Distribution(
        modules=tuple(sorted(set(archive.modules()))),
        scripts=tuple(sorted({*scripts, *archive.scripts})),
        files=dict(sorted(files.items())),
    )


def _record(archive: WheelArchive) -> str:
    with opened_zip(archive.wheel.path, errors.unreadable_wheel) as opened:
        limit = RECORD_BYTES + RECORD_MEMBER_BYTES * len(opened.members)
        return opened.read(archive.record, limit).decode("utf-8", "replace")


def _installed(archive: WheelArchive, path: str, member: Member, recorded: Mapping[str, str]) -> InstalledFile:
    try:
        hashed = RecordedHash.parse(recorded[member.name]) if member.name in recorded else None
    except ValueError:
        reason = f"its RECORD has {recorded[member.name]!r} for {member.name}, which is no hash that can be checked"
        raise errors.unreadable_wheel(archive.wheel.path.name, reason) from None
    source, sha256 = _checked(member.source, hashed)
    if member.script and _start(source).startswith(b"#!python"):
        line, end, rest = source.read_bytes().partition(b"\n")
        return InstalledFile.of_text(path, _first_line(line + end) + rest, executable=True)
    return InstalledFile(path, source, member.executable, Summary(sha256, member.size))


def _first_line(line: bytes) -> bytes:
    """Return the first line of an installed script.

    `#!python`, `#!pythonw` and all lines that begin so become the path of the image's Python, as with pip.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory
    """
    return f"#!{IMAGE_PYTHON}\n".encode() if line.startswith(b"#!python") else line


def _checked(source: ZipMember, recorded: Optional[RecordedHash]) -> tuple[ZipMember, bytes]:
    """Return a member with the SHA-256 that it must have: from RECORD, or computed here."""
    if recorded and recorded.algorithm == "sha256":
        return replace(source, sha256=recorded.digest.hex()), recorded.digest
    own = hashlib.sha256()
    other = hashlib.new(recorded.algorithm) if recorded else None
    with Background() as background:
        for _, contents in source.pieces(background):
            own.update(contents)
            if other:
                other.update(contents)
    if recorded and other and other.digest() != recorded.digest:
        reason = f"its {recorded.algorithm} is {other.hexdigest()}, not {recorded.digest.hex()}"
        raise oci_errors.bad_zip_member(source.archive.name, source.name, reason)
    return replace(source, sha256=own.hexdigest()), own.digest()


def _start(source: ZipMember) -> bytes:
    with Background() as background:
        return next((contents for _, contents in source.pieces(background) if contents), b"")


def _path_in_record(archive: WheelArchive, path: str) -> str:
    """Return a path as RECORD spells it: relative to site-packages, with `..` for files elsewhere in the venv."""
    return os.path.relpath(path, os.path.dirname(archive.info))
