"""The verb `image-archive` writes the files of an image as one tar file (strata.oci.image_archive)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from strata.protocol import message


@dataclass(frozen=True)
class Result(message.Message):
    """The archive, which lies in `archive/`; `size` is in bytes."""

    size: int


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """What goes into the archive.

    :param folder: holds its files, at the paths that they have in the archive.
    :param name: the name of the archive's file.
    """

    verb: ClassVar[str] = "image-archive"

    folder: Path
    name: str
