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

    turns = medians({"package": package, "rebuild": rebuild, "library": lambda: process.run().seconds}, bench.runs(5))
    # Apart: after a rebuild of some seconds, the next program finds nothing of its own in the processor's caches.
    warm = medians(
        {"package": package, "list": lambda: seconds(lambda: web.run("list", "::")), "start": lambda: start(process)},
        bench.runs(9),
    )
    what = "one source line changed: {} / buildah rebuild"
    yield Row(what.format("library work alone"), turns["library"], "s", turns["rebuild"], 0.01, _LIBRARY, warm["start"])
    yield Row(what.format("warm `package`"), turns["package"], "s", turns["rebuild"], 0.15, _PACKAGE, warm["list"])
    what = "one source line changed: warm `package` / warm `list ::` and 0.15 s"
    yield Row(what, warm["package"], "s", warm["list"] + 0.15, 1, _PACKAGE, warm["list"])


_LIBRARY = (
    "the start of an interpreter, and its imports. Its work on the files of the app takes a hundredth of a second."
)
_PACKAGE = "what `list ::` takes, the library's process, and Pants' copy of the whole layout to dist/."
