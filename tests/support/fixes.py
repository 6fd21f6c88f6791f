"""The commands in the fixes that messages print: which functions of strata.errors print one, and how a user runs it."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.mistakes import Project
from support.nested_pants import inherited_environment

_COMMAND = re.compile(r"`((?:\w+=… |\{\}=… )?(?:(?:\./)?pants|uv|pip|poetry|pex3|pdm|pipenv|python3?) [^`]*)`")
_PLACED = re.compile(r"`([^`]+)` in (\S+?)[.,]?(?:\s|$)")
# Functions and constants of strata.errors that end a sentence with a command.
_RENEWING = frozenset({"renewal", "_compile", "_renew", "RENEW", "renew"})


_SAME = "the same command as another function's, that is run"
_FIRST = "the same command as another function's; the user decides first what the sentence before it says"
NOT_RUN: Mapping[str, str] = {
    "debian.built_with_renewed": "a warning; " + _SAME,
    "debian.lock_field_is_wrong": _SAME,
    "debian.lock_has_duplicate": _SAME,
    "debian.lock_lacks_field": _SAME,
    "debian.lock_lacks_package": _SAME,
    "debian.lock_lacks_platform": _FIRST,
    "debian.no_shipped_lock": _FIRST,
    "debian.version_is_unreadable": _SAME,
    "diff.nothing_to_compare": "an example, with the address of a target that a project may have; parsed",
    "files.no_images": "an example, with the address of a target that a project may have; parsed",
    "image_tests.ended_early": "runs a container; tests/images/run_integration_test.py runs images",
    "image_tests.no_package": "the command that builds what every test of an image asks for",
    "image_tests.no_yaml_reader": "needs pip in the Python of the command, and the extra in an index",
    "images.bad_document": "shows the command that built the documents; the user decides what to do with this one",
    "images.not_signed": "needs a registry and a key; tests/registry signs, and then verifies",
    "fetch.index_unreachable": "shows a configuration; parsed",
    "fetch.only_sdist": "an error that rules replace by builds.only_sdists",
    "fetch.package_gone": _SAME + "; tests/locks/debian_integration_test.py has a mirror that lost a package",
    "fetch.release_absent": "shows a configuration; parsed",
    "installers.cannot_lock": "shows a configuration; parsed",
    "keys.missing_package": "has `…` in it, and needs pip in the Python of the command",
    "libraries.libraries_missing": _FIRST + "; tests/images/imports_integration_test.py has the whole message",
    "libraries.libraries_missing_upon": _FIRST
    + "; tests/registry/base_images_integration_test.py has the whole message",
    "libraries.libraries_unknown": _SAME,
    "locks.foreign_source": _FIRST,
    "locks.groups_of_requirements": "has NAME in it; parsed",
    "locks.locked_twice": _FIRST,
    "locks.no_files": _SAME,
    "locks.other_platform": _FIRST,
    "machine.workers_failed": "needs workers; tests/caching/remote_execution_integration_test.py has some that fail",
    "machine.wrong_file": "needs a cache that lies; pants_strata/util_rules/fetch_test.py has one; parsed",
    "machine.wrong_result": "needs workers; tests/caching/remote_execution_integration_test.py has one that lies",
    "pex_locks.foreign_source": _FIRST,
    "pex_locks.newer_format": _FIRST,
    "pex_locks.nothing_fits": _FIRST,
    "pex_locks.other_platform": _FIRST,
    "pex_locks.other_python": _FIRST,
    "pex_locks.several_overrides": _FIRST,
    "publish.variable_not_set": "has `…` in it; tests/registry/publish_integration_test.py sets the variable",
    "pylocks.not_standard": "found by packaging 26 alone, which Pants 2.17 does not have; " + _SAME,
    "pylocks.other_environment": _FIRST,
    "pylocks.package_for_other_python": _FIRST,
    "pythons.constraints_exclude_version_file": _FIRST,
    "pythons.version_does_not_come_along": _FIRST,
    "referrers.unknown_document": "has FILE in it; src/strata/registry/referrers/command_test.py attaches with a type",
    "registry.no_tls": "names `./pants publish`, whose option is set in pants.toml; parsed",
    "reports.no_images": "an example, with the address of a target that a project may have",
    "resolves.conflicting_resolves": _SAME,
    "resolves.constraints_exclude_interpreter": _FIRST,
    "builds.built_for_this_machine": "names no project; parsed",
    "builds.needs_compiler": "names no project; parsed",
    "standalone.no_shipped_lock": "needs a mirror of releases; goals/generate_lockfiles_test.py writes one",
    "targets.entry_point_module_missing": _SAME,
    "targets.lock_of_another_python": _SAME,
    "targets.platforms_differ": _SAME,
}
"""Function → why its command is not run. A command that is parsed is in PARSED."""

PARSED: Mapping[str, Sequence[str]] = {
    "pip wheel --help": ["pip wheel"],
    "pip config --help": ["list"],
    "uv pip compile --help": ["--extra ", "--group ", "--generate-hashes"],
    "pex3 lock create --help": ["--output"],
    "./pants help image-diff": ["--image-diff-reference"],
    "./pants help publish": ["--publish-output"],
}
"""A question to a program → what its answer shows, if it takes the command that a message prints."""


def printing(folder: Path) -> Iterator[str]:
    """Yield the functions whose texts hold a command, as `module.function`; those that other texts share are left out.

    :param folder: of strata.errors.
    """
    for file in sorted(folder.rglob("*.py")):
        for function in ast.parse(file.read_text()).body:
            if isinstance(function, ast.FunctionDef) and function.name not in {*_RENEWING, "_damaged_lock"}:
                # Without the docstring.
                inside = [node for statement in function.body[1:] for node in ast.walk(statement)]
                names = {node.id for node in inside if isinstance(node, ast.Name)}
                if names & {*_RENEWING, "_damaged_lock"} or any(_COMMAND.search(_text(node)) for node in inside):
                    yield f"{file.stem}.{function.name}"


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value) if isinstance(value, ast.Constant) else "{}" for value in node.values)
    return ""


@dataclass(frozen=True)
class Fix:
    """What a message says to run, and in which folder of the project."""

    command: str
    folder: str

    @classmethod
    def of(cls, message: str, program: str, folder: str = ".") -> Fix:
        """Return the only command in the fix of a message that begins with a program.

        :param folder: where the message says `there` instead of naming it.
        """
        text = message.rpartition("\nFix: ")[2]
        (command,) = dict.fromkeys(found for found in _COMMAND.findall(text) if found.startswith(f"{program} "))
        placed = dict(_PLACED.findall(text)).get(command)
        return cls(command, placed or folder)


@dataclass(frozen=True)
class User:
    """A person at a shell in the project, with `programs` on PATH, and the project's server as the only index."""

    project: Project
    programs: Path

    def run(self, fix: Fix, **environment: str) -> str:
        """Run a command as it is printed. Return what it writes.

        `pants` is the launcher's name in the header of a lock, where Pants was started by it.
        """
        if re.match(r"(\./)?pants ", fix.command):
            ran = self.project.pants.run(*shlex.split(fix.command)[1:], **environment).succeeded()
            return ran.stdout
        done = subprocess.run(
            fix.command,
            shell=True,  # as it is printed
            cwd=self.project.pants.root / fix.folder,
            env={**inherited_environment(), **self._environment(), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{fix.command}\n{done.stdout}"
        return done.stdout

    def _environment(self) -> Mapping[str, str]:
        index = f"{self.project.url}/simple"
        return {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "UV_DEFAULT_INDEX": index,
            "UV_NO_CONFIG": "1",
            "UV_PYTHON": sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index,
        }
