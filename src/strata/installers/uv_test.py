from __future__ import annotations

import os
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.installers.uv import uv_command
from strata.protocol.installers.installer import SandboxInstaller


def test_a_worker_without_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    installer = SandboxInstaller("uv", Path(".installer/uv"))
    assert uv_command(installer)[0] == f"{Path.cwd()}/.installer/uv"
    monkeypatch.setattr(os, "devnull", "/nonexistent/null")
    with pytest.raises(StrataError) as refused:
        uv_command(installer)
    assert str(refused.value) == (
        "uv cannot start the interpreter here: there is no /dev/null, which it opens for each program.\n"
        "Fix: let the workers give each action a /dev, or choose pip or Poetry as the installer, which need none."
    )
