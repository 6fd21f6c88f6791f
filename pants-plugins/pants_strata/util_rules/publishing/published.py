"""This module asks a registry whether an image is there already, so that a run that changes nothing pushes nothing.

Pants pushes images one after the other; these questions are asked all at once, and need no file of an image. They are
uncached. Where no answer comes, for whatever reason, the push is left to say why.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from pants.engine.process import Process, ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.artifacts.host import HostPrepared
from pants_strata.library_command import DIGEST
from pants_strata.library_process import HOST_SETTINGS
from pants_strata.publishing.destinations import Destination

# The push itself asks again: more often, and it waits for longer.
_SECONDS = 20


@dataclass(frozen=True)
class PublishedRequest:
    """The question whether a registry has an image, by its digest, at all names that it gets there."""

    place: Destination
    digest: str


@dataclass(frozen=True)
class Published:
    """The answer: whether nothing is to be pushed."""

    is_there: bool


@rule
async def ask_registry(request: PublishedRequest, _: HostPrepared) -> Published:
    """Return whether all names of an image lead to it."""
    process = Process(
        argv=(*DIGEST, "--attempts=1", *request.place.names(request.digest)),
        append_only_caches=HOST_SETTINGS,
        description=f"Look for {request.place.description(request.digest)}",
        level=LogLevel.DEBUG,
        cache_scope=ProcessCacheScope.PER_SESSION,
        timeout_seconds=_SECONDS,
    )
    result = await engine.execute(process, None)
    if result.exit_code != 0:
        return Published(False)
    found = {json.loads(line)["digest"] for line in result.stdout.splitlines()}
    return Published(found == {request.digest})


get_published = engine.asker(ask_registry)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
