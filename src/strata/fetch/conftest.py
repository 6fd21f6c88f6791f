"""Fixtures of the tests of fetched wheels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.index_server import Answer, Server, serving
from support.venvs.wheel_releases import NATIVE, NATIVE_WHEEL, PURE, PURE_WHEEL


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, without settings; the environment is restored after the test."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    (tmp_path / ".host").mkdir()
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def files(server: Server) -> None:
    server.serve(f"/files/{PURE}", Answer(PURE_WHEEL))
    server.serve(f"/files/{NATIVE}", Answer(NATIVE_WHEEL))
