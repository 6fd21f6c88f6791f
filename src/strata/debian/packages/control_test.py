"""The control file of a package, and the files that image scanners read."""

from __future__ import annotations

from pathlib import Path

import pytest

from strata.debian.packages.archive import read_archive
from strata.errors import StrataError
from support.debian_packages import Member, symlink, write_deb

REFUSED = (
    "\nFix: leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
)
DAMAGED = "\nFix: fetch the package again; if that does not help, the mirror serves a file that Debian did not build."


def refused(path: Path) -> str:
    with pytest.raises(StrataError) as caught:
        read_archive(path, package="sample", version="1.0", scratch=path.parent)
    return str(caught.value)


CONTROL = b"Package: sample\nVersion: 1.0\n"


@pytest.mark.parametrize(
    "control, found",
    [
        (b"Package: other\nVersion: 1.0\n", "other for Package, not sample alone"),
        (b"Package: sample\nVersion: 2.0\n", "2.0 for Version, not 1.0 alone"),
        (b"Version: 1.0\n", "no value for Package, not sample alone"),
        (CONTROL + b"package: other\n", "sample and other for Package, not sample alone"),
        (CONTROL + b"\nPackage: other\nVersion: 1.0\n", "sample and other for Package, not sample alone"),
        (CONTROL + b"\nSource: other\n", "sample for Package, not sample alone"),
    ],
)
def test_control_file_of_another_package(tmp_path: Path, control: bytes, found: str) -> None:
    assert refused(write_deb(tmp_path / "sample.deb", [], control_members=[Member("./control", control)])) == (
        "sample: The package file is not of the package that its lock names.\n"
        f"Found:\n  its control file has {found}{DAMAGED}"
    )


@pytest.mark.parametrize(
    "members, message",
    [
        ([Member("./control", CONTROL), Member("control", CONTROL)], "The package contains 'control' twice."),
        (
            [symlink("./control", "/etc/passwd")],
            "The package file cannot be read.\nFound:\n  control is a symbolic link, not a file",
        ),
        ([], "The package file cannot be read.\nFound:\n  it has no control file"),
    ],
)
def test_control_file_that_is_none(tmp_path: Path, members: list[Member], message: str) -> None:
    assert refused(write_deb(tmp_path / "sample.deb", [], control_members=members)) == f"sample: {message}{DAMAGED}"


@pytest.mark.parametrize("path", ["./var/lib/dpkg/status", "./var/lib/dpkg/status.d/other"])
def test_file_that_misleads_scanners(tmp_path: Path, path: str) -> None:
    assert refused(write_deb(tmp_path / "sample.deb", [Member(path)])) == (
        f"sample: The package contains '{path}', which would tell image scanners of packages.{REFUSED}"
    )


@pytest.mark.parametrize("name", ["./usr/a\nb", "./usr/\x1b[2J"])
def test_name_with_control_characters(tmp_path: Path, name: str) -> None:
    assert refused(write_deb(tmp_path / "sample.deb", [Member(name)])) == (
        f"sample: The package file cannot be read.\nFound:\n  the name {name!r} has control characters{DAMAGED}"
    )
