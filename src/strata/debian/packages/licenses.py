"""This module reads the machine-readable copyright files of Debian packages (DEP-5).

https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
"""

from __future__ import annotations

import re

from strata.debian.packages.omitted import DOCUMENTATION

COPYRIGHT = re.compile(rf"{DOCUMENTATION}/([^/]+)/copyright")
"""The path of the copyright file of a package."""

_FORMAT = re.compile(r"Format:\s*\S*/copyright-format/1\.0/?\s*$", re.IGNORECASE | re.MULTILINE)
_FILES = re.compile(r"^Files:", re.IGNORECASE | re.MULTILINE)
_LICENSE = re.compile(r"^License:[ \t]*(.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def declared_licenses(copyright_file: bytes) -> tuple[str, ...]:
    """Return the short names of the licences of a package's files, `GPL-2+ or MIT`, sorted; none for free text.

    They are Debian's names, which are not all SPDX's.
    """
    header, *paragraphs = re.split(r"\n\s*\n", copyright_file.decode("utf-8", "replace").lstrip("\ufeff\n"))
    if not _FORMAT.match(header):
        return ()
    # The header may have a licence, too: the one of the package as a whole.
    about_files = [header, *(each for each in paragraphs if _FILES.search(each))]
    return tuple(sorted({name for each in about_files for name in _LICENSE.findall(each) if name}))
