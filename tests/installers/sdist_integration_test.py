"""Source distributions in a project that real Pants builds: allowed by name, built by each installer, cached."""

from __future__ import annotations

import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from strata.locks.installers import TOOLS
from support.nested_pants import NestedPants, nested_pants
from support.oci.examples import SITE_PACKAGES, layer_digests, layers_of
from support.venvs.sdists import SdistFile

FLIT = """\
[build-system]
requires = ["flit_core>=3"]
build-backend = "flit_core.buildapi"

[project]
name = "greeter"
version = "1.0"
description = "Greets"
scripts = { greet = "greeter:main" }
"""
SETUP = """\
from setuptools import setup

setup(name="older", version="1.0", py_modules=["older"], package_data={})
"""
# New in each run: the machine's store holds what earlier runs built.
GREETER = f'"""Greets {uuid.uuid4()}."""\n\ndef main():\n    print("hello")\n'
SDISTS = [
    SdistFile("greeter", {"pyproject.toml": FLIT, "greeter.py": GREETER}),
    SdistFile("older", {"setup.py": SETUP, "older.py": "AGE = 40\n"}),
    SdistFile.with_backend("place", "import os\nreturn f'PLACE = {os.getcwd()!r}\\n'"),
    SdistFile.with_backend("native", "import subprocess\nsubprocess.run(['gcc', 'native.c'], check=True)"),
]
VENV = """\
python_venv(
    name="{tool}", installer=":{tool}-tool", allow_sdists=["Greeter", "older"], build_lockfile="{lock}"
)
"""
BUILD = "".join(f'python_installer(name="{tool}-tool", tool="{tool}")\n' for tool in TOOLS)


@dataclass(frozen=True)
class Project:
    pants: NestedPants
    hashes: dict[str, str]

    def lock(self, *names: str) -> str:
        return "".join(f"{name}==1.0 --hash=sha256:{self.hashes[name]}\n" for name in names)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("sdists")
    hashes = {sdist.name: sha256(sdist.write(folder).read_bytes()).hexdigest() for sdist in SDISTS}
    with nested_pants({}, settings=f'[python-repos]\nfind_links = ["{folder.as_uri()}"]\n') as pants:
        pants.make_interpreter()
        yield Project(pants, hashes)


def test_installers_build_the_same_wheels_once(project: Project) -> None:
    venvs = "".join(VENV.format(tool=tool, lock="build.lock") for tool in TOOLS)
    files = {
        "built/BUILD": BUILD + venvs,
        "built/requirements.lock": project.lock("greeter", "older"),
        "built/build.lock": Path("tests/installers/build.lock").read_text(),
    }
    project.pants.write(files)
    ran = project.pants.run("package", *(f"built:{tool}" for tool in TOOLS)).succeeded()
    assert ran.stderr.count("Completed: Build a wheel of greeter 1.0 with ") == len(TOOLS)
    assert ran.warnings == []
    layouts = [project.pants.root / "dist" / "built" / tool for tool in TOOLS]
    assert len({tuple(layer_digests(layout)) for layout in layouts}) == 1
    names = set()
    for path in layers_of(layouts[0]):
        with tarfile.open(path) as layer:
            names.update(layer.getnames())
    assert {f"{SITE_PACKAGES}/greeter.py"[1:], f"{SITE_PACKAGES}/older.py"[1:], "opt/venv/bin/greet"} <= names

    # Another lock needs another venv; the wheel is there.
    project.pants.write({"built/requirements.lock": project.lock("greeter")})
    again = project.pants.package("built:pip", "--level=debug").succeeded()
    assert "Completed: Install 1 wheel with pip" in again.stderr
    assert "Starting: Build a wheel" not in again.stderr


def test_a_wheel_that_is_not_reproducible(project: Project) -> None:
    files = {
        "differs/BUILD": 'python_venv(name="venv", allow_sdists=["place"])\n',
        "differs/requirements.lock": project.lock("place"),
    }
    project.pants.write(files)
    assert project.pants.package("differs:venv").succeeded().warnings == [
        "differs:venv: place 1.0 was built twice from its source distribution, and the wheels differ. Images on "
        "machines that do not share a cache will differ too:\n"
        "  place.py"
    ]


def test_a_build_that_needs_a_compiler(project: Project) -> None:
    files = {
        "native/BUILD": 'python_venv(name="venv", allow_sdists=["native"])\n',
        "native/requirements.lock": project.lock("native"),
    }
    project.pants.write(files)
    assert (
        "native:venv: native 1.0 cannot be built: its build needs a compiler, and there is none beside the "
        "interpreter.\nFound:\n  the build started gcc\n"
    ) in project.pants.package("native:venv").error


def test_a_missing_lock_of_build_requirements(project: Project) -> None:
    files = {
        "missing/BUILD": BUILD + VENV.format(tool="pip", lock="absent.lock"),
        "missing/requirements.lock": project.lock("greeter"),
    }
    project.pants.write(files)
    error = project.pants.package("missing:pip").error.rstrip()
    assert error.partition("missing:pip: ")[2] == (
        "The lock file missing/absent.lock does not exist.\n"
        "Fix: list what builds need (setuptools, say) in build.in beside it and run "
        "`uv pip compile --generate-hashes -o absent.lock build.in` there, or name another file in `build_lockfile`."
    )
