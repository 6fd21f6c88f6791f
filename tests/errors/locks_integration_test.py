"""Locks that are missing, stale or not pinned, and the errors that say so."""

from __future__ import annotations

import pytest

from strata.debian.lock_reader import read_debian_lock
from strata.interpreters.debian_versions import python_version
from support.mistakes import VENV, Project, debian_lock


def test_a_lock_line_without_a_hash(project: Project) -> None:
    assert project.venv_error("no_hash", "alpha==1.0\n") == (
        "StrataError: no_hash:venv: no_hash/requirements.lock:1: a requirement has no hash, so what would be installed "
        "is not pinned.\n"
        "Found:\n"
        "  alpha==1.0\n"
        "Fix: make the file again; for instance, run "
        "`uv pip compile --generate-hashes -o requirements.lock requirements.in` in no_hash."
    )


MISSING = """\
python_venv(name="venv")
debian_packages(name="base", lockfile="debian.lock.json")
python_interpreter(name="cpython", lockfile="cpython.lock.json")
python_installer(name="pip", lockfile="pip.lock")
"""


def test_a_missing_lock_of_a_venv(project: Project) -> None:
    assert project.error("missing:venv", {"missing/BUILD": MISSING}) == (
        "StrataError: missing:venv: The lock file missing/requirements.lock does not exist.\n"
        "Fix: list what the apps need in requirements.in beside it and run "
        "`uv pip compile --generate-hashes -o requirements.lock requirements.in` in missing, or name another file in "
        "`lockfile`."
    )


@pytest.mark.parametrize(
    "name, lock", [("base", "debian.lock.json"), ("cpython", "cpython.lock.json"), ("pip", "pip.lock")]
)
def test_a_missing_lock_that_strata_makes(project: Project, name: str, lock: str) -> None:
    assert project.error(f"missing:{name}", {"missing/BUILD": MISSING}) == (
        f"StrataError: missing:{name}: The lock file missing/{lock} does not exist.\n"
        f"Fix: write it with `./pants generate-lockfiles --resolve=missing:{name}`."
    )


def test_a_lock_of_another_interpreter_version(project: Project) -> None:
    lock = (project.pants.root / "3rdparty/python/cpython.lock.json").read_text()
    held = python_version(read_debian_lock(lock, "").packages("linux/amd64"))
    files = {
        "other/BUILD": 'python_interpreter(name="cpython", version="3.13", lockfile="cpython.lock.json")\n',
        "other/cpython.lock.json": lock.replace(f'"{held}-', '"3.12.99-'),
    }
    assert project.error("other:cpython", files) == (
        "StrataError: other:cpython: The lock holds CPython 3.12.99, but the target asks for 3.13.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=other:cpython`, or change `version`."
    )


def test_a_lock_of_dependencies_for_another_interpreter_version(project: Project) -> None:
    package = '[[package]]\nname = "shop"\nversion = "1.0"\nsource = { virtual = "." }\n'
    files = {
        "shop/BUILD": VENV,
        "shop/pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "<3.13"\n',
        "shop/uv.lock": f'version = 1\nrevision = 3\nrequires-python = "<3.13"\n\n{package}',
    }
    lock = (project.pants.root / "3rdparty/python/cpython.lock.json").read_text()
    held = python_version(read_debian_lock(lock, "").packages("linux/amd64"))
    assert project.error("shop:venv", files) == (
        "StrataError: shop:venv: shop/uv.lock is a lock for another interpreter version.\n"
        "Found:\n"
        "  locked for Python <3.13\n"
        f"  the interpreter of the venv is Python {held}\n"
        "Fix: give the venv an interpreter of that range, or widen the range in pyproject.toml and run `uv lock` in "
        "shop."
    )


def test_a_debian_lock_that_is_stale(project: Project) -> None:
    files = {
        "stale/BUILD": (
            'debian_packages(name="base", lockfile="debian.lock.json", '
            'packages=["libc6", "libsqlite3-0"], exclude=["perl"])\n'
        ),
        "stale/debian.lock.json": debian_lock([], roots=["libc6", "zlib1g"]),
    }
    assert project.error("stale:base", files) == (
        "StrataError: stale:base: The lock file stale/debian.lock.json was made for other fields or options than those "
        "of today.\n"
        "Found:\n"
        "  exclude: the lock was made without perl\n"
        "  packages: the lock was made without libsqlite3-0\n"
        "  packages: the lock was made with zlib1g\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=stale:base`."
    )
