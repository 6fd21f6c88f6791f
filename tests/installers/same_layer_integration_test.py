"""pip, uv and Poetry, each in two versions, install the lock of the examples as its layers have it: the same layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.examples import layer_digests
from support.readers import digest_of

INSTALLERS = ["pip", "pip-25", "uv", "uv-0.12", "poetry", "poetry-2.4"]


@pytest.mark.parametrize("installer", INSTALLERS)
def test_neither_the_installer_nor_its_version_matters(installer: str) -> None:
    first, layout = (Path(f"tests.venvs/venv-{name}") for name in ("pip", installer))
    assert layer_digests(layout) == layer_digests(first)
    assert digest_of(layout) == digest_of(first)
