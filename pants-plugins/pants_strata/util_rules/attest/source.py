"""The state of the repository: the commit that is checked out, and whether all files are as it has them.

Git is asked anew in each run of Pants, also where Pants' daemon remembers the rest; what depends on the answer is made
again where that is another. Nothing but provenance depends on it: it is in no key of a process.

Pants' own support of Git starts processes to find it, which a build from a cache would then have to run, and three more
to ask it. One call tells all of it here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from pants.base.build_root import BuildRoot
from pants.engine.internals.options_parsing import _Options
from pants.engine.internals.session import RunId
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules, rule
from pants.engine.streaming_workunit_handler import WorkunitsCallbackFactory, WorkunitsCallbackFactoryRequest
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.subsystem import Document, StrataSubsystem
from pants_strata.util_rules.end_of_run import EndOfRun
from strata.attest.provenance import Source

_COMMIT = "# branch.oid "
_NONE = "(initial)"

# Those that write or push provenance.
_GOALS = frozenset({"package", "publish"})


@dataclass(frozen=True)
class SourceRequest:
    """The state of the repository. `uri` is what its users call it."""

    uri: str


class Status:
    """What Git says of the checkout: asked when a run starts, since it takes the longer the larger a repository is."""

    def __init__(self) -> None:
        self._run: object = None
        self._git: Optional[subprocess.Popen[bytes]] = None

    def ask(self, run: object, folder: Path, path: str) -> None:
        """Start Git for a run of Pants, and do not wait for it.

        :param path: where to look for `git`, as PATH has it.
        """
        self.end()
        self._run, self._git = run, _start(folder, path)

    def answer(self, run: object, folder: Path, path: str) -> tuple[str, bool]:
        """Return the commit, and whether the checkout is clean; an empty commit where there is none, or no Git."""
        git, self._git = self._git, None
        if run != self._run or git is None:
            git = _start(folder, path)
        return _state(git) if git else ("", False)

    def end(self) -> None:
        """Stop Git where nobody waited for it."""
        if self._git:
            self._git.kill()
            self._git.communicate()
            self._git = None


STATUS = Status()
"""That of Pants' daemon, which has one run at a time."""


def _start(folder: Path, path: str) -> Optional[subprocess.Popen[bytes]]:
    program = shutil.which("git", path=path)
    if program is None:
        return None
    # Without locks, since somebody else may use Git now. Python starts a process faster that keeps descriptors open.
    asked = ("status", "--porcelain=v2", "--branch", "--untracked-files=normal")
    command = [program, "--no-optional-locks", "-C", str(folder), *asked]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, close_fds=False)


def _state(git: subprocess.Popen[bytes]) -> tuple[str, bool]:
    """Return what Git says: https://git-scm.com/docs/git-status#_porcelain_format_version_2."""
    lines = git.communicate()[0].decode("utf-8", "replace").splitlines()
    heads = [line[len(_COMMIT) :] for line in lines if line.startswith(_COMMIT)]
    if git.returncode or not heads or heads[0] == _NONE:
        # No repository, or one without a commit, or one that Git does not trust.
        return "", False
    return heads[0], all(line.startswith("#") for line in lines)


async def _path() -> str:
    return (await engine.environment_variables(["PATH"])).get("PATH", "")


@_uncacheable_rule
async def read_source(request: SourceRequest, run: RunId, build_root: BuildRoot) -> Source:
    """Return the state of the repository, as it is in this run of Pants."""
    commit, clean = STATUS.answer(run, build_root.pathlib_path, await _path())
    return Source(commit, clean, request.uri)


get_source = engine.asker(read_source)


@dataclass(frozen=True)
class SourceOfRunRequest:
    """The request for what asks Git when a run starts."""


@rule
async def ask_at_start(
    _: SourceOfRunRequest, run: RunId, build_root: BuildRoot, strata: StrataSubsystem, options: _Options
) -> WorkunitsCallbackFactory:
    """Ask Git in a run that will want to know. Return what ends the question with the run."""
    wanted = Document.provenance in strata.attest and not _GOALS.isdisjoint(options.options.goals)
    if wanted:
        STATUS.ask(run, build_root.pathlib_path, await _path())
    return WorkunitsCallbackFactory(lambda: EndOfRun(STATUS.end) if wanted else None)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(WorkunitsCallbackFactoryRequest, SourceOfRunRequest))
