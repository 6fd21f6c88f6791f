"""This module unpacks source distributions.

https://packaging.python.org/en/latest/specifications/source-distribution-format/
"""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

from strata.errors import sdists as errors


def unpack_sdist(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into a new folder; return the absolute path of the project's directory in it.

    Raise StrataError for an archive that is damaged, that reaches outside of the folder, or that has anything but one
    directory at its top.
    """
    folder.mkdir(parents=True)
    try:
        if sdist.name.endswith(".zip"):
            with zipfile.ZipFile(sdist) as archive:
                # zipfile drops `..` and drive letters, and makes no links.
                archive.extractall(folder)  # noqa: S202
        else:
            with tarfile.open(sdist) as tar:
                # PEP 706: no file outside of the folder, no device, no link that leads out of it.
                tar.extractall(folder, filter="data")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        raise errors.unreadable_sdist(sdist.name, str(error)) from None
    top = list(folder.iterdir())
    if len(top) != 1 or not top[0].is_dir():
        raise errors.unreadable_sdist(sdist.name, "it does not have one directory at its top")
    return top[0].absolute()
