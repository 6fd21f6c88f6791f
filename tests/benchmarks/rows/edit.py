"""One line of the app's code changed, everything else built before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from benchmarks.peers.dockerfiles import UV
from benchmarks.replay import remove, sandboxes
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import WEB, Workbench

_EDITED = "src/web/main.py"


def measure(bench: Workbench) -> Iterator[Row]:
    peers, context, web = bench.peers, bench.context, bench.web
    peers.build(context, UV, "uv", layers=True)
    web.package(WEB)
    numbers = count()

    def line() -> str:
        return f"# {next(numbers)}"

    web.edit(_EDITED, line())
    (process,) = sandboxes(web, WEB)
    web.package(WEB)

    def rebuild() -> float:
        with (context / _EDITED).open("a") as file:
            file.write(f"{line()}\n")
        return peers.build(context, UV, "uv", layers=True) + peers.push("uv", bench.scratch / "edited.layout")

    def package() -> float:
        web.edit(_EDITED, line())
        return web.package(WEB)

    found = medians({"library": lambda: process.run().seconds, "package": package, "rebuild": rebuild}, bench.runs(5))
    remove([process])
    what = "one source line changed: {} / buildah rebuild"
    yield Row(what.format("library work alone"), found["library"], "s", found["rebuild"], 0.01, _LIBRARY)
    yield Row(what.format("warm `package`"), found["package"], "s", found["rebuild"], 0.15, _PACKAGE)


_LIBRARY = (
    "the starts of two interpreters, one of which compiles and does nothing else, and their imports. What they do with "
    "the files of the app takes a hundredth of a second."
)
_PACKAGE = "nearly all of it is Pants' client, which starts and asks the daemon: a warm `list ::` takes as long."
