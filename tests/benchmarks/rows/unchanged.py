"""Nothing changed: what a warm `package ::` adds to what Pants needs to read the repository."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.floors import look
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
        "look": lambda: look(web.pants.root / "dist"),
    }
    found = medians(ways, bench.runs(7))
    floor = found["list"] + found["look"]
    yield Row(
        "nothing changed: warm `package ::` / warm `list ::`", found["package"], "s", found["list"], 1.2, _REASON, floor
    )


_REASON = (
    "it is `list ::`, and what the engine asks of the steps of a build. The floor is `list ::` and a look at each "
    "file in dist/."
)
