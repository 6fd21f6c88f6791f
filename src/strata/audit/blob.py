"""This module audits a layer by its blob, which anybody may have written."""

from __future__ import annotations

from typing import BinaryIO, Optional

from strata.audit.contents import START, is_read
from strata.audit.evidence import Evidence
from strata.audit.layer import LayerAudit, temporary
from strata.layouts.blob_reader import BlobReader
from strata.oci.tar_reader import DIRECTORY, HARD_LINK, SYMLINK, read_tar
from strata.pieces import Stream


def evidence_in_blob(blob: Stream) -> list[Evidence]:
    """Return what shows installers in a layer. Raises DamagedBlob where the blob is not a layer's."""
    audit = LayerAudit()
    kept = _Kept()
    for entry in read_tar(BlobReader(blob), kept.take):
        contents = kept.give()
        if entry.kind in (SYMLINK, HARD_LINK):
            audit.add_link(entry.path)
        elif entry.kind != DIRECTORY:
            with contents:
                audit.add_file(entry.path, entry.mode, contents)
    return audit.evidence()


class _Kept:
    """The contents of one member of a tar archive after the other: of most, only the first piece is kept."""

    def __init__(self) -> None:
        self._file: Optional[BinaryIO] = None
        self._complete = False

    def take(self, piece: bytes) -> None:
        """Take the next piece of a member's contents."""
        if self._file is None:
            self._file = temporary()
            # A piece can be shorter than what tells the kind of a file.
            self._complete = len(piece) < START or is_read(piece)
            self._file.write(piece)
        elif self._complete:
            self._file.write(piece)

    def give(self) -> BinaryIO:
        """Return what was kept since the last call."""
        file, self._file = self._file or temporary(), None
        file.seek(0)
        return file
