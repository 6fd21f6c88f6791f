"""This module reads the dependencies of a wheel: the Requires-Dist fields of its METADATA.

https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from strata.errors import wheels as errors
from strata.wheels.dist_info import info_directory
from strata.wheels.modules import import_names

_LIMIT = 16 << 20
# The errors of zipfile for an archive that is damaged or encrypted.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, ValueError, IndexError)


@dataclass(frozen=True)
class WheelMetadata:
    """What a wheel needs and what it provides.

    :param requires: the requirements (PEP 508) that it declares, in its order, each in one line.
    :param import_names: the modules that an import can name (strata.wheels.modules), sorted.
    """

    requires: tuple[str, ...] = ()
    import_names: tuple[str, ...] = ()


def read_metadata(wheel: Path) -> WheelMetadata:
    """Return what a wheel says of itself.

    Raise StrataError for a wheel without metadata of its own, and where they are damaged or larger than 16 MiB.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = archive.namelist()
            name = f"{info_directory(wheel.name, wheel.name.partition('-')[0], members)}/METADATA"
            text = _contents(archive, name)
    except _DAMAGED as error:
        raise errors.unreadable_wheel(wheel.name, str(error)) from None
    if len(text) > _LIMIT:
        raise errors.unreadable_wheel(wheel.name, f"its METADATA is larger than {_LIMIT >> 20} MiB")
    # In METADATA of old times, names of authors are in other encodings than UTF-8.
    fields = HeaderParser().parsestr(text.decode("utf-8", "replace"))
    requires = (" ".join(line.strip() for line in value.splitlines()) for value in fields.get_all("Requires-Dist", []))
    return WheelMetadata(tuple(requires), import_names(members))


def _contents(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the beginning of a member: one byte more than the limit at most."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise zipfile.BadZipFile(f"it has no {name}") from None
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"its METADATA is compressed by the method {member.compress_type}")
    with archive.open(member) as stream:
        return stream.read(_LIMIT + 1)
