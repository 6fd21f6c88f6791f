from __future__ import annotations

import pytest

from strata.debian.defaults import (
    BASE_ROOTS,
    COMPONENTS,
    DEBUG_ROOTS,
    EXCLUDED,
    interpreter_excluded,
    interpreter_roots,
)
from strata.debian.lock import LockInputs
from strata.debian.lock_reader import read_debian_lock
from strata.debian.releases import find_release, suites
from strata.debian.shipped import RELEASES, shipped_base_lock, shipped_debug_lock, shipped_interpreter_lock
from strata.errors.debian import built_with_newer_than_shipped, no_shipped_lock
from strata.interpreters.debian_versions import python_version

PLATFORMS = ["linux/amd64", "linux/arm64"]


def inputs(release: str, roots: tuple[str, ...], excluded: tuple[str, ...]) -> LockInputs:
    return LockInputs.of(suites=suites(release), components=COMPONENTS, roots=roots, excluded=excluded)


@pytest.mark.parametrize("release", RELEASES.values())
def test_base(release: str) -> None:
    lock = read_debian_lock(shipped_base_lock(release), "")
    assert lock.made_from == inputs(release, BASE_ROOTS, EXCLUDED)
    assert [entry.platform for entry in lock.platforms] == PLATFORMS


@pytest.mark.parametrize("release", RELEASES.values())
def test_tools_of_debug_images(release: str) -> None:
    lock = read_debian_lock(shipped_debug_lock(release), "")
    assert lock.made_from == inputs(release, DEBUG_ROOTS, EXCLUDED)
    assert [entry.platform for entry in lock.platforms] == PLATFORMS
    # It needs no library.
    assert all([package.name for package in lock.packages(platform)] == ["busybox-static"] for platform in PLATFORMS)


@pytest.mark.parametrize("python, release", RELEASES.items())
def test_interpreter(python: str, release: str) -> None:
    lock = read_debian_lock(shipped_interpreter_lock(python), "")
    assert lock.made_from == inputs(release, interpreter_roots(python), interpreter_excluded(python))
    assert [entry.platform for entry in lock.platforms] == PLATFORMS
    for platform in PLATFORMS:
        assert python_version(lock.packages(platform)).startswith(f"{python}.")


@pytest.mark.parametrize("python, release", RELEASES.items())
def test_base_and_interpreter_have_one_c_library(python: str, release: str) -> None:
    for platform in PLATFORMS:
        base = read_debian_lock(shipped_base_lock(release), "").packages(platform)
        (libc,) = (package for package in base if package.name == "libc6")
        assert libc in read_debian_lock(shipped_interpreter_lock(python), "").packages(platform)


def test_each_lock_is_the_one_of_its_release() -> None:
    for python, name in RELEASES.items():
        release = find_release(name)
        assert release is not None
        assert (release.python, release.is_stable) == (python, True)


def test_no_lock_names_a_host() -> None:
    releases = RELEASES.values()
    locks = [*map(shipped_base_lock, releases), *map(shipped_debug_lock, releases)]
    locks += map(shipped_interpreter_lock, RELEASES)
    assert not [text for text in locks if "://" in text]


def test_messages() -> None:
    assert str(
        no_shipped_lock(["release: Strata brings locks of bullseye, bookworm, trixie"]).at("3rdparty:cpython")
    ) == (
        "3rdparty:cpython: Strata brings no lock for these fields and options.\n"
        "Found:\n"
        "  release: Strata brings locks of bullseye, bookworm, trixie\n"
        "Fix: declare the target in a BUILD file, with `lockfile` and a name for the file there, write the file with "
        "`./pants generate-lockfiles --resolve=ADDRESS`, and name the target in `[strata]` in pants.toml."
    )
    assert built_with_newer_than_shipped("//:strata-base", ["libc6 2.41-12 → 2.41-13"]) == (
        "//:strata-base: the mirror has dropped packages of the lock that comes with Strata.\n"
        "Built with what the signed index holds now:\n"
        "  libc6 2.41-12 → 2.41-13\n"
        "To build the same bytes tomorrow, declare the target in a BUILD file with a `lockfile` of its own, and name "
        "it in `[strata]` in pants.toml."
    )
