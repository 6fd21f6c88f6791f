"""A step that is killed, or meets a full disk, leaves no blob that looks whole; the next run gives the right bytes."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import strata
from strata.errors import StrataError
from strata.fetch.http import Client, Unreachable
from strata.oci.layer import File, write_layer

_MEGABYTE = 1 << 20
_PROGRAM = """
import sys
from pathlib import Path
from strata.oci.layer import File, write_layer

def entries():
    for number in range(8):
        yield File(f"file{number}", Path("content"))

write_layer(entries(), contents={"kind": "app"})
"""


def start(folder: Path, limit: int | None = None) -> subprocess.Popen[bytes]:
    """Start writing a layer of 16 MiB.

    :param limit: bytes that a file may have, as on a disk with no more room.
    """

    def limited() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    source = str(Path(strata.__file__).parent.parent)
    command = [sys.executable, "-c", _PROGRAM]
    return subprocess.Popen(command, cwd=folder, env={"PYTHONPATH": source}, stderr=subprocess.PIPE, preexec_fn=limited)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content").write_bytes(os.urandom(2 * _MEGABYTE))
    return tmp_path


def whole_blobs(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if re.fullmatch("[0-9a-f]{64}", file.name)]


def check_next_run(folder: Path) -> None:
    with start(folder) as again:
        assert again.wait() == 0
    (blob,) = whole_blobs(folder)
    entries = [File(f"file{number}", folder / "content") for number in range(8)]
    expected = write_layer(entries, blobs=folder / "elsewhere", contents={"kind": "app"})
    assert f"sha256:{blob.name}" == expected.descriptor.digest
    assert blob.read_bytes() == (folder / "elsewhere" / blob.name).read_bytes()


def test_killed_while_a_layer_is_written(folder: Path) -> None:
    with start(folder) as process:
        partial = folder / "blobs" / "sha256"
        while not any(file.stat().st_size > _MEGABYTE for file in partial.rglob("layer")):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert whole_blobs(folder) == []
    check_next_run(folder)


def test_full_disk_while_a_layer_is_written(folder: Path) -> None:
    with start(folder, 3 * _MEGABYTE) as process:
        _, errors = process.communicate()
    assert process.returncode == 1
    assert b"OSError: [Errno 27] File too large" in errors
    assert [file for file in folder.rglob("*") if file.is_file()] == [folder / "content"]
    check_next_run(folder)


def test_full_disk_while_a_file_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is a device on which each write fails, as on a disk without room."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    (tmp_path / "source").write_bytes(b"x" * _MEGABYTE)
    with pytest.raises((Unreachable, StrataError)) as caught:
        Client().download((tmp_path / "source").as_uri(), Path("/dev/full"), limit=2 * _MEGABYTE)
    assert str(caught.value).endswith("[Errno 28] No space left on device (tried 4 times)")
