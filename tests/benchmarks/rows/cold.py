"""An image from wheels on disk, with bytecode: by Pants with a store that has no dependencies, and by buildah."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.floors import compiler, one_process
from benchmarks.peers import debian_base, pex
from benchmarks.peers.dockerfiles import PIP, PIP_CACHED, UV
from benchmarks.project import INSTALLERS, WITH_UV
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import WEB, Workbench


def measure(bench: Workbench) -> Iterator[Row]:
    peers, context, web = bench.peers, bench.context, bench.web
    found = medians(
        {
            "pip": lambda: web.cold(bench.seed, WEB),
            "uv": lambda: web.cold(bench.seed, WITH_UV, WEB),
            "Dockerfile with pip": lambda: peers.cold(context, PIP, "pip"),
            "Dockerfile with uv": lambda: peers.cold(context, UV, "uv"),
            "pex": lambda: pex.cold(peers, context, bench.web_wheels, bench.tools),
            "copying": lambda: one_process(bench.web_wheels, bench.scratch),
            "compiler": lambda: compiler(bench.web_wheels, bench.tools, bench.process, bench.scratch),
        },
        bench.runs(5),
    )
    # Caches that instructions mount, filled by a build of the same wheels: only what is new of a lock is not in them.
    peers.cached(context, UV, "uv")
    peers.cached(context, PIP_CACHED, "pip-cached")
    cached = medians(
        {
            "pip": lambda: peers.cached(context, PIP_CACHED, "pip-cached"),
            "uv": lambda: peers.cached(context, UV, "uv"),
        },
        bench.runs(5),
    )
    floor = found["copying"] + found["compiler"]
    what = "cold image build, wheels on disk, with bytecode, {0} / Dockerfile with {0}"
    for tool in INSTALLERS:
        yield Row(what.format(tool), found[tool], "s", found[f"Dockerfile with {tool}"], 0.5, _REASON, floor)
    yield Row("the same, pip / pex files and a Dockerfile", found["pip"], "s", found["pex"], 0.3, _REASON, floor)
    for tool in INSTALLERS:
        yield Row(f"the same, {tool} / Dockerfile with {tool} and a warm cache mount", found[tool], "s", cached[tool])
    nothing = medians(
        {
            "ours": lambda: web.cold(None, WITH_UV, WEB),
            "peer": lambda: debian_base.from_nothing(peers, context, bench.mirror, bench.tools),
        },
        bench.runs(5),
    )
    what = "the same from nothing, Debian packages on disk, uv / debootstrap and a Dockerfile with uv"
    yield Row(what, nothing["ours"], "s", nothing["peer"], 0.6, _REASON, floor)


_REASON = (
    "it is work for two cores: most of all CPython's compiler, for some 1,800 modules, and in the Dockerfiles also for "
    "1,400 of tests; then a layer for each wheel in a process of its own, with CRC and sha256 of each file; the "
    "installer, which really installs all that the layers hold, to compare it; a process for each fetched wheel. What "
    "is made of a wheel is kept for the next build and for every other app: the first build pays for it."
)
