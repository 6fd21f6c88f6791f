"""How the time of `package ::` grows with apps and with packages, cold and warm."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.monorepo import first_packages, monorepo
from benchmarks.project import Project, project
from benchmarks.wheelhouse import Wheelhouse
from benchmarks.workbench import Workbench

_APPS = (1, 10, 100)
_PACKAGES = (10, 50, 150)
# An app with the whole lock: what it imports plays no part.
_WHOLE = {
    "src/app/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py", whole_lock=True)\n',
    "src/app/main.py": "print(1)\n",
}

Series = Mapping[str, Sequence[float]]
"""`size`, `cold`, `warm` and `edited` (one line of one app): seconds for each size."""


def measure(bench: Workbench) -> Mapping[str, Series]:
    """:returns: what grows → its numbers."""
    return {
        "apps": _series(bench, {size: (monorepo(size), bench.monorepo_wheels) for size in _sizes(bench, _APPS)}),
        "packages": _series(bench, {size: (_WHOLE, _cut(bench, size)) for size in _sizes(bench, _PACKAGES)}),
    }


def _sizes(bench: Workbench, all_of_them: Sequence[int]) -> Sequence[int]:
    return all_of_them[:2] if bench.quick else all_of_them


def _cut(bench: Workbench, size: int) -> Wheelhouse:
    """The first packages of the lock alone; the folder has all wheels."""
    lock = bench.scratch / f"{size}.lock"
    lock.write_text(first_packages(bench.monorepo_wheels.lock.read_text(), size))
    return Wheelhouse(bench.monorepo_wheels.folder, lock)


def _series(bench: Workbench, sizes: Mapping[int, tuple[Mapping[str, str], Wheelhouse]]) -> Series:
    found: dict[str, list[float]] = {"size": [], "cold": [], "warm": [], "edited": []}
    for size, (files, wheels) in sizes.items():
        scratch = bench.folder(f"growth-{wheels.lock.stem}-{size}")
        with project(files, wheels, bench.mirror, scratch, bench.installer) as repository:
            times = {"size": float(size), **_times(bench, repository, _edited(files))}
        shutil.rmtree(scratch)
        bench.say(", ".join(f"{name} {value:.1f}" for name, value in times.items()))
        for name, value in times.items():
            found[name].append(value)
    return found


def _times(bench: Workbench, of: Project, edited: str) -> Mapping[str, float]:
    cold = of.cold(bench.seed, "::")
    warm = sorted(of.package("::") for _ in range(3))[1]
    of.edit(edited, "# edited")
    return {"cold": cold, "warm": warm, "edited": of.package("::")}


def _edited(files: Mapping[str, str]) -> str:
    return min(path for path in files if Path(path).name == "main.py")
