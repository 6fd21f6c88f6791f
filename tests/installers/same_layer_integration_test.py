"""pip, uv and Poetry install the lock of the examples, and another version of each a small one: the same layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.oci.examples import layer_digests
from support.oci.readers import digest_of

LAYOUTS = Path("tests.installers")


@pytest.mark.parametrize(
    "first, other",
    [
        ("venv-pip", "venv-uv"),
        ("venv-pip", "venv-poetry"),
        ("small-pip", "small-pip-25"),
        ("small-pip", "small-uv-0.12"),
        ("small-pip", "small-poetry-2.4"),
    ],
)
def test_neither_the_installer_nor_its_version_matters(first: str, other: str) -> None:
    layers = layer_digests(LAYOUTS / first)
    assert len(layers) > 1
    assert layer_digests(LAYOUTS / other) == layers
    assert digest_of(LAYOUTS / other) == digest_of(LAYOUTS / first)
