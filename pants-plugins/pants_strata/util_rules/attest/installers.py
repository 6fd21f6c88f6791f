"""The attestation of the installer audit: what was looked for in each layer of an image, and found. No process."""

from __future__ import annotations

from pants.engine.target import Target

from pants_strata.artifacts.image import BuiltImage
from strata.attest.absence import AuditedLayer, InstallerAudit
from strata.audit.evidence import Evidence
from strata.audit.policy import ENSUREPIP, LOCK, Verdict
from strata.audit.projects import ALL, TABLE_VERSION
from strata.oci.layer import Layer


def write_installers(built: BuiltImage, image: Target) -> bytes:
    """Return the result of the audit of an image as a statement."""
    verdict = built.installers
    requests = {LOCK, *([ENSUREPIP] if verdict.ensurepip == "keep" else []), *(each.request for each in verdict.found)}
    audit = InstallerAudit(
        table=TABLE_VERSION,
        looked_for={project.name: project.looked_for() for project in ALL},
        may_be_there=sorted(requests),
        layers=[_audited(layer, verdict) for layer in built.image.layers],
    )
    return audit.to_bytes(built.image.manifest_descriptor.digest, str(image.address))


def _audited(layer: Layer, verdict: Verdict) -> AuditedLayer:
    """Return a layer with what its own description has of the things that the verdict is about."""
    kind = layer.contents["kind"]
    own = {Evidence.from_json(each) for each in layer.contents["installers"]}
    found = [
        {**each.evidence.to_json(), "requestedBy": each.request}
        for each in verdict.found
        if each.layer == kind and each.evidence in own
    ]
    return AuditedLayer(layer.descriptor.digest, kind, found)
