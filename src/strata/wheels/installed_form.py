"""The files that a wheel has when it is installed, whichever tool does it: made from its archive alone.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/

A layer has what `pip install` of the same wheels puts into a fresh venv of the same interpreter: the same paths, modes
and contents, but for these differences. They are what installers write each in their own way, or from the machine.

- `INSTALLER` names `strata`, whichever tool ran.
- `REQUESTED`, `direct_url.json`, `uv_cache.json` and whatever else an installer adds is left out: all is from the lock.
- `RECORD` lists the files that there are, sorted, in one spelling, with their sizes and hashes as they are; bytecode
  has neither. Its signatures (`RECORD.jws`, `RECORD.p7s`), which it no longer fits, are left out.
- `__pycache__` that a wheel brings is left out, and bytecode is made of the modules in site-packages alone, where it is
  asked for. It belongs to its source by a hash that is not checked (PEP 552), pip's by a time.
- Scripts of entry points have a text of their own; pip's additional `pip3.13` is left out. Scripts of the wheel are as
  pip installs them, with the venv's Python where they begin with `#!python`, but always executable: archives that were
  written on Windows do not say it, and the specification allows for that.
- Of different files that several wheels of one layer have for one path, that of the wheel with the last name is there,
  and in all of their `RECORD`s.

Of the venv itself, `python -m venv` also makes scripts to activate it, a `.gitignore`, an empty `include/python3.13`
and pip. In `pyvenv.cfg` there is neither `executable` nor `command`, and `version` is 3.13; `bin/python` is the link to
the interpreter, and the others lead to it (strata.wheels.image_venv).

Where installers differ more, pip's way was chosen: headers are in `include/site/python3.13/NAME`, with the project's
name in its normal form, and only a member that ZIP calls a regular file can be executable.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
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
from strata.wheels.record import RecordedHash, Row, Summary, record_text, recorded_hashes


@dataclass(frozen=True)
class InstalledFile:
    """A file of the venv, `path` from its root. `source` is the content, or where it is in the wheel."""

    path: str
    source: Union[bytes, ZipMember]
    executable: bool
    summary: Summary

    @classmethod
    def of_text(cls, path: str, text: Union[bytes, str], *, executable: bool = False) -> InstalledFile:
        content = text.encode() if isinstance(text, str) else text
        return cls(path, content, executable, Summary(hashlib.sha256(content).digest(), len(content)))


def installed_files(archive: WheelArchive) -> dict[str, InstalledFile]:
    """Path → what the wheel has there, its scripts of entry points too, without INSTALLER and RECORD.

    Where the wheel's RECORD has the sha256 of a member, it is checked when the member is read. Raises StrataError for a
    member that does not have another hash which RECORD gives it, and for one that is damaged where it is read here.
    """
    recorded = recorded_hashes(_record(archive))
    files = {path: _installed(archive, path, member, recorded) for path, member in archive.files.items()}
    for name, text in archive.scripts.items():
        files[f"bin/{name}"] = InstalledFile.of_text(f"bin/{name}", text, executable=True)
    return files


def own_metadata(
    archive: WheelArchive, files: Iterable[InstalledFile], bytecode: Iterable[str]
) -> Iterator[InstalledFile]:
    """INSTALLER, and RECORD of these files, of the paths of bytecode and of both themselves."""
    installer, record = f"{archive.info}/INSTALLER", f"{archive.info}/RECORD"
    named = InstalledFile.of_text(installer, "strata\n")
    rows: list[Row] = [file.summary.row(_recorded(archive, file.path)) for file in [*files, named]]
    rows += [(_recorded(archive, path), "", "") for path in [*bytecode, record]]
    yield named
    yield InstalledFile.of_text(record, record_text(rows))


def distribution(archive: WheelArchive) -> Distribution:
    """Return what the wheel installs. Files are told apart by the CRC of ZIP and their size."""
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
    try:
        with zipfile.ZipFile(archive.wheel.path) as opened:
            return opened.read(archive.record).decode("utf-8", "replace")
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise errors.unreadable_wheel(archive.wheel.path.name, str(error)) from None


def _installed(archive: WheelArchive, path: str, member: Member, recorded: Mapping[str, RecordedHash]) -> InstalledFile:
    source, sha256 = _checked(member.source, recorded.get(member.name))
    if member.script and _start(source).startswith(b"#!python"):
        line, end, rest = source.read_bytes().partition(b"\n")
        return InstalledFile.of_text(path, _first_line(line + end) + rest, executable=True)
    return InstalledFile(path, source, member.executable, Summary(sha256, member.size))


def _first_line(line: bytes) -> bytes:
    """Return what a script's first line becomes: the path of the image's Python for `#!python`, `#!pythonw` and
    whatever follows the word, as pip has it.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory
    """
    return f"#!{IMAGE_PYTHON}\n".encode() if line.startswith(b"#!python") else line


def _checked(source: ZipMember, recorded: Optional[RecordedHash]) -> tuple[ZipMember, bytes]:
    """The member with the sha256 that it must have, which is computed here unless RECORD has it."""
    if recorded and recorded.algorithm == "sha256":
        return replace(source, sha256=recorded.digest.hex()), recorded.digest
    own = hashlib.sha256()
    other = _algorithm(recorded.algorithm) if recorded else None
    with Background() as background:
        for _, contents in source.pieces(background):
            own.update(contents)
            if other:
                other.update(contents)
    if recorded and other and other.digest() != recorded.digest:
        reason = f"its {recorded.algorithm} is {other.hexdigest()}, not {recorded.digest.hex()}"
        raise oci_errors.bad_zip_member(source.archive.name, source.name, reason)
    return replace(source, sha256=own.hexdigest()), own.digest()


def _algorithm(name: str) -> Optional[hashlib._Hash]:
    """None for one that hashlib does not have, or whose digests have no length of their own."""
    try:
        found = hashlib.new(name)
    except ValueError:
        return None
    return found if found.digest_size else None


def _start(source: ZipMember) -> bytes:
    with Background() as background:
        return next((contents for _, contents in source.pieces(background) if contents), b"")


def _recorded(archive: WheelArchive, path: str) -> str:
    """As in RECORD: relative to site-packages, with `..` for what lies elsewhere in the venv."""
    return os.path.relpath(path, os.path.dirname(archive.info))
