"""This module finds installers in the contents of single files: commands, programs, and archives that hold packages.

Of most files the first bytes and the last ones are enough: they are neither a script, nor a program, nor an archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from strata.audit.archives import START, STARTS, evidence_of_archive, has_end_record, tail_of
from strata.audit.evidence import PROGRAM, SCRIPT, Evidence
from strata.audit.limits import ENCODED_BYTES, SCRIPT_BYTES
from strata.audit.programs import ELF, projects_in
from strata.audit.projects import project_of_script
from strata.audit.scripts import evidence_of_encoded_archive, evidence_of_link, evidence_of_script

__all__ = ["START", "evidence_of_file", "evidence_of_link", "is_read"]

_SCRIPT_START = b"#!"
_LIBRARY = ".so"
_TAR = (".tar", ".tgz")


def is_read(path: str, start: bytes) -> bool:
    """Return whether all of a file is read whose contents begin like this; of others the last bytes are.

    Shared libraries are not: they are most of what images hold.
    """
    name = path.rpartition("/")[2]
    if start.startswith(ELF):
        return _LIBRARY not in name
    return start.startswith((_SCRIPT_START, *STARTS)) or name.endswith(_TAR)


def evidence_of_file(path: str, executable: bool, contents: BinaryIO) -> Iterator[Evidence]:
    """Yield what the contents of a file show.

    :param contents: can be sought in.
    """
    start = contents.read(START)
    if is_read(path, start) or has_end_record(tail_of(contents)):
        found = list(evidence_of_archive(path, contents))
        yield from found
        if not found:
            contents.seek(0)
            yield from _evidence_of_text_or_program(path, executable, start, contents)


def _evidence_of_text_or_program(path: str, executable: bool, start: bytes, contents: BinaryIO) -> Iterator[Evidence]:
    if start.startswith(ELF):
        project = project_of_script(path.rpartition("/")[2]) if executable else None
        if project:
            yield Evidence(path, project.name, SCRIPT)
        elif is_read(path, start):
            for each in projects_in(contents):
                yield Evidence(path, each.name, PROGRAM)
    elif start.startswith(_SCRIPT_START):
        data = contents.read(ENCODED_BYTES)
        text = data[:SCRIPT_BYTES].decode("utf-8", "replace")
        if executable:
            yield from evidence_of_script(path, text)
        else:
            yield from evidence_of_encoded_archive(path, text, data)
