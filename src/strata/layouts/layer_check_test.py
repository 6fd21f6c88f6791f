from __future__ import annotations

import gzip
import io
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from strata.layouts.layer_check import LayerCheck, check_layer
from strata.oci import tar
from strata.oci.descriptor import LAYER_GZIP, LAYER_TAR, sha256_digest
from strata.oci.layer import File
from support.oci.layouts import compressed, tar_with

TAR_OF_NOTHING = bytes(1024)


def found(tmp_path: Path, blob: bytes, media_type: str = LAYER_GZIP) -> list[str]:
    (tmp_path / "layer").write_bytes(blob)
    return [str(finding) for finding in check_layer(tmp_path / "layer", "layer", media_type).findings]


def member(name: str, kind: bytes = tarfile.REGTYPE, *, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def file_block(size: int = 0) -> bytes:
    return tar.header(File("a", b""), size)


# Compression


def test_many_streams(tmp_path: Path) -> None:
    bytes_apart = b"".join(compressed(bytes([byte])) for byte in TAR_OF_NOTHING)
    assert found(tmp_path, compressed(b"") * 1000 + bytes_apart) == []


@pytest.mark.parametrize(
    "blob, problem",
    [
        (compressed(TAR_OF_NOTHING)[:-1], "ends in the middle of its gzip stream"),
        (compressed(TAR_OF_NOTHING)[:15], "ends in the middle of its gzip stream"),
        (compressed(TAR_OF_NOTHING) + b"\0", "has bytes after its gzip stream"),
        (compressed(TAR_OF_NOTHING) + b"\x1f\x8b\x08", "ends in the middle of its gzip stream"),
        (compressed(TAR_OF_NOTHING)[:-8] + bytes(8), "holds a damaged gzip stream"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff", "holds a damaged gzip stream"),
        (compressed(b"") * 1001 + compressed(TAR_OF_NOTHING), "holds more than 1000 empty gzip streams"),
        (TAR_OF_NOTHING, "has the media type of gzip, but is no gzip stream"),
        (b"", "has the media type of gzip, but is no gzip stream"),
    ],
)
def test_damaged_compression(tmp_path: Path, blob: bytes, problem: str) -> None:
    assert found(tmp_path, blob) == [f"layer {problem} [image-spec]"]


def test_gzip_where_plain_tar_is_promised(tmp_path: Path) -> None:
    assert found(tmp_path, compressed(TAR_OF_NOTHING), LAYER_TAR) == [
        "layer has the media type of a plain tar archive, but is a gzip stream [image-spec]"
    ]


def test_plain_tar_is_read(tmp_path: Path) -> None:
    assert found(tmp_path, tar_with(member("a")), LAYER_TAR) == []


def test_several_gzip_streams_are_one_layer(tmp_path: Path) -> None:
    archive = tar_with(member("a"))
    assert found(tmp_path, compressed(archive[:100]) + compressed(b"") + compressed(archive[100:])) == []


def test_gzip_header_tells_of_the_host(tmp_path: Path) -> None:
    assert found(tmp_path, gzip.compress(TAR_OF_NOTHING, mtime=1)) == [
        "layer has a gzip header with a time, a name or a system in it [reproducibility]"
    ]


# The archive


@pytest.mark.parametrize(
    "archive, problem",
    [
        (b"", "ends without the two empty blocks that end a tar archive"),
        (bytes(512), "ends without the two empty blocks that end a tar archive"),
        (bytes(512) + b"x" * 512, "holds a damaged tar header before byte 1024"),
        (b"x" * 1024, "holds a damaged tar header before byte 512"),
        (file_block()[:-1], "ends without the two empty blocks that end a tar archive"),
        (file_block(5) + b"12345", "ends in the middle of 'a'"),
        (TAR_OF_NOTHING + b"x", "has bytes after the end of its tar archive"),
        (bytes(3 << 20), "has bytes after the end of its tar archive"),
        (tar.header(File("ü", b""), 0)[:520], "ends in the middle of a tar header"),
    ],
)
def test_damaged_archive(tmp_path: Path, archive: bytes, problem: str) -> None:
    assert found(tmp_path, compressed(archive)) == [f"layer {problem} [image-spec]"]


def with_sum(block: bytes) -> bytes:
    summed = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(summed) + block[156:]


@pytest.mark.parametrize(
    "block, problem",
    [
        (file_block()[:156] + b"S" + file_block()[157:], "holds a tar entry of the unknown type 'S'"),
        (file_block()[:124] + b"12345678901 "[::-1] + file_block()[136:], "holds a damaged tar header before byte 512"),
        (file_block()[:124] + b"\xff" * 12 + file_block()[136:], "holds a damaged tar header before byte 512"),
        (
            file_block(2 << 20)[:156] + b"x" + file_block(2 << 20)[157:],
            "has a tar header of 2097152 bytes, more than any file needs",
        ),
    ],
)
def test_header_with_the_right_sum_and_wrong_fields(tmp_path: Path, block: bytes, problem: str) -> None:
    assert found(tmp_path, compressed(with_sum(block) + TAR_OF_NOTHING)) == [f"layer {problem} [image-spec]"]


@pytest.mark.parametrize("record", [b"x", b"5 a\n", b"8 path=a\n", b"99 path=a\n", b"x path=a\n", b"0 path=a\n"])
def test_damaged_pax_record(tmp_path: Path, record: bytes) -> None:
    block = tar.header(File("a", b""), len(record))
    archive = with_sum(block[:156] + b"x" + block[157:]) + record + tar.padding(len(record)) + TAR_OF_NOTHING
    assert found(tmp_path, compressed(archive)) == ["layer holds a damaged tar header before byte 1024 [image-spec]"]


def test_path_that_no_file_can_have(tmp_path: Path) -> None:
    assert found(tmp_path, compressed(tar.header(File("a" * 5000, b""), 0))) == [
        "layer holds a path of 5000 characters, longer than any file can have [image-spec]"
    ]


def test_bomb_takes_no_memory(tmp_path: Path) -> None:
    blob = compressed(file_block(200 << 20) + bytes(200 << 20))
    assert len(blob) < 1 << 20
    tracemalloc.start()
    findings = found(tmp_path, blob)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert findings == ["layer ends without the two empty blocks that end a tar archive [image-spec]"]
    assert peak < 16 << 20


# Entries


@pytest.mark.parametrize(
    "members, problem",
    [
        ([member("a"), member("a")], "holds 'a' twice [image-spec]"),
        ([member("a"), member("./a")], "holds 'a' twice [image-spec]"),
        ([member(".."), member("a")], "holds the unsafe path '..': it contains .. [image-spec]"),
        ([member("/etc")], "holds the unsafe path '/etc': it is absolute [reproducibility]"),
        ([member("./", tarfile.DIRTYPE)], "holds the unsafe path '': it is empty [reproducibility]"),
        (
            [member(".wh.a")],
            "holds the unsafe path '.wh.a': names that start with .wh. delete files of other layers [reproducibility]",
        ),
        ([member("b"), member("a")], "holds 'a' after 'b': paths are not sorted [reproducibility]"),
        ([member("a/b")], "holds 'a/b' without its directory 'a' before it [reproducibility]"),
        (
            [member("lib", tarfile.SYMTYPE, target="usr"), member("lib/a")],
            "holds 'lib/a' below 'lib', a symbolic link [reproducibility]",
        ),
        ([member("a"), member("a/b")], "holds 'a/b' below 'a', a file [reproducibility]"),
        ([member("null", tarfile.CHRTYPE)], "holds 'null', a character device [reproducibility]"),
        ([member("sda", tarfile.BLKTYPE)], "holds 'sda', a block device [reproducibility]"),
        ([member("pipe", tarfile.FIFOTYPE)], "holds 'pipe', a named pipe [reproducibility]"),
        ([member("a"), member("b", tarfile.LNKTYPE, target="a")], "holds 'b', a hard link [reproducibility]"),
        (
            [member("a", tarfile.SYMTYPE)],
            "holds the link 'a' with the target '': it is empty [reproducibility]",
        ),
        ([member("su", mode=0o4755)], "holds 'su' with setuid or setgid, mode 4755 [reproducibility]"),
    ],
)
def test_entry_that_no_layer_of_ours_has(tmp_path: Path, members: list[tarfile.TarInfo], problem: str) -> None:
    assert found(tmp_path, compressed(tar_with(*members))) == [f"layer {problem}"]


def test_time_is_not_fixed(tmp_path: Path) -> None:
    entry = member("a")
    entry.mtime = 1700000000
    assert found(tmp_path, compressed(tar_with(entry, fixed_time=False))) == [
        "layer holds 'a' with the time 1700000000, not 315532800 [reproducibility]"
    ]


def test_owner_has_a_name(tmp_path: Path) -> None:
    entry = member("a")
    entry.uname = entry.gname = "root"
    assert found(tmp_path, compressed(tar_with(entry))) == [
        "layer holds 'a' with the owner's names 'root:root', not numbers alone [reproducibility]"
    ]


def test_file_has_capabilities(tmp_path: Path) -> None:
    entry = member("a")
    entry.pax_headers = {"SCHILY.xattr.security.capability": "\1"}
    assert found(tmp_path, compressed(tar_with(entry))) == [
        "layer holds 'a' with the tar records 'SCHILY.xattr.security.capability' [reproducibility]"
    ]


def test_problems_that_are_alike_are_one_finding(tmp_path: Path) -> None:
    assert found(tmp_path, compressed(tar_with(*(member(name, mode=0o6755) for name in "abc")))) == [
        "layer holds 'a' with setuid or setgid, mode 6755 (and 2 more) [reproducibility]"
    ]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_other_writers_are_read(tmp_path: Path, form: int) -> None:
    """Long names and large numbers are kept in a different way in each."""
    names = ["a", "a/" + "b" * 90, "a/" + "b" * 90 + "/" + "c" * 90]
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=form) as archive:
        for name in names:
            info = member(name, tarfile.DIRTYPE, mode=0o755)
            info.mtime = 315532800
            info.uid = 3_000_000 if form != tarfile.USTAR_FORMAT else 0
            archive.addfile(info)
    assert found(tmp_path, output.getvalue(), LAYER_TAR) == []


def test_diff_id_is_of_the_whole_archive(tmp_path: Path) -> None:
    content = os.urandom(1 << 20)
    archive = tar.header(File("a", content), len(content)) + content + tar.END
    (tmp_path / "layer").write_bytes(compressed(archive))
    check = check_layer(tmp_path / "layer", "layer", LAYER_GZIP)
    assert check == LayerCheck((), sha256_digest(archive))
