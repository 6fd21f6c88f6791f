from __future__ import annotations

import pytest

from strata.debian.packages.licenses import declared_licenses

DEP5 = b"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: zlib
License: Zlib

Files: *
Copyright: 1995-2013 Jean-loup Gailly and Mark Adler
License: Zlib

Files: contrib/*
 debian/*
Copyright: 2000 Someone
License: GPL-2+ or MIT
 The text of it.
 .
 License: not a field

License: MIT
 Permission is hereby granted.

Comment: nothing
"""


def test_names_of_licenses_are_those_of_files() -> None:
    assert declared_licenses(DEP5) == ("GPL-2+ or MIT", "Zlib")


@pytest.mark.parametrize(
    "address", ["http://www.debian.org/doc/packaging-manuals/copyright-format/1.0", "https://x/copyright-format/1.0/"]
)
def test_spellings_of_the_format(address: str) -> None:
    assert declared_licenses(b"Format: %s\n\nfiles: *\nlicense: ISC\n" % address.encode()) == ("ISC",)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"This is Debian's package of gcc.\nLicense: GPL\n",
        b"Format-Specification: http://x/1\n\nFiles: *\nLicense: X\n",
    ],
)
def test_free_text_has_none(text: bytes) -> None:
    assert declared_licenses(text) == ()
