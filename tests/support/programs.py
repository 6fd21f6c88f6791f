"""Programs of the system that tests read images with: found, installed where that is allowed, or a reason to skip."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Callable, NoReturn, Optional, TypeVar

import pytest

# Where a distribution puts programs, also those of root, whatever PATH a test gets.
_SEARCH = os.pathsep.join(
    [os.environ.get("PATH", os.defpath), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
)
_APT_SECONDS = 300

Found = TypeVar("Found")


def require(program: str, package: str) -> str:
    """The path of a program that the Debian package `package` holds.

    It is installed if it is missing and this process may do so. Otherwise the test is skipped, or fails where CI=true,
    so that a skip never passes for a success there.
    """
    return _provide(program, package, lambda: shutil.which(program, path=_SEARCH))


def require_files(directory: str, package: str) -> Path:
    """The same for a directory that the package holds."""
    return _provide(directory, package, lambda: Path(directory) if Path(directory).is_dir() else None)


def _provide(what: str, package: str, find: Callable[[], Optional[Found]]) -> Found:
    found = find()
    if found is not None:
        return found
    reason = _install(package, find)
    found = find()
    if found is None:
        refuse(f"{what} of the Debian package {package} is missing, {reason}.")
    return found


def _install(package: str, find: Callable[[], Optional[Found]]) -> str:
    """Returns why `find` may still find nothing."""
    apt_get = shutil.which("apt-get", path=_SEARCH)
    if apt_get is None:
        return "and there is no apt-get to install it"
    if os.geteuid() != 0:
        return "and only root may install it"
    with Path(tempfile.gettempdir(), "strata-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find() is not None:
            return "installed by another test"
        install = [apt_get, "install", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", package]
        output = ""
        # The lists of packages may be old or absent: a second try is made with new ones.
        for command in (install, [apt_get, "update"], install):
            output = _run(command)
            if find() is not None:
                return "installed"
    last = output.strip().splitlines()[-1:] or ["it said nothing"]
    return f"and apt-get could not install it: {last[0]}"


def _run(command: list[str]) -> str:
    environment = {**os.environ, "PATH": _SEARCH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_APT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it did not end within {_APT_SECONDS} seconds"
    return done.stdout.decode(errors="replace")


def go_program(name: str, module: str) -> str:
    """The path of a program that `go install` builds, in a folder that STRATA_TEST_GO_PROGRAMS names, or on PATH.

    To build it takes minutes: without it the test is skipped, in CI as well.
    """
    folders = [os.environ.get("STRATA_TEST_GO_PROGRAMS", ""), _SEARCH]
    found = shutil.which(name, path=os.pathsep.join(filter(None, folders)))
    if found is None:
        pytest.skip(
            f"{name} is not here: `GOBIN=/a/folder go install {module}`, and STRATA_TEST_GO_PROGRAMS=/a/folder."
        )
    return found


def refuse(reason: str) -> NoReturn:
    """Skips the test, or fails it where CI=true, so that a skip never passes for a success there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
