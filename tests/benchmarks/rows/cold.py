"""An image from wheels on disk, with bytecode: by Pants with a store that has no dependencies, and by buildah."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.peers import pex
from benchmarks.peers.dockerfiles import PIP, UV
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import WEB, Workbench


def measure(bench: Workbench) -> Iterator[Row]:
    peers, context, web = bench.peers, bench.context, bench.web
    found = medians(
        {
            "ours": lambda: web.cold(bench.seed, WEB),
            "pip": lambda: peers.cold(context, PIP, "pip"),
            "uv": lambda: peers.cold(context, UV, "uv"),
            "pex": lambda: pex.cold(peers, context, bench.web_wheels, bench.tools),
        },
        bench.runs(3),
    )
    what = "cold image build, wheels on disk, with bytecode / "
    yield Row(f"{what}Dockerfile with pip", found["ours"], "s", found["pip"], 0.25, _REASON)
    yield Row(f"{what}Dockerfile with uv", found["ours"], "s", found["uv"], 0.6, _REASON)
    yield Row(f"{what}pex files and a Dockerfile", found["ours"], "s", found["pex"])
    nothing = medians({"ours": lambda: web.cold(None, WEB)}, bench.runs(1))
    yield Row("the same from nothing, with base and interpreter from Debian packages on disk", nothing["ours"], "s")


_REASON = (
    "it is work for two cores: most of all CPython's compiler for some 3,000 modules, which the Dockerfiles have too; "
    "then a layer for each wheel in a process of its own, with CRC and sha256 of each file; pip, which really installs "
    "all that the layers hold, to compare it; a process for each fetched wheel. What is made of a wheel is kept "
    "for the next build and for every other app: the first build pays for it."
)
