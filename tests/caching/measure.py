"""Measures what passes between Pants and a remote cache.

    ./pants --no-python-run-against-entire-lockfile run tests/caching/measure.py

The project has the dependencies of this repository's examples, and one more, which changes. Bytes are those of gRPC's
messages; a read moves one blob.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from support.remote_cache.buildgrid import remote_cache
from support.remote_cache.changing_lock import lock
from support.remote_cache.machine import Machine, machine

_TARGETS = ("//:base", "//:cpython", "//:venv", "src/app:image0")
_BEHAVIORS = ("fetch", "validate", "defer")
_HEAD = ("build", "steps asked", "executed", "calls", "blobs read", "MB read", "blobs written", "MB written")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="strata-") as folder:
        root = Path(folder)
        wheels = root / "wheels"
        wheels.mkdir()
        before, after = lock("1.0", wheels), lock("1.1", wheels)
        find_links = f"--python-repos-find-links=['{wheels.as_uri()}']"
        print("| " + " | ".join(_HEAD) + " |\n|---" + "|---:" * (len(_HEAD) - 1) + "|")
        with remote_cache(root / "cache") as cache, cache.relay() as relay:

            def build(title: str, of: Machine, options: Iterable[str] = (), *, write: bool = False) -> None:
                relay.counts()
                ended = of.package(*_TARGETS, options=[find_links, *options], cache=relay, write=write).succeeded()
                counts = dict(relay.counts())
                read, written = counts.pop("received", 0) / 1e6, counts.pop("sent", 0) / 1e6
                blobs = counts.get("Write", 0) + counts.get("BatchUpdateBlobs", 0)
                cells = [ended.asked, ended.executed, sum(counts.values()), counts.get("Read", 0), f"{read:.1f}", blobs]
                print("| " + " | ".join(map(str, [title, *cells, f"{written:.1f}"])) + " |", flush=True)

            first = machine(root / "first", {"requirements.lock": before})
            build("cold, fills the cache", first, write=True)
            build("nothing changed", first)
            others = {behavior: machine(root / behavior, {"requirements.lock": before}) for behavior in _BEHAVIORS}
            for behavior, other in others.items():
                build(f"cold, from the cache, `{behavior}`", other, [f"--cache-content-behavior={behavior}"])
            (first.checkout / "requirements.lock").write_text(after)
            build("one dependency changed, fills the cache", first, write=True)
            for behavior, other in others.items():
                (other.checkout / "requirements.lock").write_text(after)
                options = [f"--cache-content-behavior={behavior}"]
                build(f"one dependency changed, from the cache, `{behavior}`", other, options)


if __name__ == "__main__":
    main()
