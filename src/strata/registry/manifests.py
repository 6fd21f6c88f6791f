"""This module has the media types of manifests and indexes, and asks a registry which one stands at a name."""

from __future__ import annotations

from strata.oci.descriptor import INDEX, MANIFEST
from strata.registry.provider import Provider

# Docker's own media types have the same fields.
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEXES = (INDEX, DOCKER_INDEX)
MANIFESTS = (MANIFEST, DOCKER_MANIFEST)
ACCEPT = {"Accept": ", ".join((*MANIFESTS, *INDEXES))}
DIGEST_HEADER = "Docker-Content-Digest"


def digest_at(provider: Provider, name: str) -> str:
    """Return the digest of the manifest at a tag or digest; empty where there is none."""
    url = provider.url(f"manifests/{name}")
    response = provider.send("HEAD", url, action="look for a manifest", headers=ACCEPT, accept=(200, 404))
    response.close()
    return response.headers.get(DIGEST_HEADER, "") if response.status_code == 200 else ""
