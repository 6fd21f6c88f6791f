"""This module unpacks source distributions.

https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from strata.errors import builds as errors
from strata.pieces import NO_ROOM
from strata.wheels.limits import MEMBERS, UNPACKED_BYTES
from strata.wheels.zip_reader import opened_zip

# The errors of the standard library for an archive that is damaged.
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, IndexError, RecursionError)


def unpack_sdist(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into a new folder; return the absolute path of the project's directory in it.

    Raise StrataError for an archive that is damaged, that reaches outside of the folder, or that has anything but one
    directory at its top.
    """
    folder.mkdir(parents=True)
    if sdist.name.endswith(".zip"):
        with opened_zip(sdist, errors.unreadable_sdist) as archive:
            archive.extract(folder)
    else:
        _unpack_tar(sdist, folder)
    top = list(folder.iterdir())
    if len(top) != 1 or not top[0].is_dir():
        raise errors.unreadable_sdist(sdist.name, "it does not have one directory at its top")
    return top[0].absolute()


def _unpack_tar(sdist: Path, folder: Path) -> None:
    try:
        with tarfile.open(sdist) as tar:
            # PEP 706: no file outside of the folder, no device, no link that leads out of it.
            tar.extractall(folder, members=_within_limits(tar, sdist.name), filter="data")
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise errors.unreadable_sdist(sdist.name, str(error) or type(error).__name__) from None


def _within_limits(tar: tarfile.TarFile, name: str) -> Iterator[tarfile.TarInfo]:
    """Yield the members. Raise StrataError for more of them, or more bytes, than a zip archive may have."""
    unpacked = 0
    for count, member in enumerate(tar):
        unpacked += member.size
        if count == MEMBERS or unpacked > UNPACKED_BYTES:
            raise errors.unreadable_sdist(name, f"it has more than {MEMBERS} members or {UNPACKED_BYTES} bytes")
        yield member
