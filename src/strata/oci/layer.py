"""This module writes layers: entries become one deterministic blob and a description of it.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Union

from strata.errors import oci as errors
from strata.oci import tar
from strata.oci.background import Background
from strata.oci.blob_writer import BlobWriter, GzipWriter
from strata.oci.descriptor import Descriptor, sha256_digest
from strata.oci.documents import canonical_json
from strata.oci.entry import Directory, Entry, File, Symlink, arrange
from strata.oci.zip_member import ZipMember
from strata.pieces import PIECE, pieces
from strata.protocol.layer import Compression, WrittenLayer

__all__ = ["Directory", "Entry", "File", "Layer", "Symlink", "ZipMember", "described_files", "write_layer"]

FORMAT = 4
"""The version of the code that writes layers, all of it: tar and gzip here, and what files a kind of layer has.

It rises when the same inputs give other bytes, so that this can be named as the cause of a change.
"""

CONTENTS_ANNOTATION = "vnd.strata.layer.contents"
"""Stands at the descriptor of a layer in a manifest: `Layer.contents` as canonical JSON."""

# Registries take manifests of 4 MiB, and an image has up to 127 layers. This is enough for about a thousand files.
FILES_LIMIT = 1 << 16
# Hexadecimal digits: enough to tell two versions of a file apart by accident, and all digests are in the blob anyway.
_SHORT = 16


@dataclass(frozen=True)
class Layer:
    """A blob in blobs/sha256, and what is in it.

    :param diff_id: the digest of the uncompressed tar.
    :param contents: what the layer holds, for people and for comparisons: its `kind`, packages with versions …, and
        the `format` of the code that wrote it. Only what decides the bytes stands here, so that equal blobs have equal
        descriptions: which installer filled a venv, for example, does not.
    """

    descriptor: Descriptor
    diff_id: str
    contents: Mapping[str, Any] = field(hash=False)

    @property
    def described(self) -> Descriptor:
        """Return the descriptor as it stands in a manifest, with the contents."""
        return replace(self.descriptor, annotations={CONTENTS_ANNOTATION: canonical_json(dict(self.contents)).decode()})

    def written(self) -> WrittenLayer:
        """Return the layer as the result of a verb has it."""
        of = self.descriptor
        return WrittenLayer(of.media_type, of.digest, of.size, self.diff_id, self.contents)

    @classmethod
    def of(cls, written: WrittenLayer) -> Layer:
        """Return the layer that a verb wrote."""
        descriptor = Descriptor(written.media_type, written.digest, written.size)
        return cls(descriptor, written.diff_id, written.contents)


def described_files(files: Mapping[str, str]) -> dict[str, Any]:
    """Return what the contents of a layer say of its first-party files: each, or their number and one digest of all.

    :param files: path → sha256, in hexadecimal digits.
    """
    short = {path: digest[:_SHORT] for path, digest in files.items()}
    text = canonical_json(short)
    if len(text) <= FILES_LIMIT:
        return {"files": short}
    return {"fileCount": len(short), "filesDigest": sha256_digest(text)}


def write_layer(
    entries: Iterable[Entry],
    *,
    blobs: Path = Path("blobs/sha256"),
    contents: Mapping[str, Any],
    compression: Compression = "gzip",
) -> Layer:
    """Write the layer's blob to `blobs`/HEX. The same entries give the same bytes, in whichever order they come.

    Memory stays constant in the size of the files. With gzip, members of zip archives are copied as they are; zstd
    makes smaller blobs, from all bytes anew, for those whose registry and runtime take it. Raises StrataError for
    entries that no layer may have (`arrange`), for damaged members, and for zstd where this Python has no library.
    """
    arranged = arrange(entries)
    blobs.mkdir(parents=True, exist_ok=True)
    unnamed = blobs / f"layer-{os.getpid()}.new"
    try:
        with unnamed.open("wb") as output, Background() as background:
            writer = _writer(compression, output, background)
            for entry in arranged:
                _write_entry(entry, writer)
            writer.write(tar.END)
            writer.finish()
        descriptor = Descriptor(writer.media_type, writer.digest, writer.size)
        os.replace(unnamed, blobs / descriptor.digest.partition(":")[2])
    finally:
        unnamed.unlink(missing_ok=True)
    return Layer(descriptor, writer.diff_id, {**contents, "format": FORMAT})


def _writer(compression: str, output: BinaryIO, background: Background) -> BlobWriter:
    if compression == "zstd":
        # Seldom needed, and it loads what calls C libraries: dozens of processes start that write a layer.
        from strata.oci.zstd_writer import ZstdWriter

        return ZstdWriter(output, background)
    return GzipWriter(output, background)


def _write_entry(entry: Entry, writer: BlobWriter) -> None:
    if not isinstance(entry, File):
        writer.write(tar.header(entry, 0))
        return
    source = entry.source
    if isinstance(source, ZipMember):
        size = source.size
        writer.write(tar.header(entry, size))
        writer.write_member(source)
    else:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        writer.write(tar.header(entry, size))
        written = 0
        for piece in _pieces(source):
            written += len(piece)
            writer.write(piece)
        if written != size:
            raise errors.file_changed(entry.path, str(source))
    writer.write(tar.padding(size))


def _pieces(source: Union[bytes, Path]) -> Iterator[bytes]:
    """Yield contents. Bytes and files are cut alike, so that the compressor sees the same pieces."""
    if isinstance(source, bytes):
        for start in range(0, len(source), PIECE):
            yield source[start : start + PIECE]
        return
    with source.open("rb") as stream:
        yield from pieces(stream)
