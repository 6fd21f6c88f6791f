"""How the time and the memory of `package ::` grow with apps and with packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.monorepo import first_packages, monorepo
from benchmarks.project import Project, project
from benchmarks.report import Row
from benchmarks.usage import daemon_used, used
from benchmarks.wheelhouse import Wheelhouse
from benchmarks.workbench import Workbench

_APPS = (1, 10, 100, 300)
_PACKAGES = (10, 50, 150, 300)
# An app with the whole lock: what it imports plays no part.
_WHOLE = {
    "src/app/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py", whole_lock=True)\n',
    "src/app/main.py": "print(1)\n",
}
_MEGABYTE = 1e6
# Otherwise three hundred layouts take 30 GB in dist/, and each `package` writes them anew.
_PACKAGE = ("--strata-share-blobs", "package", "::")
_STEPS = {"cold": "cold", "edited": "one line edited", "warm": "nothing changed"}

Series = Mapping[str, Sequence[float]]
"""`size`; seconds of `cold`, `edited` (one line of one app), `warm` and `list`; MB of `client` and `daemon`.

With `_processor` behind the name of a step: the processor seconds of client and daemon, without those of processes.
"""


def measure(bench: Workbench) -> Mapping[str, Series]:
    """:returns: what grows → its numbers."""
    apps = {size: (monorepo(size), bench.monorepo_wheels) for size in _sizes(bench, _APPS)}
    packages = {size: (_WHOLE, _cut(bench, size)) for size in _sizes(bench, _PACKAGES)}
    return {"apps": _series(bench, apps), "packages": _series(bench, packages)}


def judged(series: Mapping[str, Series]) -> Iterator[Row]:
    """Compare the largest size with the one before it: no step takes more time for each app, or package, than there."""
    for size, warm, listed in zip(*(series["apps"][name] for name in ("size", "warm", "list"))):
        if size > 1:
            what = f"nothing changed: warm `package ::`, shared blobs / warm `list ::`, {size:.0f} apps"
            yield Row(what, warm, "s", listed, 1.2, _WARM)
    for grows, numbers in series.items():
        before, last = numbers["size"][-2:]
        for name, title in _STEPS.items():
            first, second = numbers[name][-2:]
            what = f"`package ::`, {title}: {last:.0f} {grows} / {last / before:.3g} times {before:.0f} {grows}"
            yield Row(what, second, "s", first * last / before, 1)
        first, second = numbers["daemon"][-2:]
        what = f"memory of the daemon: {last:.0f} {grows} / {last / before:.3g} times {before:.0f} {grows}"
        yield Row(what, second, "MB", first * last / before, 1)


def _sizes(bench: Workbench, all_of_them: Sequence[int]) -> Sequence[int]:
    return all_of_them[:2] if bench.quick else all_of_them


def _cut(bench: Workbench, size: int) -> Wheelhouse:
    """The first packages of the lock alone; the folder has all wheels."""
    lock = bench.scratch / f"{size}.lock"
    lock.write_text(first_packages(bench.many_wheels.lock.read_text(), size))
    return Wheelhouse(bench.many_wheels.folder, lock)


def _series(bench: Workbench, sizes: Mapping[int, tuple[Mapping[str, str], Wheelhouse]]) -> Series:
    found: dict[str, list[float]] = {}
    for size, (files, wheels) in sizes.items():
        scratch = bench.folder(f"growth-{wheels.lock.stem}-{size}")
        with project(files, wheels, bench.mirror, scratch, bench.installer) as repository:
            repository.start_cold(bench.seed)
            numbers = {"size": float(size), **_numbers(repository, _edited(files))}
        shutil.rmtree(scratch)
        bench.say(", ".join(f"{name} {value:.3g}" for name, value in numbers.items()))
        for name, value in numbers.items():
            found.setdefault(name, []).append(value)
    return found


def _numbers(of: Project, edited: str) -> Mapping[str, float]:
    """Each step once, but for the warm ones, which are short: the median of three."""
    numbers = {**_step(of, "cold", *_PACKAGE)}
    for name, goal in (("warm", _PACKAGE), ("list", ("list", "::"))):
        runs = sorted((_step(of, name, *goal) for _ in range(3)), key=lambda run: run[name])
        numbers.update(runs[1])
    of.edit(edited, "# edited")
    # The memory is that of the last step: the daemon keeps what it has.
    return {**numbers, **_step(of, "edited", *_PACKAGE)}


def _step(of: Project, name: str, *arguments: str) -> Mapping[str, float]:
    with daemon_used(of.pants.root) as daemon:
        client = used(lambda: of.run(*arguments))
    return {
        name: client.seconds,
        f"{name}_processor": client.processor + daemon.processor,
        "client": client.peak / _MEGABYTE,
        "daemon": daemon.peak / _MEGABYTE,
    }


def _edited(files: Mapping[str, str]) -> str:
    return min(path for path in files if Path(path).name == "main.py")


_WARM = "Pants writes each blob of dist/ anew, if only once, and the documents of each image."
