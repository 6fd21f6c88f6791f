"""This module describes a layer that a verb wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from strata.protocol.message import Message

Compression = Literal["gzip", "zstd"]


@dataclass(frozen=True)
class WrittenLayer(Message):
    """A layer whose blob lies at `blobs/sha256/HEX` of the sandbox.

    :param digest: of the blob, `sha256:HEX`; `size` counts its bytes.
    :param diff_id: the digest of the uncompressed tar.
    :param contents: what the layer holds (strata.oci.layer.Layer), as JSON values.
    """

    media_type: str
    digest: str
    size: int
    diff_id: str
    contents: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class LayerResult(Message):
    """The base of the results of verbs that write a layer."""

    layer: WrittenLayer
