"""What a registry stores of a monorepo of 20 apps over one lock of 150 packages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.floors import look
from benchmarks.layouts import dependencies, layers, stored
from benchmarks.monorepo import address, monorepo
from benchmarks.project import Project, project
from benchmarks.report import Row
from benchmarks.timing import medians, seconds
from benchmarks.workbench import Workbench

_APPS, _MANY_APPS = 20, 100


def measure(bench: Workbench) -> Iterator[Row]:
    apps = 3 if bench.quick else _APPS
    files = monorepo(apps)
    scratch = bench.folder("stored")
    with project(files, bench.monorepo_wheels, bench.mirror, scratch, bench.installer) as repository:
        cold = repository.cold(bench.seed, "::")
        bench.say(f"{apps} apps, cold: {cold:.1f} s")
        layouts = [repository.layout(address(number)) for number in range(apps)]
        # The same packages in one layer take the bytes of their layers, since those are gzip members that follow each
        # other; two apps with the same packages have one layer.
        venvs = {
            tuple(sorted(layer.digest for layer in dependencies(layout))): sum(
                layer.size for layer in dependencies(layout)
            )
            for layout in layouts
        }
        shared = sum({layer.digest: layer.size for layout in layouts for layer in dependencies(layout)}.values())
        whole = stored(layouts)
        yield Row(
            f"{apps} apps: bytes stored / one venv layer per app",
            whole / 1e6,
            "MB",
            (whole - shared + sum(venvs.values())) / 1e6,
            0.25,
            _REASON,
            (whole - _apps(layouts)) / 1e6,
        )
        yield from _unchanged(bench, repository, apps)
        if not bench.quick:
            repository.pants.write(monorepo(_MANY_APPS))
            repository.package("::")
            # The layouts take 10 GB, so that a run takes long.
            yield from _unchanged(bench, repository, _MANY_APPS)


def _unchanged(bench: Workbench, repository: Project, apps: int) -> Iterator[Row]:
    """Yield what `package ::` takes where nothing changed since the last one."""
    dist = repository.pants.root / "dist"
    shutil.rmtree(dist / ".strata", ignore_errors=True)
    repository.package("::")
    # The layouts of 100 apps are gigabytes, which the system writes to the disk long after Pants has ended.
    os.sync()
    found = medians(
        {
            "package": lambda: repository.package("::"),
            "look": lambda: look(dist),
            "list": lambda: seconds(lambda: repository.run("list", "::")),
        },
        bench.runs(9),
    )
    floor = found["list"] + found["look"]
    what = f"nothing changed: warm `package ::` / warm `list ::`, {apps} apps"
    yield Row(what, found["package"], "s", found["list"], 1.2, _WARM, floor)
    # `list` with the same option: the daemon plans all anew for a run with another one.
    share = "--strata-share-blobs"
    repository.package(share, "::")
    found = medians(
        {
            "package": lambda: repository.package(share, "::"),
            "look": lambda: look(dist),
            "list": lambda: seconds(lambda: repository.run(share, "list", "::")),
        },
        bench.runs(9),
    )
    what = f"the same with `[strata].share_blobs` / warm `list ::`, {apps} apps"
    yield Row(what, found["package"], "s", found["list"], 1.2, _WARM, found["list"] + found["look"])


def _apps(layouts: Iterable[Path]) -> int:
    """Bytes of the layers of first-party code."""
    own = {layer.digest: layer.size for layout in layouts for layer in layers(layout) if layer.kind == "app"}
    return sum(own.values())


_REASON = (
    "base, interpreter and every wheel that some app needs are stored once in either case, and they are most of it."
)
_WARM = (
    "it is `list ::`, and what the engine asks of the steps of each image. The floor is `list ::` and a look at each "
    "file in dist/."
)
