"""One small wheel of the web example's lock changed, everything else built before."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Callable

from benchmarks.layouts import dependencies, layers
from benchmarks.peers.dockerfiles import UV
from benchmarks.project import LOCK, WITH_UV
from benchmarks.report import Row
from benchmarks.timing import medians, seconds
from benchmarks.workbench import WEB, Workbench
from support.oci.readers import manifest_of
from support.venvs.wheels import WheelFile

_MODULES = 40
_NAME = "changing"
_OPTIONS: Mapping[str, Sequence[str]] = {"pip": (), "uv": (WITH_UV,)}


def measure(bench: Workbench) -> Iterator[Row]:
    web = bench.web
    lock = web.pants.root / LOCK
    before = lock.read_text()
    # One for the first builds, and then one for each run with each tool.
    wheels = [_wheel(bench.installer, version) for version in range(bench.runs(5) * len(_OPTIONS) + 1)]
    versions = iter(enumerate(wheels))
    sizes = []

    def locked(version: int, wheel: Path) -> str:
        """The lock with a version of the wheel."""
        return f"{before}{_NAME}==1.{version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"

    def set_version() -> None:
        lock.write_text(locked(*next(versions)))

    def changed(options: Sequence[str]) -> float:
        web.package(*options, WEB)
        old = {layer.digest for layer in layers(web.layout(WEB))}
        set_version()
        took = web.package(*options, WEB)
        layout = web.layout(WEB)
        new = sum(layer.size for layer in layers(layout) if layer.digest not in old)
        (own,) = (layer.size for layer in dependencies(layout) if _NAME in layer.packages)
        config = int(manifest_of(layout)["config"]["size"])
        sizes.append((new + config, own))
        return took

    def rebuilt() -> float:
        """The Dockerfile with uv, whose cache is mounted and has all but the changed wheel."""
        version, wheel = next(peer_versions)
        shutil.copy(wheel, bench.context / "wheels")
        (bench.context / "requirements.lock").write_text(locked(version, wheel))
        return bench.peers.cached(bench.context, UV, "uv")

    peer_versions = iter(enumerate(wheels))
    rebuilt()
    ways: dict[str, Callable[[], float]] = {
        "list": lambda: seconds(lambda: web.run("list", "::")),
        "rebuilt": rebuilt,
    }
    set_version()
    for tool, options in _OPTIONS.items():
        ways[f"{tool}, cold"] = partial(web.cold, bench.seed, *options, WEB)
        ways[tool] = partial(changed, options)
    found = medians(ways, bench.runs(5))
    (bench.context / "requirements.lock").write_text(before)
    for wheel in wheels:
        (bench.context / "wheels" / wheel.name).unlink(missing_ok=True)
        wheel.unlink()
    lock.write_text(before)
    new, own = sizes[-1]
    what = "one small wheel changed, {} / own cold build"
    yield Row(what.format("uv"), found["uv"], "s", found["uv, cold"], 0.08, _TIME, found["list"])
    # pip is not the default, and its start alone takes most of this.
    yield Row(what.format("pip"), found["pip"], "s", found["pip, cold"], None, "", found["list"])
    what = "the same, uv / Dockerfile with uv and a warm cache mount"
    yield Row(what, found["uv"], "s", found["rebuilt"], None, "", found["list"])
    yield Row("new blob bytes / that wheel's layer", new / 1e6, "MB", own / 1e6, 1.02, _BYTES)


def _wheel(folder: Path, version: int) -> Path:
    """About 1 MB of modules with different names and numbers in each version."""
    chance = Random(version)
    modules = {
        f"{_NAME}/part{number}.py": "".join(f"value_{line} = {chance.getrandbits(64)}\n" for line in range(800))
        for number in range(_MODULES)
    }
    return WheelFile(_NAME, f"1.{version}", {f"{_NAME}/__init__.py": "", **modules}).write(folder)


_TIME = "the installer installs the changed wheel, and the small ones of its batch once more."
_BYTES = "the config of the image is new, too."
