"""The state of the repository: the commit that is checked out, and whether all files are as it has them.

Git is asked anew in each run of Pants, also where Pants' daemon remembers the rest; what depends on the answer is made
again where that is another. Nothing but provenance depends on it: it is in no key of a process.

Git itself is found here: Pants' own rule starts processes for that, which a build from a cache would then have to run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pants.base.build_root import BuildRoot
from pants.core.util_rules.system_binaries import GitBinary, GitBinaryException
from pants.engine.rules import Rule, _uncacheable_rule, collect_rules
from pants.vcs.git import GitWorktree

from pants_strata import engine
from strata.attest.provenance import Source


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

    :param path: where to look for `git`, as PATH has it.
    """
    program = shutil.which("git", path=path)
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    if not program or not top:
        return "", False
    worktree = GitWorktree(GitBinary(program, ""), worktree=top)
    try:
        return str(worktree.commit_id), not worktree.changed_files(include_untracked=True)
    except GitBinaryException:
        # There is no commit yet, or Git does not trust the directory.
        return "", False


get_source = engine.asker(read_source)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
