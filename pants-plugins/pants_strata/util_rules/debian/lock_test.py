from __future__ import annotations

import pytest

from pants_strata.artifacts.python_version import WantedPython
from pants_strata.util_rules.debian.lock import check_python_is_there, check_python_version
from strata.debian.index import IndexText, PackageIndex
from strata.debian.lock import LockedPackage
from strata.errors import StrataError


def index(*names: str) -> PackageIndex:
    fields = "Version: 3.13.5-2\nArchitecture: amd64\nFilename: pool/python.deb\nSize: 1\n"
    paragraphs = [f"Package: {name}\n{fields}SHA256: {'a' * 64}\n" for name in names]
    return PackageIndex([IndexText("debian", "\n".join(paragraphs))])


def wanted(version: str) -> WantedPython:
    return WantedPython(version, "app/.python-version")


def test_a_version_that_the_index_has() -> None:
    check_python_is_there(index("python3.13", "python3.14"), wanted("3.14"), "forky")


def test_a_version_that_the_index_lacks() -> None:
    with pytest.raises(StrataError) as caught:
        check_python_is_there(index("python3.13", "python3.14", "python3-pip"), wanted("3.12"), "forky")
    assert str(caught.value) == (
        "Debian 14 (forky) has no CPython 3.12.\n"
        "Found:\n"
        "  app/.python-version: 3.12\n"
        "  Debian 14 (forky) has CPython 3.13, 3.14\n"
        "  Debian 11 (bullseye) has CPython 3.9\n"
        "  Debian 12 (bookworm) has CPython 3.11\n"
        "  Debian 13 (trixie) has CPython 3.13\n"
        "  python-build-standalone has CPython 3.10, 3.11, 3.12, 3.13, 3.14\n"
        'Fix: set `provider="standalone"` in the target, with a `base` that goes with it, and renew its lock; or ask '
        "for a version that is listed."
    )


def test_a_release_that_is_not_known() -> None:
    with pytest.raises(StrataError) as caught:
        check_python_is_there(index("libc6"), wanted("3.7"), "sid")
    assert caught.value.happened == "Debian sid has no CPython 3.7."
    assert caught.value.found[1] == "Debian sid has CPython in no version"


def test_another_patch_version() -> None:
    packages = (LockedPackage("python3.13-minimal", "3.13.5-2", "amd64", "pool/python.deb", 1, "a" * 64, "debian"),)
    check_python_version(packages, wanted("3.13"), "trixie")
    check_python_version(packages, wanted("3.13.5"), "trixie")
    with pytest.raises(StrataError) as caught:
        check_python_version(packages, wanted("3.13.7"), "trixie")
    assert caught.value.happened == "Debian 13 (trixie) has no CPython 3.13.7."
    assert caught.value.found[1] == "Debian 13 (trixie) has CPython 3.13.5"
    assert caught.value.fix == "ask for a version that is listed."
