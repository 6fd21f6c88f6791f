from __future__ import annotations

from dataclasses import replace

import pytest

from strata.debian.lock import LockedPackage
from strata.debian.platform import debian_platform
from strata.errors import StrataError
from strata.interpreters.debian_versions import glibc_version, python_version

PACKAGE = LockedPackage("libc6", "2.41-12", "amd64", "pool/libc6.deb", 1, "a" * 64, "debian")


@pytest.mark.parametrize(
    "version, expected",
    [("3.13.5-2+deb13u5", "3.13.5"), ("3.14.0~rc1-1", "3.14.0rc1"), ("1:3.11.2-6", "3.11.2"), ("3.13.5", "3.13.5")],
)
def test_the_version_of_python(version: str, expected: str) -> None:
    assert python_version((PACKAGE, replace(PACKAGE, name="python3.13-minimal", version=version))) == expected


def test_a_lock_without_an_interpreter() -> None:
    with pytest.raises(StrataError) as caught:
        python_version((PACKAGE,))
    assert str(caught.value) == (
        "The lock of Debian packages has no python3.x-minimal, which holds the interpreter.\n"
        "Fix: add python3.x-minimal to the packages of the target and make the lock again with "
        "`./pants generate-lockfiles --resolve={address}`."
    )


def test_a_version_of_another_form() -> None:
    with pytest.raises(StrataError) as caught:
        glibc_version((replace(PACKAGE, version="2"),))
    assert str(caught.value) == (
        "The version of libc6 in the lock of Debian packages cannot be read.\n"
        "Found:\n  '2', not two numbers such as 2.41\n"
        "Fix: make the lock again with `./pants generate-lockfiles --resolve={address}`."
    )


@pytest.mark.parametrize("version, expected", [("2.41-12+deb13u4", (2, 41)), ("1:2.36-9", (2, 36))])
def test_the_version_of_glibc(version: str, expected: tuple[int, int]) -> None:
    assert glibc_version((replace(PACKAGE, version=version),)) == expected


def test_a_platform_that_is_not_supported() -> None:
    with pytest.raises(StrataError) as caught:
        debian_platform("linux/s390x")
    assert str(caught.value) == (
        "Debian packages for the platform linux/s390x are not supported.\n"
        "Found:\n  supported: linux/amd64\n  supported: linux/arm64\nFix: choose one of the supported platforms."
    )
