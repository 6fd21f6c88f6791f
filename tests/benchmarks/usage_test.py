from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.usage import used


def test_what_programs_use_is_counted() -> None:
    work = "x = bytearray(200_000_000)\nfor n in range(3_000_000): pass"
    found = used(lambda: subprocess.run([sys.executable, "-c", work], check=True))
    assert 200e6 < found.peak < 400e6
    assert 0 < found.processor < found.seconds * 2 + 1


def test_work_that_fails_is_no_measurement(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match=r"^the work of which the cost was asked ended with 256$"):
        used(lambda: subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True))
    assert "CalledProcessError" in capfd.readouterr().err
