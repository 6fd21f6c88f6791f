"""This module opens the tar archives in a Debian package, with dpkg's own restrictions.

dpkg reads v7, ustar and GNU archives with long names, and refuses pax headers and sparse files; so does this.
https://manpages.debian.org/deb.5
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from strata.debian.limits import MEMBERS
from strata.debian.packages.ar import Section
from strata.debian.packages.section import Unpacked
from strata.errors.archive import archive_is_damaged, archive_is_too_large, member_has_forbidden_kind
from strata.oci.descriptor import DamagedBlob
from strata.oci.tar_reader import CONTIGUOUS_TYPE, PAX_GLOBAL_TYPE, PAX_TYPE, TYPES, TarEntry, TarReader, UnknownType

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_TYPES = TYPES - {CONTIGUOUS_TYPE, PAX_TYPE, PAX_GLOBAL_TYPE}


@contextmanager
def open_tar(file: Path, section: Section, limit: int) -> Iterator[TarReader]:
    """Open the tar archive in a section of a package file, for one pass.

    Raise StrataError for damage, for members that dpkg refuses, and for more than `limit` bytes.
    """
    stream = Unpacked(file, section, limit)
    try:
        yield TarReader(stream, _TYPES)
    except UnknownType as unknown:
        raise member_has_forbidden_kind(unknown.name, f"tar type {unknown.type!r}") from None
    except DamagedBlob as damage:
        raise archive_is_damaged(f"{section.name} {damage}") from None
    finally:
        stream.close()


def members(tar: TarReader) -> Iterator[TarEntry]:
    """Yield the members.

    Raise StrataError for a name that is not UTF-8 or has control characters, and where there are more than MEMBERS.
    """
    for count, member in enumerate(tar):
        if count == MEMBERS:
            raise archive_is_too_large("members", MEMBERS)
        for text in (member.name, member.target):
            raw = text.encode(errors="surrogateescape")
            try:
                raw.decode()
            except UnicodeDecodeError as error:
                raise archive_is_damaged(f"a name is not UTF-8: {error}") from None
        if _CONTROL.search(member.name):
            raise archive_is_damaged(f"the name {member.name!r} has control characters")
        yield member
