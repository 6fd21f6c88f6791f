"""What is read of a lock of Pex is what Pex itself takes of it for the interpreter that runs this test.

`pex3 lock export` lists all versions that fit, so locks with several of one project are compared with what Pex's own
model chooses.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pex.resolve.lockfile import json_codec  # type: ignore[import-untyped]
from pex.resolve.lockfile.subset import SubsetResult, subset  # type: ignore[import-untyped]
from pex.targets import Targets  # type: ignore[import-untyped]

from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.reader import read_lock
from strata.oci.platform import Platform
from support.lockfiles import pex_locks
from support.lockfiles.pex_locks import lock, package, resolve, text, with_header

HERE = Platform("linux", {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "amd64"))
PYTHON = platform.python_version()
CPYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
LOCKS = {
    "example": pex_locks.example(),
    "older": lock(
        resolve(package("a", "2", files=["a-2.tar.gz"]), package("a", "1")),
        requirements=["a"],
        prefer_older_binary=True,
    ),
    "direct": lock(resolve(package("a", "1", "b"), package("b", "1")), requirements=["a"], transitive=False),
    "both versions' requirements count": lock(
        resolve(package("a", "1", "b<2"), package("a", "2", "b", "c"), *(package(name, "1") for name in "bc")),
        requirements=["a<2"],
    ),
    "extras of extras": lock(
        resolve(
            package("a", "1", 'a[y]; extra == "x"', 'b[z]; extra == "y"', 'c; extra == "z"'),
            package("b", "1", 'd; extra == "z"'),
            *(package(name, "1") for name in "cd"),
        ),
        requirements=["A[x]"],
    ),
    "platforms": lock(
        resolve(package("a", "1", files=["a-1-py3-none-any.whl"]), tag="cp38-cp38-linux_x86_64"),
        resolve(package("a", "2", files=[f"a-2-{CPYTHON}-{CPYTHON}-linux_x86_64.whl"]), tag=f"{CPYTHON}-{CPYTHON}-x"),
        requirements=["a"],
        style="strict",
    ),
}


def exported(document: dict[str, Any], folder: Path) -> list[str]:
    (folder / "lock.json").write_text(text(document), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-m", "pex.cli", "lock", "export", "--pex-root", str(folder / "root"), "lock.json"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(line.split()[0] for line in found.splitlines() if "==" in line)


def chosen_by_pex(document: dict[str, Any]) -> list[str]:
    lockfile = json_codec.loads(text(document))
    found = subset(
        Targets(),
        lockfile,
        prefer_older_binary=lockfile.prefer_older_binary,
        transitive=lockfile.transitive,
    )
    assert isinstance(found, SubsetResult), found
    return sorted(
        f"{one.pin.project_name}=={one.pin.version}" for one in found.subsets[0].resolved.downloadable_artifacts
    )


def read(document: dict[str, Any]) -> list[str]:
    glibc = tuple(int(part) for part in platform.libc_ver()[1].split("."))
    found = read_lock(
        with_header(document),
        None,
        "pex.lock",
        environment=marker_environment(PYTHON, HERE),
        tags=wheel_tags(PYTHON, (glibc[0], glibc[1]), HERE),
    )
    return [f"{one.name}=={one.version}" for one in found]


@pytest.mark.parametrize("name", LOCKS)
def test_the_same_as_pex_chooses(name: str) -> None:
    assert read(LOCKS[name]) == chosen_by_pex(LOCKS[name])


def test_the_same_as_pex_exports(tmp_path: Path) -> None:
    assert read(LOCKS["example"]) == exported(LOCKS["example"], tmp_path)
