"""A copy of this repository, as a user has it after `git clone`, in which commands are typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.nested_pants import inherited_environment, project_folder, quick_start

# What a test process finds beside the repository's own files.
_FOREIGN = shutil.ignore_patterns("__pycache__", "dist", "extra-output", ".*", "*.pyc", "*.xml")
_GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")


@dataclass(frozen=True)
class Checkout:
    """`programs` is a folder with tools that the machine may lack."""

    root: Path
    programs: Path

    def run(self, commands: Sequence[str], *, tools: bool = False, seconds: int = 300) -> str:
        """Run lines in one shell at the root; return what they print. The first that fails fails the test.

        :param tools: `programs` is on PATH, which is in the keys of Pants' own processes.
        """
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
            cwd=self.root,
            env=self._environment(tools),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{commands} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def _environment(self, tools: bool) -> Mapping[str, str]:
        environment = {**inherited_environment(), **quick_start(), "PANTS_DYNAMIC_UI": "false", "PANTS_COLORS": "false"}
        if tools:
            environment["PATH"] = f"{environment.get('PATH', os.defpath)}{os.pathsep}{self.programs}"
        return environment


@contextmanager
def checkout() -> Iterator[Checkout]:
    """Copy the repository, with its files committed on a branch `main`. Pants' caches are the machine's."""
    with project_folder() as folder:
        root, programs = folder / "project", folder / "programs"
        programs.mkdir()
        shutil.copytree(Path(), root, ignore=_FOREIGN, symlinks=True)
        (root / ".gitignore").write_text("/.pants.d/\n/.pids/\n/dist/\n__pycache__/\n")
        copied = Checkout(root, programs)
        git = " ".join(f"'{part}'" for part in _GIT)
        copied.run([f"{git} init -q", f"{git} add --all", f"{git} commit -q -m 'A clone'"])
        yield copied
