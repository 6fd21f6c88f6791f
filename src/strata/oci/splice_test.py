"""Layers with members of zip archives in them."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.layouts.layer_check import LayerCheck, check_layer
from strata.oci.blob_writer import COPIED_FROM
from strata.oci.descriptor import LAYER_GZIP
from strata.oci.layer import Entry, File, Layer, ZipMember, write_layer

CONTENTS = {"kind": "app"}
# Compresses to about half of its size, so to more than what is copied.
BIG = os.urandom(2 * COPIED_FROM).hex().encode()


def write_zip(path: Path, files: dict[str, bytes], *, stored: bool = False, zip64: bool = False) -> Path:
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "a", method) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=zip64) as member:
                member.write(content)
    return path


def entries_of(path: Path, *, sha256: Optional[str] = None) -> list[Entry]:
    with zipfile.ZipFile(path) as archive:
        return [
            File(info.filename, ZipMember.find(path, info, sha256=sha256), mode=0o755) for info in archive.infolist()
        ]


def blob_of(layer: Layer, blobs: Path) -> Path:
    return blobs / layer.descriptor.digest[len("sha256:") :]


def gzip_members(blob: bytes) -> list[bytes]:
    """What each gzip member inflates to."""
    members = []
    while blob:
        inflate = zlib.decompressobj(31)
        members.append(inflate.decompress(blob))
        assert inflate.eof
        blob = inflate.unused_data
    return members


def test_layer_of_members_is_that_of_their_contents(tmp_path: Path) -> None:
    files = {"big": BIG, "b/empty": b"", "b/small": b"small", "c/other": BIG[::-1]}
    path = write_zip(tmp_path / "a.zip", files)
    spliced = write_layer(entries_of(path), blobs=tmp_path / "spliced", contents=CONTENTS)
    plain: list[Entry] = [File(name, content, mode=0o755) for name, content in files.items()]
    compressed = write_layer(plain, blobs=tmp_path / "compressed", contents=CONTENTS)
    assert spliced.diff_id == compressed.diff_id
    blob = blob_of(spliced, tmp_path / "spliced").read_bytes()
    assert spliced.descriptor.digest == f"sha256:{hashlib.sha256(blob).hexdigest()}"
    assert spliced.descriptor.size == len(blob)
    archive = gzip.decompress(blob)
    assert archive == gzip.decompress(blob_of(compressed, tmp_path / "compressed").read_bytes())
    assert spliced.diff_id == f"sha256:{hashlib.sha256(archive).hexdigest()}"
    assert check_layer(blob_of(spliced, tmp_path / "spliced"), "layer", LAYER_GZIP) == LayerCheck((), spliced.diff_id)


def test_long_streams_are_copied_and_short_files_join_their_neighbours(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a": BIG, "b": b"b", "c": b"c" * 100_000, "d": BIG})
    write_zip(path, {"e": BIG}, stored=True)
    layer = write_layer(entries_of(path), blobs=tmp_path, contents=CONTENTS)
    blob = blob_of(layer, tmp_path).read_bytes()
    assert [member == BIG for member in gzip_members(blob)] == [False, True, False, True, False]
    with zipfile.ZipFile(path) as archive:
        member = ZipMember.find(path, archive.getinfo("a"))
    start = path.read_bytes()[member.offset : member.offset + member.compressed_size]
    assert start in blob


def test_same_members_give_the_same_bytes(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {f"{number}": BIG[: number * 500] for number in range(40)})
    one = write_layer(entries_of(path), blobs=tmp_path / "one", contents=CONTENTS)
    other = write_layer(reversed(entries_of(path)), blobs=tmp_path / "two", contents=CONTENTS)
    assert one == other


@pytest.mark.skipif("zlib-ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng compresses otherwise than zlib")
def test_blob_has_known_bytes(tmp_path: Path) -> None:
    text = b"".join(b"%d bottles of beer on the wall\n" % number for number in range(3000))
    path = write_zip(tmp_path / "a.zip", {"song": text, "empty": b"", "refrain": text[:80]})
    layer = write_layer(entries_of(path), blobs=tmp_path, contents=CONTENTS)
    # A change of the first digest changes the layers of every user: it belongs into the changelog.
    assert (layer.descriptor.digest, layer.descriptor.size) == (
        "sha256:32be3bb6d498107405b7888cc5a6ee1dc89ff9098ecd36347a33d42e09be5866",
        7490,
    )


@pytest.mark.parametrize("stored", [True, False])
def test_memory_does_not_grow_with_members(tmp_path: Path, stored: bool) -> None:
    piece = os.urandom(1 << 20)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("random", "w", force_zip64=True) as member:
            for _ in range(24):
                member.write(piece)
        # Inflates to a thousand times its size.
        with archive.open("zeros", "w", force_zip64=True) as member:
            for _ in range(48):
                member.write(bytes(1 << 20))
    tracemalloc.start()
    write_layer(entries_of(path), blobs=tmp_path / "blobs", contents=CONTENTS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("content", [BIG, BIG * 20, b"small", b""])
def test_damaged_member_leaves_no_blob(tmp_path: Path, content: bytes) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.txt": content})
    with pytest.raises(StrataError) as caught:
        write_layer(entries_of(path, sha256="0" * 64), blobs=tmp_path / "blobs", contents=CONTENTS)
    assert str(caught.value) == (
        "The member 'a.txt' of a.zip cannot be put into an image layer: its sha256 is "
        f"{hashlib.sha256(content).hexdigest()}, not {'0' * 64}.\n"
        "Fix: get the archive again; if it stays so, have it packed again as a plain zip file."
    )
    assert os.listdir(tmp_path / "blobs") == []


PIECES = st.one_of(st.binary(max_size=20), st.sampled_from([BIG, BIG[:COPIED_FROM], bytes(1 << 19), b"word " * 9000]))
FILES = st.dictionaries(st.from_regex(r"[a-z]{1,3}/[a-zäöü]{1,90}", fullmatch=True), PIECES, max_size=6)


@settings(deadline=None, max_examples=50)
@given(deflated=FILES, stored=FILES, zip64=st.booleans())
def test_tarfile_reads_what_was_in_archives(
    tmp_path_factory: pytest.TempPathFactory, deflated: dict[str, bytes], stored: dict[str, bytes], zip64: bool
) -> None:
    folder = tmp_path_factory.mktemp("layer")
    stored = {f"stored/{name}": content for name, content in stored.items()}
    path = write_zip(folder / "a.zip", deflated, zip64=zip64)
    write_zip(path, stored, stored=True, zip64=zip64)
    layer = write_layer(entries_of(path), blobs=folder / "blobs", contents=CONTENTS)
    data = gzip.decompress(blob_of(layer, folder / "blobs").read_bytes())
    assert layer.diff_id == f"sha256:{hashlib.sha256(data).hexdigest()}"
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        read = {member: archive.extractfile(member) for member in archive if member.isreg()}
        assert {member.name: content.read() for member, content in read.items() if content} == {**deflated, **stored}
    assert check_layer(blob_of(layer, folder / "blobs"), "layer", LAYER_GZIP) == LayerCheck((), layer.diff_id)
