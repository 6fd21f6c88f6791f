"""What other libraries than zlib would save: inflating what is copied from wheels, compressing their small files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.timing import run
from benchmarks.workbench import Workbench

_SCRIPT = Path(__file__).parent.with_name("codecs.py")


def measure(bench: Workbench) -> Iterator[Row]:
    wheels = bench.web_wheels.wheels
    found = json.loads(run(bench.tools.python, "-I", _SCRIPT, str(bench.runs(5)), *wheels).stdout)
    ours = found.pop("zlib")
    for name, other in found.items():
        assert other["inflated"] == ours["inflated"]
        yield Row(
            f"inflating the examples' wheels, processor seconds: zlib / {name}", ours["inflate"], "s", other["inflate"]
        )
        what = "compressing their small files"
        yield Row(f"{what}, processor seconds: zlib / {name}", ours["compress"], "s", other["compress"])
        same = "the same bytes" if other["sha256"] == ours["sha256"] else "other bytes"
        yield Row(f"{what}: zlib / {name}, {same}", ours["size"] / 1e6, "MB", other["size"] / 1e6)
