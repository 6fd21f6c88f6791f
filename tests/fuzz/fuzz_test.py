"""Whatever is changed in an input, its reader takes it or refuses it in words, soon."""

from __future__ import annotations

import pytest

from fuzz.readers import READERS
from fuzz.trial import tried

COUNT = 100
SEED = 20


@pytest.mark.parametrize("name", READERS)
def test_changed_inputs(name: str) -> None:
    trial = tried(READERS[name], COUNT, SEED)
    assert trial.failures == []
    assert trial.tried == COUNT
