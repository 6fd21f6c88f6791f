"""This module is the layer as a rule has it: its description, its blob and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from pants.engine.fs import Digest
from pants.engine.internals.session import RunId
from pants.engine.process import ProcessResultMetadata
from pants.util.frozendict import FrozenDict

from strata.attest.build_inputs import Input
from strata.oci.layer import Layer
from strata.protocol.system_layer import Parts


@dataclass(frozen=True)
class ArtifactLayer:
    """A layer, the digest that holds its blob at `blobs/sha256/`, and what it was made from.

    `libraries` are the names of the shared libraries in it that the loader finds, and `parts` what its packages say of
    themselves: of a base and an interpreter.
    `origin` is that of the process that wrote it: whether it ran, or which cache had its result, and in which run of
    Pants; None for a layer of another builder. Layers that differ in it alone are equal.
    """

    layer: Layer
    blob: Digest
    inputs: FrozenDict[str, Input]
    libraries: tuple[str, ...] = ()
    parts: Optional[Parts] = None
    origin: Optional[ProcessResultMetadata] = field(default=None, compare=False)


def is_cached(origin: ProcessResultMetadata) -> bool:
    """Return whether a cache had the result of a process, in the run of Pants that asked for it."""
    return origin.source(RunId(origin.source_run_id)) is not ProcessResultMetadata.Source.RAN
