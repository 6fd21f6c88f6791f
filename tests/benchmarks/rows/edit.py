"""One line of the app's code changed, everything else built before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from benchmarks.floors import start
from benchmarks.peers.dockerfiles import UV
from benchmarks.report import Row
from benchmarks.timing import medians, seconds
from benchmarks.workbench import WEB, Workbench

_EDITED = "src/web/main.py"


def measure(bench: Workbench) -> Iterator[Row]:
    peers, context, web = bench.peers, bench.context, bench.web
    peers.build(context, UV, "uv", layers=True)
    web.package(WEB)
    numbers = count()

    def line() -> str:
        return f"# {next(numbers)}"

    process = bench.process

    def rebuild() -> float:
        with (context / _EDITED).open("a") as file:
            file.write(f"{line()}\n")
        return peers.build(context, UV, "uv", layers=True) + peers.push("uv", bench.scratch / "edited.layout")

    def package() -> float:
        web.edit(_EDITED, line())
        return web.package(WEB)

    ways = {
        "library": lambda: process.run().seconds,
        "start": lambda: start(process),
        "package": package,
        "list": lambda: seconds(lambda: web.run("list", "::")),
        "rebuild": rebuild,
    }
    found = medians(ways, bench.runs(5))
    what = "one source line changed: {} / buildah rebuild"
    yield Row(
        what.format("library work alone"), found["library"], "s", found["rebuild"], 0.01, _LIBRARY, found["start"]
    )
    yield Row(what.format("warm `package`"), found["package"], "s", found["rebuild"], 0.15, _PACKAGE, found["list"])
    yield Row(
        "the same / warm `list ::` and 0.15 s", found["package"], "s", found["list"] + 0.15, 1, _PACKAGE, found["list"]
    )


_LIBRARY = (
    "the start of an interpreter, and its imports. Its work on the files of the app takes a hundredth of a second."
)
_PACKAGE = "what `list ::` takes, the library's process, and Pants' copy of the whole layout to dist/."
