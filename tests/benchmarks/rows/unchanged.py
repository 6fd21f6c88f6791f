"""Nothing changed: what a warm `package ::` adds to what Pants needs to read the repository."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.floors import copy
from benchmarks.report import Row
from benchmarks.timing import medians, seconds
from benchmarks.workbench import Workbench


def measure(bench: Workbench) -> Iterator[Row]:
    web = bench.web
    assert bench.seed.exists()
    web.package("::")
    ways = {
        "package": lambda: web.package("::"),
        "list": lambda: seconds(lambda: web.run("list", "::")),
        "copy": lambda: copy(web.pants.root / "dist", bench.scratch),
    }
    found = medians(ways, bench.runs(7))
    floor = found["list"] + found["copy"]
    yield Row(
        "nothing changed: warm `package ::` / warm `list ::`", found["package"], "s", found["list"], 1.2, _REASON, floor
    )


_REASON = "Pants writes what it packages to dist/ each time, all blobs of it."
