"""This module is the layer as a rule has it: its description, its blob and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.fs import Digest
from pants.util.frozendict import FrozenDict

from strata.attest.build_inputs import Input
from strata.oci.layer import Layer


@dataclass(frozen=True)
class ArtifactLayer:
    """A layer, the digest that holds its blob at `blobs/sha256/`, and what it was made from.

    `libraries` are the names of the shared libraries in it that the loader finds: of a base and an interpreter.
    """

    layer: Layer
    blob: Digest
    inputs: FrozenDict[str, Input]
    libraries: tuple[str, ...] = ()
