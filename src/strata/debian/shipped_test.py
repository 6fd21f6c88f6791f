from __future__ import annotations

import pytest

from strata.debian.defaults import BASE_ROOTS, COMPONENTS, EXCLUDED, SUITES, interpreter_roots
from strata.debian.lock import LockInputs
from strata.debian.lock_reader import read_debian_lock
from strata.debian.shipped import PYTHONS, shipped_base_lock, shipped_interpreter_lock
from strata.errors.debian import built_with_newer_than_shipped, no_shipped_lock
from strata.interpreters.debian_versions import python_version

PLATFORMS = ["linux/amd64", "linux/arm64"]


def inputs(roots: tuple[str, ...]) -> LockInputs:
    return LockInputs.of(suites=SUITES, components=COMPONENTS, roots=roots, excluded=EXCLUDED)


def test_base() -> None:
    lock = read_debian_lock(shipped_base_lock(), "")
    assert lock.made_from == inputs(BASE_ROOTS)
    assert [entry.platform for entry in lock.platforms] == PLATFORMS


@pytest.mark.parametrize("python", PYTHONS)
def test_interpreter(python: str) -> None:
    lock = read_debian_lock(shipped_interpreter_lock(python), "")
    assert lock.made_from == inputs(interpreter_roots(python))
    assert [entry.platform for entry in lock.platforms] == PLATFORMS
    for platform in PLATFORMS:
        assert python_version(lock.packages(platform)).startswith(f"{python}.")


def test_base_and_interpreter_have_one_c_library() -> None:
    base = {package.name: package for package in read_debian_lock(shipped_base_lock(), "").packages("linux/amd64")}
    for python in PYTHONS:
        packages = read_debian_lock(shipped_interpreter_lock(python), "").packages("linux/amd64")
        assert base["libc6"] in packages


def test_messages() -> None:
    assert str(no_shipped_lock(["version: Strata brings locks of CPython 3.13"]).at("3rdparty:cpython")) == (
        "3rdparty:cpython: Strata brings no lock for these fields and options.\n"
        "Found:\n"
        "  version: Strata brings locks of CPython 3.13\n"
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
