"""This module has the requests and results of images in registries that others stand on."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address
from pants.engine.fs import Digest

from strata.bases.findings import Findings
from strata.bases.lock import BaseLock
from strata.oci.platform import Platform
from strata.protocol.bases import fetch_base


@dataclass(frozen=True)
class BaseDocumentsRequest:
    """The manifest and the config of an image in a registry, for one platform.

    :param owner: the address of its `oci_base`, for messages.
    :param reference: with a tag or a digest; what a tag names is asked for once in a run of Pants.
    """

    owner: Address
    reference: str
    platform: Platform


@dataclass(frozen=True)
class BaseDocuments:
    """What they say."""

    image: fetch_base.Result


@dataclass(frozen=True)
class BaseLayerRequest:
    """One layer, which the repository has: `registry.example/team/base`. `owner` is for messages."""

    owner: Address
    repository: str
    layer: fetch_base.BaseLayer


@dataclass(frozen=True)
class FetchedBaseLayer:
    """The digest that holds the blob at `blobs/sha256/`."""

    blob: Digest


@dataclass(frozen=True)
class BaseFindingsRequest:
    """What an image in a registry holds.

    :param repository: the one that has its layers: `registry.example/team/base`.
    """

    owner: Address
    repository: str
    image: fetch_base.Result


@dataclass(frozen=True)
class BaseFindings:
    """The findings in all layers."""

    findings: Findings


@dataclass(frozen=True)
class BaseLockRequest:
    """The lock of an `oci_base`, to be made: of what its reference names now."""

    address: Address
    reference: str
    lockfile: str


@dataclass(frozen=True)
class ResolvedBaseLock:
    """What the registry has now."""

    lock: BaseLock


@dataclass(frozen=True)
class OciBaseRequest:
    """The image of an `oci_base`, for one platform."""

    address: Address
    platform: Platform


@dataclass(frozen=True)
class OciBase:
    """An image of a registry for one platform: what its manifest and config say, and what its layers hold.

    :param name: the reference as people read it, with the digest: registry.example/team/base:1@sha256:…
    :param repository: where its layers are: registry.example/team/base.
    """

    name: str
    repository: str
    image: fetch_base.Result
    findings: Findings
    allow_installers: bool
