"""This module audits a layer by its blob, which anybody may have written."""

from __future__ import annotations

from typing import BinaryIO

from strata.audit.contents import START, is_read
from strata.audit.evidence import Evidence
from strata.audit.layer import LayerAudit, temporary
from strata.audit.notices import Notices
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
            is_asked_for = notices.is_asked_for(entry.path)
            with member_contents(tar, whole=is_asked_for) as contents:
                audit.add_file(entry.path, entry.mode, contents)
                if is_asked_for:
                    contents.seek(0)
                    notices.add_file(entry.path, contents)
    return audit.evidence()


def member_contents(member: Stream, *, whole: bool = False) -> BinaryIO:
    """Return the contents of a member as a file: all of them, or the start where it is enough and not `whole`."""
    file = temporary()
    start = member.read(START)
    file.write(start)
    if whole or is_read(start):
        for piece in pieces(member):
            file.write(piece)
    file.seek(0)
    return file
