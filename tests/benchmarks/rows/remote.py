"""What a machine with an empty store reads of a remote cache that has all steps, for the examples' dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Row
from benchmarks.workbench import Workbench
from support.remote_cache.buildgrid import remote_cache
from support.remote_cache.changing_lock import lock
from support.remote_cache.machine import Machine, machine

_TARGETS = ("//:base", "//:cpython", "//:venv", "src/app:image0")
_FETCH, _DEFER = "fetch", "defer"


def measure(bench: Workbench) -> Iterator[Row]:
    root = bench.folder("remote")
    wheels = bench.folder("remote-wheels")
    files = {"requirements.lock": lock("1.0", wheels)}
    find_links = f"--python-repos-find-links=['{wheels.as_uri()}']"
    read: dict[str, float] = {}
    with remote_cache(root / "cache") as cache, cache.relay() as relay:
        first = machine(root / "first", files)
        first.package(*_TARGETS, options=[find_links], cache=relay, write=True).succeeded()
        for behavior in (_FETCH, _DEFER):
            relay.counts()
            other = machine(root / behavior, files)
            options = [find_links, f"--cache-content-behavior={behavior}"]
            ran = other.package(*_TARGETS, options=options, cache=relay).succeeded()
            assert ran.executed == 0, ran.output
            read[behavior] = dict(relay.counts())["received"] / 1e6
    what = f"read of a remote cache by a new machine, `{_DEFER}` / `{_FETCH}`"
    yield Row(what, read[_DEFER], "MB", read[_FETCH], 0.5, _REASON, _written(first) / 1e6)


def _written(by: Machine) -> int:
    """Bytes of the blobs in dist/, those with one digest once."""
    blobs = (by.checkout / "dist").rglob("blobs/sha256/*")
    return sum({blob.name: blob.stat().st_size for blob in blobs}.values())


_REASON = "the floor is the bytes of all layers, which `package` writes to dist/."
