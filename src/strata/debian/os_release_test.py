from __future__ import annotations

import pytest

from strata.debian.os_release import OsRelease, os_release_in

TRIXIE = b'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nID=debian\n'


@pytest.mark.parametrize(
    "text, found, distro",
    [
        (TRIXIE, OsRelease("debian", "13", "trixie"), "debian-13"),
        (b"ID=debian\nVERSION_CODENAME=forky\n", OsRelease("debian", "", "forky"), "debian-forky"),
        (b"ID='ubuntu'\nVERSION_ID=\"24.04\"\n", OsRelease("ubuntu", "24.04", ""), "ubuntu-24.04"),
        (b"ID=debian\n", OsRelease("debian"), "debian"),
        (b"VERSION_ID=1\n", OsRelease("", "1"), ""),
        (b"\xff", OsRelease(), ""),
    ],
)
def test_distribution(text: bytes, found: OsRelease, distro: str) -> None:
    assert os_release_in({"usr/lib/os-release": text}) == found
    assert found.distro == distro


def test_the_file_in_etc_counts() -> None:
    assert os_release_in({"usr/lib/os-release": TRIXIE, "etc/os-release": b"ID=own\n"}) == OsRelease("own")
    assert os_release_in({"etc/other": TRIXIE}) == OsRelease()
