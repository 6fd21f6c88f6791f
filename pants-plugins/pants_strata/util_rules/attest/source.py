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

from pants.base.build_root import BuildRoot
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules

from pants_strata import engine
from strata.attest.provenance import Source

_COMMIT = "# branch.oid "
_NONE = "(initial)"


@dataclass(frozen=True)
class SourceRequest:
    """The state of the repository. `uri` is what its users call it."""

    uri: str


@_uncacheable_rule
async def read_source(request: SourceRequest, build_root: BuildRoot) -> Source:
    """Return the state of the repository, as it is in this run of Pants."""
    path = (await engine.environment_variables(["PATH"])).get("PATH", "")
    commit, clean = _state(build_root.pathlib_path, path)
    return Source(commit, clean, request.uri)


def _state(folder: Path, path: str) -> tuple[str, bool]:
    """Return the commit, and whether the checkout is clean; an empty commit where there is none, or no Git.

    https://git-scm.com/docs/git-status#_porcelain_format_version_2

    :param path: where to look for `git`, as PATH has it.
    """
    program = shutil.which("git", path=path)
    if program is None:
        return "", False
    # Without locks, since somebody else may use Git now. Python starts a process faster that keeps descriptors open.
    asked = ("status", "--porcelain=v2", "--branch", "--untracked-files=normal")
    command = [program, "--no-optional-locks", "-C", str(folder), *asked]
    done = subprocess.run(command, capture_output=True, check=False, close_fds=False)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    heads = [line[len(_COMMIT) :] for line in lines if line.startswith(_COMMIT)]
    if done.returncode or not heads or heads[0] == _NONE:
        # No repository, or one without a commit, or one that Git does not trust.
        return "", False
    return heads[0], all(line.startswith("#") for line in lines)


get_source = engine.asker(read_source)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
