from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from strata.pieces import PIECE, file_sha256, pieces


@pytest.mark.parametrize("sizes", [[], [1], [PIECE], [PIECE, PIECE, 3]])
def test_a_stream_is_read_to_its_end(sizes: list[int]) -> None:
    content = b"".join(bytes([number]) * size for number, size in enumerate(sizes))
    read = list(pieces(io.BytesIO(content)))
    assert [len(piece) for piece in read] == sizes
    assert b"".join(read) == content


@pytest.mark.parametrize("size", [0, 3, PIECE + 1])
def test_the_sha256_of_a_file(size: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    assert file_sha256(tmp_path / "file") == hashlib.sha256(b"x" * size).hexdigest()
