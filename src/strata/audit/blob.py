"""This module audits a layer by its blob, which anybody may have written."""

from __future__ import annotations

from typing import BinaryIO

from strata.audit.evidence import Evidence
from strata.audit.layer import LayerAudit
from strata.audit.notices import Notices
from strata.audit.temporary import temporary
from strata.layouts.blob_reader import BlobReader
from strata.oci.tar_reader import DIRECTORY, HARD_LINK, SYMLINK, TarReader
from strata.pieces import Stream, pieces


def evidence_in_blob(blob: Stream, notices: Notices) -> list[Evidence]:
    """Return what shows installers in a layer. Raises DamagedBlob where the blob is not a layer's.

    :param notices: takes what else is there.
    """
    audit = LayerAudit()
    tar = TarReader(BlobReader(blob))
    for entry in tar:
        notices.add_path(entry.path)
        if entry.kind in (SYMLINK, HARD_LINK):
            audit.add_link(entry.path)
        elif entry.kind != DIRECTORY:
            with member_contents(tar) as contents:
                audit.add_file(entry.path, entry.mode, contents)
                if notices.is_asked_for(entry.path):
                    contents.seek(0)
                    notices.add_file(entry.path, contents)
    return audit.evidence()


def member_contents(member: Stream) -> BinaryIO:
    """Return the contents of a member as a file: its last bytes may tell what it is, as its first ones."""
    file = temporary()
    for piece in pieces(member):
        file.write(piece)
    file.seek(0)
    return file
