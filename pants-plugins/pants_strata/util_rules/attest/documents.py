"""The documents about an image: those that `[strata].attest` chooses. They stand outside the image.

A document has a module of its own in this folder, with a coroutine that gets the request and returns the bytes. It is
called here by its name, since Pants finds what a rule asks for by the names in it.
"""

from __future__ import annotations

from pants.engine.target import Target

from pants_strata.artifacts.image import BuiltImage
from pants_strata.subsystem import DebianSubsystem, Document, StandaloneSubsystem, StrataSubsystem
from pants_strata.util_rules.attest.contents import contents_of
from pants_strata.util_rules.attest.installers import write_installers
from pants_strata.util_rules.attest.provenance import write_provenance
from strata.attest.cyclonedx import cyclonedx_document
from strata.attest.documents import CYCLONEDX, INSTALLERS, PROVENANCE, SPDX
from strata.attest.spdx import spdx_document


async def documents_of(
    built: BuiltImage, image: Target, strata: StrataSubsystem, debian: DebianSubsystem, standalone: StandaloneSubsystem
) -> dict[str, bytes]:
    """Return the documents about an image for one platform, by their names, as strata.attest.documents has them."""
    files: dict[str, bytes] = {}
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
    return files
