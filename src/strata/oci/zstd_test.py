from __future__ import annotations

import os
import random
import sys
import zipfile
from pathlib import Path
from typing import Callable

import pytest

from strata.errors import StrataError
from strata.layouts.blob_reader import BlobReader
from strata.layouts.layer_check import LayerCheck, check_layer
from strata.layouts.listing import list_layer
from strata.oci import zstd
from strata.oci.descriptor import LAYER_GZIP, LAYER_ZSTD, DamagedBlob
from strata.oci.layer import File, ZipMember, write_layer

CONTENTS = {"kind": "app"}
TEXT = b"".join(b"%d bottles of beer on the wall\n" % number for number in range(100_000))
NOISE = random.Random(1).getrandbits(8 << 20).to_bytes(1 << 20, "big")


@pytest.fixture
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of the machine, which the tested code takes only from beside a Python of the machine."""
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    if not zstd.is_available():
        assert os.environ.get("CI") != "true"
        pytest.skip("this machine has no libzstd where Debian puts it")


@pytest.fixture
def _no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "nowhere"))


def compressed(data: bytes, step: int = 1 << 20) -> bytes:
    compressor = zstd.ZstdCompressor()
    pieces = [compressor.compress(data[start : start + step]) for start in range(0, len(data), step)]
    return b"".join([*pieces, compressor.flush()])


def read(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    with path.open("rb") as stream:
        reader = BlobReader(stream)
        assert reader.media_type == LAYER_ZSTD
        return b"".join(iter(lambda: reader.read(10_000), b""))


def layer_blob(blobs: Path) -> Path:
    (blob,) = blobs.iterdir()
    return blob


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize("data", [b"", b"x", TEXT, NOISE, bytes(3 << 20)], ids=len)
def test_what_is_compressed_is_read(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path / "blob", compressed(data)) == data
    assert read(tmp_path / "blob", compressed(data) + compressed(b"more")) == data + b"more"


@pytest.mark.usefixtures("_library")
def test_pieces_do_not_matter() -> None:
    data = TEXT + NOISE
    assert compressed(data, 999) == compressed(data, len(data)) == compressed(data)


@pytest.mark.usefixtures("_library")
@pytest.mark.parametrize(
    "blob, problem",
    [
        (lambda: compressed(TEXT)[:-1], "ends in the middle of its zstd stream"),
        (lambda: compressed(TEXT)[:5], "ends in the middle of its zstd stream"),
        (lambda: compressed(TEXT)[:-4] + b"????", "holds a damaged zstd stream"),
        (lambda: compressed(TEXT) + b"more", "holds a damaged zstd stream"),
        (lambda: zstd.MAGIC + b"\xff" * 100, "holds a damaged zstd stream"),
    ],
)
def test_damaged_streams(tmp_path: Path, blob: Callable[[], bytes], problem: str) -> None:
    with pytest.raises(DamagedBlob) as caught:
        read(tmp_path / "blob", blob())
    assert str(caught.value) == problem


@pytest.mark.usefixtures("_library")
def test_layer_has_the_diff_id_of_any_compression(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("text", TEXT)
        member = ZipMember.find(tmp_path / "a.zip", archive.getinfo("text"))
    one = write_layer([File("text", member)], blobs=tmp_path / "one", contents=CONTENTS, compression="zstd")
    other = write_layer([File("text", TEXT)], blobs=tmp_path / "two", contents=CONTENTS, compression="zstd")
    gzip = write_layer([File("text", TEXT)], blobs=tmp_path / "gzip", contents=CONTENTS)
    assert one == other
    assert one.diff_id == gzip.diff_id
    assert one.descriptor.media_type == LAYER_ZSTD
    assert one.descriptor.size < gzip.descriptor.size
    blob = layer_blob(tmp_path / "one")
    assert check_layer(blob, "layer", LAYER_ZSTD) == LayerCheck((), one.diff_id)
    assert list(list_layer(blob)) == [f"-rw-r--r-- 0:0 {len(TEXT):>9} text"]
    assert [str(finding) for finding in check_layer(blob, "layer", LAYER_GZIP).findings] == [
        "layer has the media type of gzip, but is no gzip stream [image-spec]"
    ]


@pytest.mark.usefixtures("_no_library")
def test_layer_without_the_library_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        write_layer([], blobs=tmp_path / "blobs", contents=CONTENTS, compression="zstd")
    assert str(caught.value) == (
        "A layer cannot be compressed with zstd: the interpreter that writes it has no libzstd.so.1.\n"
        'Fix: choose the compression "gzip", or an interpreter of `provider="debian"` whose packages include libzstd1.'
    )
    assert os.listdir(tmp_path / "blobs") == []


@pytest.mark.usefixtures("_no_library")
def test_listing_without_the_library_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "layer").write_bytes(zstd.MAGIC)
    with pytest.raises(StrataError) as caught:
        list(list_layer(tmp_path / "layer"))
    assert str(caught.value) == (
        f"{tmp_path}/layer cannot be listed: it is compressed with zstd, which this Python has no library for.\n"
        "Fix: name the blob of a layer or the directory of an OCI image layout, and build it again if it is damaged."
    )
