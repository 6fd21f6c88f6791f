"""What a small step costs: nearly all of it is the start of its process, and a build has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.replay import Sandbox, remove, sandboxes
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.workbench import WEB, Workbench

_SMALL = 20_000
"""The size in bytes of the wheel whose steps are chosen: the nearest one."""


def measure(bench: Workbench) -> Iterator[Row]:
    assert bench.seed.exists()
    bench.web.start_cold(None)
    ran = sandboxes(bench.web, WEB)
    pure = [path for path in bench.web_wheels.wheels if path.name.endswith("-none-any.whl")]
    # Smaller wheels share a layer.
    alone = {names[0]: each for each in _of(ran, "dependencies-layer") if len(names := _wheels(each)) == 1}
    small = min((path for path in pure if path.name in alone), key=lambda path: abs(path.stat().st_size - _SMALL))
    (fetch,) = (each for each in _of(ran, "fetch-wheel") if Path(each.folder, "files", small.name).exists())
    debian = min(_of(ran, "fetch-debian"), key=lambda each: int(each.request["size"]))
    kept = {"layer": alone[small.name], "fetch": fetch, "debian": debian}
    remove([each for each in ran if each not in kept.values()])
    found = medians(
        {
            **{name: partial(_processor, each) for name, each in kept.items()},
            **{f"{name} start": partial(_start, each) for name, each in kept.items()},
        },
        bench.runs(15),
    )
    remove(list(kept.values()))
    size = f"{small.stat().st_size / 1e3:.0f} kB"
    for what, name, limit in (
        (f"the layer of a pure wheel of {size}", "layer", 0.06),
        (f"fetching a wheel of {size}", "fetch", 0.08),
        ("fetching a small Debian package", "debian", 0.05),
    ):
        yield Row(f"{what}, processor seconds", found[name], "s", None, limit, _REASON, found[f"{name} start"])


def _of(ran: Sequence[Sandbox], verb: str) -> Sequence[Sandbox]:
    return [each for each in ran if each.verb == verb]


def _wheels(of: Sandbox) -> Sequence[str]:
    return [Path(wheel["path"]).name for wheel in of.request["wheels"]]


def _processor(of: Sandbox) -> float:
    return of.run().processor


def _start(of: Sandbox) -> float:
    return of.interpreter("-S", "-c", "pass").processor


_REASON = "the floor is the bare interpreter; the rest is imports, and the work itself."
