"""A step that is killed, or meets a full disk, leaves no blob that looks whole; the next run gives the right bytes."""

from __future__ import annotations

import errno
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
from strata.errors.unworded import worded
from strata.fetch.client import Client
from strata.oci.layer import File, write_layer
from strata.protocol.venv_layer import Request
from strata.verbs import run_verb

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
        while not any(file.stat().st_size > _MEGABYTE for file in partial.rglob("layer-*.new")):
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


def test_full_disk_while_a_file_is_downloaded(tmp_path: Path) -> None:
    """The file is a device on which each write fails, as on a disk without room."""
    (tmp_path / "source").write_bytes(b"x" * _MEGABYTE)
    with pytest.raises(OSError, match="No space left on device"):
        Client().download((tmp_path / "source").as_uri(), Path("/dev/full"), limit=2 * _MEGABYTE)


def test_words_for_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever step it is: here the one that writes a venv."""

    def full(*_: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("strata.errors.unworded.leave_words_out", lambda: None)
    monkeypatch.setattr("strata.layers.venv.write_layer", full)
    Path("request.json").write_text(Request("3.13", "/usr/bin/python3.13", "gzip").to_json())
    assert run_verb("venv-layer", Path("request.json")) == 2
    assert str(worded(capsys.readouterr().err)) == (
        "The step venv-layer cannot write its files: there is no room left.\n"
        "Found:\n  [Errno 28] No space left on device\n"
        "Fix: make room where Pants runs steps (`[GLOBAL].local_execution_root_dir`) and keeps its caches "
        "(`~/.cache/pants`), and build again: nothing that was written in part is used."
    )
    assert not Path("result.json").exists()
