"""This module lists the projects that count as installers, and what shows that one of them is there.

An installer here is a program that puts Python packages into an environment, and what such a program brings along:
setuptools and wheel came with every venv for years. Build backends that only pip and the like can call are not in the
table, nor are installers of the operating system, such as apt.

A package is known by modules that it had in all of its releases that are still around, several where its name is a
common word: an app may well have a module of its own that is called `wheel` or `installer`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from strata.wheels.project_name import normalized_name

TABLE_VERSION = 1
"""Rises with each change of PROJECTS, as it decides what the result of an audit means."""


@dataclass(frozen=True)
class Package:
    """An importable package: `directory` holds all of `members`, which are paths of modules without their suffix."""

    directory: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """One project, by the name that the index has for it.

    :param packages: each is a sign of its own.
    :param modules: files that are a sign by their name alone; with a slash, only in that directory of site-packages.
    :param scripts: names of commands; a version may follow, as in `pip3.13`.
    :param entry_points: what its commands import and call, as `module:function`.
    """

    name: str
    packages: tuple[Package, ...] = ()
    modules: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()

    def looked_for(self) -> list[str]:
        """Return what an audit looks for, as patterns of paths and in words, for people."""
        escaped = re.sub("-", "[-_.]", self.name)
        return [
            *(f"**/{package.directory}/{member}.py[c]" for package in self.packages for member in package.members),
            *(f"**/{module}" for module in self.modules),
            f"**/{escaped}[-VERSION].(dist-info|egg-info|egg|egg-link)",
            f"**/{escaped}-*.whl",
            *(f"**/(bin|sbin|condabin|Scripts)/{script}[VERSION]" for script in self.scripts),
            *(f"executable scripts that import {entry_point}" for entry_point in self.entry_points),
        ]


PROJECTS = (
    Project(
        "conda", (Package("conda", ("cli/main", "core/solve")),), scripts=("conda",), entry_points=("conda.cli:main",)
    ),
    Project("distlib", (Package("distlib", ("scripts", "wheel")),)),
    Project("ensurepip", (Package("ensurepip", ("__init__", "_uninstall")),)),
    Project("flit", (Package("flit", ("buildapi", "install")),), scripts=("flit",), entry_points=("flit:main",)),
    Project(
        "hatch",
        (Package("hatch", ("cli/__init__", "env/__init__")),),
        scripts=("hatch",),
        entry_points=("hatch.cli:main",),
    ),
    Project("installer", (Package("installer", ("_core", "destinations", "records")),)),
    Project("mamba", (Package("mamba", ("mamba", "utils")),), scripts=("mamba", "micromamba")),
    Project(
        "pdm", (Package("pdm", ("core", "installers/__init__")),), scripts=("pdm",), entry_points=("pdm.core:main",)
    ),
    Project(
        "pex",
        (Package("pex", ("pex_builder", "pex_info")),),
        scripts=("pex", "pex3"),
        entry_points=("pex.bin.pex:main",),
    ),
    Project(
        "pip",
        # Until version 9 there was no `_internal`.
        (Package("pip", ("_internal/__init__",)), Package("pip", ("req/req_install",))),
        modules=("get-pip.py",),
        scripts=("pip",),
        entry_points=(
            "pip:main",
            "pip._internal:main",
            "pip._internal.main:main",
            "pip._internal.cli.main:main",
            "pip._internal.cli.main:cli",
        ),
    ),
    Project(
        "pip-tools",
        (Package("piptools", ("resolver", "sync")),),
        scripts=("pip-compile", "pip-sync"),
        entry_points=("piptools.scripts.compile:cli", "piptools.scripts.sync:cli"),
    ),
    Project(
        "pipenv",
        (Package("pipenv", ("environment", "patched/__init__")),),
        scripts=("pipenv",),
        entry_points=("pipenv:cli",),
    ),
    Project(
        "pipx",
        (Package("pipx", ("main", "venv")),),
        scripts=("pipx",),
        entry_points=("pipx.__main__:cli", "pipx.main:cli"),
    ),
    Project("pixi", scripts=("pixi",)),
    Project(
        "poetry",
        (Package("poetry", ("console/application", "installation/installer")),),
        scripts=("poetry",),
        entry_points=("poetry.console:main", "poetry.console.application:main"),
    ),
    Project("poetry-core", (Package("poetry/core", ("factory", "masonry/__init__")),)),
    Project("rye", scripts=("rye",)),
    Project(
        "setuptools",
        (
            Package("setuptools", ("dist", "command/easy_install")),
            Package("pkg_resources", ("__init__",)),
            Package("_distutils_hack", ("__init__",)),
        ),
        modules=("site-packages/easy_install.py", "dist-packages/easy_install.py", "distutils-precedence.pth"),
        scripts=("easy_install",),
        entry_points=("setuptools.command.easy_install:main",),
    ),
    Project("uv", (Package("uv", ("_find_uv",)),), scripts=("uv", "uvx")),
    Project(
        "virtualenv",
        (Package("virtualenv", ("run/__init__", "seed/__init__")),),
        modules=("site-packages/virtualenv.py", "dist-packages/virtualenv.py"),
        scripts=("virtualenv",),
        entry_points=("virtualenv:main", "virtualenv.__main__:run_with_catch"),
    ),
    Project(
        "wheel",
        (Package("wheel", ("bdist_wheel", "wheelfile")),),
        scripts=("wheel",),
        entry_points=("wheel.cli:main", "wheel._commands:main"),
    ),
)

LATER = (
    Project(
        "micropipenv",
        modules=("site-packages/micropipenv.py", "dist-packages/micropipenv.py"),
        scripts=("micropipenv",),
        entry_points=("micropipenv:main",),
    ),
)
"""Projects that are looked for, too, and that the manifests of images do not list before TABLE_VERSION rises."""

ALL = (*PROJECTS, *LATER)

_WORDS = frozenset({"wheel"})
"""Names of commands that are common words: such a script counts where it imports or runs the project."""

_BY_NAME = {project.name: project for project in ALL}
_BY_SCRIPT = {script: project for project in ALL for script in project.scripts}
_BY_ENTRY_POINT = {entry_point: project for project in ALL for entry_point in project.entry_points}

_BY_MODULE = {entry_point.partition(":")[0]: project for entry_point, project in _BY_ENTRY_POINT.items()}

_SCRIPT_VERSION = re.compile(r"-?\d+(\.\d+)*$")


def project_named(name: str) -> Optional[Project]:
    """Return the project of that name, in any spelling (PEP 503)."""
    return _BY_NAME.get(normalized_name(name))


def project_of_command(name: str) -> Optional[Project]:
    """Return the project whose command a file or link of that name is, in a directory of commands."""
    return None if _SCRIPT_VERSION.sub("", name) in _WORDS else project_of_script(name)


def project_of_script(name: str) -> Optional[Project]:
    """Return the project that has a command of that name, which is the name of a module that can be run, too."""
    return _BY_SCRIPT.get(name) or _BY_SCRIPT.get(_SCRIPT_VERSION.sub("", name))


def project_of_module(name: str) -> Optional[Project]:
    """Return the project whose commands import the module."""
    return _BY_MODULE.get(name)


def project_of_entry_point(entry_point: str) -> Optional[Project]:
    """Return the project whose commands call `module:function`."""
    return _BY_ENTRY_POINT.get(entry_point)
