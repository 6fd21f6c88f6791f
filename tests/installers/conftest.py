from __future__ import annotations

import pytest

from support.venvs.sandbox import Interpreter


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    return Interpreter.unpack(tmp_path_factory.mktemp("interpreter") / "root")
