"""The state of the repository: the commit that is checked out, and whether all files are as it has them.

Pants asks Git anew in each run, also where its daemon remembers the rest; what depends on the answer is made again
where that is another. Nothing but provenance depends on it: it is in no key of a process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pants.engine.rules import Rule, collect_rules, rule

from pants_strata import engine
from strata.attest.provenance import Source


@dataclass(frozen=True)
class SourceRequest:
    """The state of the repository. `uri` is what its users call it."""

    uri: str


@rule
async def read_source(request: SourceRequest) -> Source:
    """Return the state of the repository."""
    commit, clean = await engine.git_state()
    return Source(commit, clean, request.uri)


get_source = engine.asker(read_source)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
