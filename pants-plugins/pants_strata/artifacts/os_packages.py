"""This module asks for the layer of a `debian_packages` target."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address

from pants_strata import engine
from pants_strata.artifacts.layer import ArtifactLayer
from strata.oci.platform import Platform
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class OsPackagesRequest:
    """The layer of a `debian_packages` target; `interpreter` is the `python_interpreter` that writes it."""

    address: Address
    platform: Platform
    interpreter: Address
    compression: Compression


get_os_packages_layer = engine.asker(ArtifactLayer, OsPackagesRequest)
