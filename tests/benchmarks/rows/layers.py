"""From wheels on disk to the blobs of layers: the library's work, against an installer, tar and gzip."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks.floors import one_process
from benchmarks.layouts import dependencies, gzip_size
from benchmarks.peers.lower_bounds import pip_install, tar_gzip, uv_install
from benchmarks.replay import remove, run_all, sandboxes
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import PLAIN, Workbench

_LAYERS = ("venv-layer", "dependencies-layer")


def measure(bench: Workbench) -> Iterator[Row]:
    bench.web.start_cold(bench.seed)
    ran = sandboxes(bench.web, PLAIN)
    kept = [each for each in ran if each.verb in (*_LAYERS, "proof")]
    layers = [each for each in kept if each.verb in _LAYERS]
    tree, blob = bench.scratch / "tree", bench.scratch / "tree.tar.gz"
    wheels, tools = bench.web_wheels, bench.tools
    found = medians(
        {
            "layers": lambda: run_all(layers),
            "with the proof": lambda: run_all(kept),
            "pip": lambda: pip_install(wheels, tools, tree) + tar_gzip(tree, blob),
            "floor": lambda: one_process(wheels, bench.scratch),
            "uv": lambda: uv_install(wheels, tools, tree) + tar_gzip(tree, blob),
        },
        bench.runs(5),
    )
    what = "local wheels to layer blobs, without bytecode / {} install + tar + gzip -6"
    yield Row(what.format("uv"), found["layers"], "s", found["uv"], 0.14, _TIME, found["floor"])
    yield Row(what.format("pip"), found["layers"], "s", found["pip"])
    yield Row(
        "the same, and the proof that pip installs the same / uv install + tar + gzip -6",
        found["with the proof"],
        "s",
        found["uv"],
    )
    blobs = [layer.blob for layer in dependencies(bench.web.layout(PLAIN))]
    ours, again = sum(blob.stat().st_size for blob in blobs), sum(map(gzip_size, blobs))
    yield Row("blob bytes / gzip -6 of the same tar", ours / 1e6, "MB", again / 1e6, 1.07)
    remove(ran)
    shutil.rmtree(tree)
    blob.unlink()


_TIME = (
    "each layer is made by a process of its own, so that it is cached by itself. Most wheels are small, and Python's "
    "start and the library's imports are more than half of what each of these takes."
)
