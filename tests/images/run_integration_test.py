"""An image by `strata run`: without a daemon, with its user, its read-only root, its signals and its exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import strata
from support.oci.container import free_port
from support.oci.examples import WEB
from support.oci.readers import require_root
from support.programs import require

PACKAGES = {"bwrap": "bubblewrap", "runc": "runc"}
PYTHON = "--entrypoint=/opt/venv/bin/python"


@pytest.fixture(scope="module", params=sorted(PACKAGES))
def runtime(request: Any) -> str:
    require_root()
    require(request.param, PACKAGES[request.param])
    return str(request.param)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked layers, for both runtimes."""
    return tmp_path_factory.mktemp("cache")


def started(runtime: str, cache: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "strata", "run", str(WEB), f"--runtime={runtime}", f"--cache={cache}", *arguments],
        env={"PATH": os.defpath, "PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process: subprocess.Popen[bytes], given: bytes = b"") -> tuple[int, str, str]:
    out, error = process.communicate(given, timeout=60)
    return process.returncode, out.decode(), error.decode()


def containers(cache: Path) -> list[Path]:
    return list(cache.glob("container-*"))


def test_the_app_has_its_user_its_input_and_its_exit_code(runtime: str, cache: Path) -> None:
    code = "import os, sys; print(os.getuid(), os.environ['A'], sys.stdin.read(), sys.argv[1:]); sys.exit(9)"
    process = started(runtime, cache, PYTHON, "--env=A=b", "--", "-c", code, "--flag", "--", "x")
    assert ended(process, b"given") == (9, "65532 b given ['--flag', '--', 'x']\n", "")
    assert containers(cache) == []


def test_the_root_is_read_only_but_for_tmp_and_volumes(runtime: str, cache: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    code = """
import tempfile
for folder in ("/app", "/usr", "/tmp", "/data", tempfile.gettempdir()):
    try:
        open(f"{folder}/file", "w").close()
        print(folder, "written")
    except OSError as error:
        print(folder, error.strerror)
"""
    process = started(runtime, cache, PYTHON, f"--volume={tmp_path}:/data", "--", "-c", code)
    assert ended(process) == (
        0,
        "/app Read-only file system\n/usr Read-only file system\n/tmp written\n/data written\n/tmp written\n",
        "",
    )
    assert (tmp_path / "file").exists()


def test_a_writable_root_leaves_the_unpacked_layers_alone(runtime: str, cache: Path) -> None:
    # bwrap knows one user, whom files of others look like nobody's to.
    user = ["--user=0"] if runtime == "runc" else []
    code = "open('/app/web/main.py', 'a').write('\\nraise SystemExit(3)')" if user else ""
    assert ended(started(runtime, cache, PYTHON, "--writable", *user, "--", "-c", code)) == (0, "", "")
    assert ended(started(runtime, cache, PYTHON, "--", "-c", "import web.main")) == (0, "", "")


def test_a_port_is_published_and_a_signal_ends_the_app(runtime: str, cache: Path) -> None:
    port, inside = free_port(), free_port()
    process = started(runtime, cache, f"--publish={port}:{inside}", "--env=HOST=127.0.0.1", f"--env=PORT={inside}")
    try:
        assert answer(f"http://127.0.0.1:{port}/openapi.json", process).startswith(b'{"openapi"')
        process.send_signal(signal.SIGTERM)
        _, _, error = ended(process)
    finally:
        process.kill()
    assert "Finished server process" in error
    assert containers(cache) == []


def answer(url: str, process: subprocess.Popen[bytes]) -> bytes:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return bytes(response.read())
        except OSError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_without_a_network_there_is_loopback_alone(runtime: str, cache: Path) -> None:
    code = "import socket; print([name for _, name in socket.if_nameindex()])"
    process = started(runtime, cache, PYTHON, "--network=none", "--", "-c", code)
    code_, out, error = ended(process)
    assert (code_, error) == (0, "")
    assert "lo" in out
    assert "eth0" not in out
