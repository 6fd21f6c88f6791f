"""The verb `image-archive` writes the files of an image, which exist already, as one tar file.

The blobs are compressed, and the kernel copies them: no byte of them passes through this process. The small files come
first, so that a reader knows early what follows.
https://github.com/opencontainers/image-spec/blob/main/image-layout.md allows a layout to be a tar file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from strata.oci.entry import Directory, File, arrange
from strata.oci.tar import END, header, padding
from strata.protocol.images.image_archive import Request, Result

OUTPUT = Path("archive")


def run(request: Request) -> Result:
    """Write the archive. The same files give the same bytes."""
    OUTPUT.mkdir()
    target = OUTPUT / request.name
    with target.open("wb") as archive:
        write_archive(request.folder, archive)
    return Result(target.stat().st_size)


def write_archive(folder: Path, archive: BinaryIO) -> None:
    """Write all files below a folder, those that are not in folders of it first."""
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    entries = arrange(File(path, folder / path) for path in found)
    for entry in sorted(entries, key=lambda entry: (_is_deep(entry.path), entry.path)):
        if isinstance(entry, Directory):
            archive.write(header(entry, 0))
            continue
        with (folder / entry.path).open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            archive.write(header(entry, size))
            archive.flush()
            _copy(source, archive, size)
            archive.write(padding(size))
    archive.write(END)


def _is_deep(path: str) -> bool:
    return path == "blobs" or "/" in path


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    copied = 0
    while copied < size:
        count = os.sendfile(target.fileno(), source.fileno(), copied, size - copied)
        if not count:
            raise EOFError(f"{source.name} became shorter")
        copied += count
    # What Python writes next follows, although the kernel moved the position.
    target.seek(0, os.SEEK_END)
