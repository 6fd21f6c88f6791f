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
from pants_strata.subsystem import DebianSubsystem, Document, StandaloneSubsystem, StrataSubsystem
from pants_strata.util_rules.attest.contents import contents_of
from pants_strata.util_rules.attest.installers import write_installers
from pants_strata.util_rules.attest.provenance import write_provenance
from pants_strata.util_rules.image import get_image
from strata.attest.cyclonedx import cyclonedx_document
from strata.attest.documents import CYCLONEDX, INSTALLERS, PROVENANCE, SPDX
from strata.attest.spdx import spdx_document


@rule
async def write_documents(
    request: DocumentsRequest, strata: StrataSubsystem, debian: DebianSubsystem, standalone: StandaloneSubsystem
) -> Documents:
    """Return the image for one platform, and the documents about it."""
    files: dict[str, bytes] = {}
    image = await engine.target(request.image.address)
    built = await get_image(request.image)
    if Document.cyclonedx in strata.attest or Document.spdx in strata.attest:
        contents = await contents_of(built, image, debian)
        if Document.cyclonedx in strata.attest:
            files[CYCLONEDX.file] = cyclonedx_document(contents)
        if Document.spdx in strata.attest:
            files[SPDX.file] = spdx_document(contents)
    if Document.provenance in strata.attest:
        files[PROVENANCE.file] = await write_provenance(built, image, strata, debian, standalone)
    if Document.installers in strata.attest:
        files[INSTALLERS.file] = write_installers(built, image)
    return Documents(built, FrozenDict(files))


get_documents = engine.asker(write_documents)


def rules() -> Iterable[Rule]:
    """Return the rules of this module."""
    return collect_rules()
