"""The documents about an image: those that `[strata].attest` chooses. They stand outside the image.

A document has a module of its own in this folder, with a coroutine that gets the request and returns the bytes. It is
called here by its name, since Pants finds what a rule asks for by the names in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from pants.engine.rules import Rule, collect_rules, rule
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.documents import Documents, DocumentsRequest
from pants_strata.subsystem import StrataSubsystem


@rule
async def write_documents(request: DocumentsRequest, strata: StrataSubsystem) -> Documents:
    """Return the documents about the image for one platform."""
    files: dict[str, bytes] = {}
    return Documents(FrozenDict(files))


get_documents = engine.asker(write_documents)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
