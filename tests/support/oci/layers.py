"""This module finds the layers that verbs wrote."""

from __future__ import annotations

from pathlib import Path

from strata.protocol.layer import WrittenLayer


def blob_of(layer: WrittenLayer, sandbox: Path = Path()) -> Path:
    """Return the path of the blob that a verb wrote in `sandbox`, the working directory unless one is given."""
    return sandbox / "blobs" / layer.digest.replace(":", "/")
