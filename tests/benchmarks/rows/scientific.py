"""What the bytecode of tests takes in the layers of scientific packages: bytes, and processor seconds to make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.layouts import dependencies
from benchmarks.monorepo import chosen_packages
from benchmarks.project import project
from benchmarks.replay import Sandbox, remove, sandboxes
from benchmarks.report import Row
from benchmarks.timing import medians
from benchmarks.wheelhouse import Wheelhouse
from benchmarks.workbench import Workbench

_PACKAGES = ("joblib", "numpy", "pandas", "python-dateutil", "scikit-learn", "scipy", "six", "threadpoolctl")
_ALL, _LESS, _NONE = "src/app:all", "src/app:less", "src/app:none"
_FILES = {
    "src/app/BUILD": """\
python_sources()

python_image(name="all", entry_point="main.py", whole_lock=True, test_bytecode=True)

python_image(name="less", entry_point="main.py", whole_lock=True)

python_image(name="none", entry_point="main.py", whole_lock=True, bytecode=False)
""",
    "src/app/main.py": "print(1)\n",
}


def measure(bench: Workbench) -> Iterator[Row]:
    lock = bench.scratch / "scientific.lock"
    lock.write_text(chosen_packages(bench.monorepo_wheels.lock.read_text(), _PACKAGES))
    wheels = Wheelhouse(bench.monorepo_wheels.folder, lock)
    with project(_FILES, wheels, bench.mirror, bench.folder("scientific"), bench.installer) as science:
        science.start_cold(bench.seed)
        kept: dict[str, Sequence[Sandbox]] = {}
        for address in (_ALL, _LESS, _NONE):
            ran = sandboxes(science, address)
            kept[address] = [each for each in ran if each.verb == "dependencies-layer"]
            remove([each for each in ran if each not in kept[address]])
        sizes = {name: sum(layer.size for layer in dependencies(science.layout(name))) / 1e6 for name in kept}
        seconds = medians({name: partial(_processor, of) for name, of in kept.items()}, bench.runs(5))
        for each in kept.values():
            remove(each)
    what = "layers of numpy, scipy, pandas and scikit-learn, {} / with all bytecode"
    for name, title in ((_LESS, "without the bytecode of tests"), (_NONE, "without bytecode")):
        yield Row(what.format(title), sizes[name], "MB", sizes[_ALL])
        yield Row(f"{what.format(title)}: processor seconds", seconds[name], "s", seconds[_ALL])


def _processor(kept: Sequence[Sandbox]) -> float:
    """Seconds of all cores together, one process after the other."""
    return sum(each.run().processor for each in kept)
