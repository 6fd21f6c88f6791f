"""This module has the request for the layer of a `debian_packages` target."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address

from strata.oci.platform import Platform
from strata.protocol.layer import Compression


@dataclass(frozen=True)
class OsPackagesRequest:
    """The layer of a `debian_packages` target; `interpreter` is the `python_interpreter` that writes it."""

    address: Address
    platform: Platform
    interpreter: Address
    compression: Compression
