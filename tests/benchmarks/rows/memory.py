"""The memory of the processes that make an image of a wheel of 700 MB, and how many cores its layer keeps busy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from benchmarks.project import project
from benchmarks.replay import remove, sandboxes
from benchmarks.report import Row
from benchmarks.wheelhouse import Wheelhouse
from benchmarks.workbench import Workbench
from support.venvs.large_wheels import mixed_wheel

_MEGABYTES = 700
_FILES = {
    "src/app/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py", whole_lock=True)\n',
    "src/app/main.py": "import large  # pants: no-infer-dep\n",
}


def measure(bench: Workbench) -> Iterator[Row]:
    folder = bench.folder("large")
    wheel = mixed_wheel(folder, 70 if bench.quick else _MEGABYTES)
    digest = hashlib.sha256()
    with wheel.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    lock = folder / "large.lock"
    lock.write_text(f"large==1.0 --hash=sha256:{digest.hexdigest()}\n")
    with project(_FILES, Wheelhouse(folder, lock), bench.mirror, bench.folder("memory"), bench.installer) as large:
        large.start_cold(bench.seed)
        kept = sandboxes(large, "src/app:image")
        # A smaller process counts as large as this one: the kernel begins with the memory of who starts another.
        ran = {each: each.run() for each in kept}
        peak = max(each.peak for each in ran.values())
        (layer,) = (each for sandbox, each in ran.items() if sandbox.verb == "dependencies-layer")
        remove(kept)
    wheel.unlink()
    size = f"{70 if bench.quick else _MEGABYTES} MB"
    yield Row(f"peak memory of any process, for a wheel of {size}", peak / 1e6, "MB", None, 80)
    what = f"layer of a wheel of {size}: seconds / processor seconds, of two threads"
    yield Row(what, layer.seconds, "s", layer.processor)
