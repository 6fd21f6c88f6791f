"""The verb `fetch-base-layer` fetches one layer of an image in a registry."""

from __future__ import annotations

from pathlib import Path

from strata.bases.remote import open_repository
from strata.oci.descriptor import Descriptor
from strata.pieces import pieces
from strata.protocol.bases.fetch_base_layer import Request, Result


def run(request: Request) -> Result:
    """Write the blob to `blobs/sha256/HEX`. Raise StrataError where its bytes are not those of the digest."""
    source = open_repository(f"{request.repository}@{request.digest}")
    descriptor = Descriptor("", request.digest, request.size)
    path = Path(descriptor.blob_path)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file, source.open_blob(descriptor) as blob:
        for piece in pieces(blob):
            file.write(piece)
    return Result(str(path))
