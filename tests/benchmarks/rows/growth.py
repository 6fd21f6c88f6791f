"""How the time and the memory of `package ::` grow with apps and with packages.

Images are without bytecode: the compiler takes as long for each module as for any other, and most of a cold build.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.floors import look
from benchmarks.monorepo import first_packages, monorepo
from benchmarks.project import Project, project
from benchmarks.report import Row
from benchmarks.usage import daemon_used, used
from benchmarks.wheelhouse import Wheelhouse
from benchmarks.workbench import Workbench

_APPS = (1, 30, 100, 300)
_PACKAGES = (10, 100, 300)
# An app with the whole lock: what it imports plays no part.
_WHOLE = {
    "src/app/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py", whole_lock=True)\n',
    "src/app/main.py": "print(1)\n",
}
_MEGABYTE = 1e6
# Otherwise three hundred layouts take 30 GB in dist/.
_OPTIONS = ("--strata-bytecode=False", "--strata-share-blobs")
_PACKAGE = (*_OPTIONS, "package", "::")
# With the same options: the daemon plans all anew for a run with other ones.
_LIST = (*_OPTIONS, "list", "::")
_STEPS = {
    "cold": "cold",
    "first": "a new daemon, all steps cached",
    "edited": "one line edited",
    "warm": "nothing changed",
}

Series = Mapping[str, Sequence[float]]
"""`size`; seconds of `cold` or `first`, `edited` (one line of one app), `warm`, `list`, `look` (at dist/); MB of
`client` and `daemon`.

`cold` begins with a store that has base, interpreter and installers, `first` with one that has all images, and both
with an empty dist/. With `_processor` behind the name of a step: the processor seconds of client and daemon, without
those of processes.
"""


def measure(bench: Workbench) -> Mapping[str, Series]:
    """:returns: what grows → its numbers."""
    return {"apps": _apps(bench), "packages": _packages(bench)}


def judged(series: Mapping[str, Series]) -> Iterator[Row]:
    """Compare the largest size with the one before it: no step takes more time for each app, or package, than there."""
    for size, warm, listed, looked in zip(*(series["apps"][name] for name in ("size", "warm", "list", "look"))):
        if size > 1:
            what = f"nothing changed: warm `package ::`, shared blobs / warm `list ::`, {size:.0f} apps"
            yield Row(what, warm, "s", listed, 1.2, _WARM, listed + looked)
    for grows, numbers in series.items():
        for name, title in _STEPS.items():
            if name in numbers:
                yield from _compared(f"`package ::`, {title}", grows, numbers["size"], numbers[name], "s")
        yield from _compared("memory of the daemon", grows, numbers["size"], numbers["daemon"], "MB")


def _compared(what: str, grows: str, sizes: Sequence[float], values: Sequence[float], unit: str) -> Iterator[Row]:
    """Yield the last value beside the one before, and what one more takes between these two beside one more below."""
    before, last = sizes[-2:]
    times = last / before
    whole = f"{what}: {last:.0f} {grows} / {times:.3g} times {before:.0f} {grows}"
    yield Row(whole, values[-1], unit, values[-2] * times, 1, _GROWTH)
    if len(sizes) > 2:
        late, early = ((values[at] - values[at - 1]) / (sizes[at] - sizes[at - 1]) for at in (-1, -2))
        title = f"{what}, for each of {grows} from {before:.0f} to {last:.0f} / from {sizes[-3]:.0f} to {before:.0f}"
        # What is hidden by the noise of two runs does not grow.
        yield Row(title, max(late, 0), unit, max(early, 1e-6))


def _apps(bench: Workbench) -> Series:
    """Build the largest monorepo, and then each in a new project whose store has all that was made."""
    sizes = {size: monorepo(size) for size in _sizes(bench, _APPS)}
    wheels, folder = bench.monorepo_wheels, bench.folder("growth-apps")
    found: dict[str, list[float]] = {}
    with project(sizes[max(sizes)], wheels, bench.mirror, folder, bench.installer) as largest:
        largest.start_cold(bench.seed)
        bench.say(f"{max(sizes)} apps, cold: {used(lambda: largest.run(*_PACKAGE)).seconds:.1f} s")
        for size, files in sizes.items():
            with project(files, wheels, bench.mirror, folder, bench.installer) as repository:
                repository.store = largest.store
                repository.run(*_LIST)
                _add(bench, found, size, _numbers(repository, "first", _edited(files)))
    shutil.rmtree(folder)
    return found


def _packages(bench: Workbench) -> Series:
    found: dict[str, list[float]] = {}
    for size in _sizes(bench, _PACKAGES):
        folder = bench.folder(f"growth-packages-{size}")
        with project(_WHOLE, _cut(bench, size), bench.mirror, folder, bench.installer) as repository:
            repository.start_cold(bench.seed)
            _add(bench, found, size, _numbers(repository, "cold", _edited(_WHOLE)))
        shutil.rmtree(folder)
    return found


def _add(bench: Workbench, found: dict[str, list[float]], size: int, numbers: Mapping[str, float]) -> None:
    for name, value in {"size": float(size), **numbers}.items():
        found.setdefault(name, []).append(value)
    bench.say(f"{size}: " + ", ".join(f"{name} {value:.3g}" for name, value in numbers.items()))


def _sizes(bench: Workbench, all_of_them: Sequence[int]) -> Sequence[int]:
    return all_of_them[:2] if bench.quick else all_of_them


def _cut(bench: Workbench, size: int) -> Wheelhouse:
    """The first packages of the lock alone; the folder has all wheels."""
    lock = bench.scratch / f"{size}.lock"
    lock.write_text(first_packages(bench.many_wheels.lock.read_text(), size))
    return Wheelhouse(bench.many_wheels.folder, lock)


def _numbers(of: Project, begin: str, edited: str) -> Mapping[str, float]:
    """Each step once, but for the warm ones, which are short: the median of three."""
    numbers = {**_step(of, begin, *_PACKAGE)}
    for name, goal in (("warm", _PACKAGE), ("list", _LIST)):
        runs = sorted((_step(of, name, *goal) for _ in range(3)), key=lambda run: run[name])
        numbers.update(runs[1])
    numbers["look"] = median(look(of.pants.root / "dist") for _ in range(3))
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


_WARM = (
    "it is `list ::`, and what the engine asks of the steps of each image. The floor is `list ::` and a look at each "
    "file in dist/."
)
_GROWTH = "the table of absolute numbers says what each one more takes, without the start of Pants."
