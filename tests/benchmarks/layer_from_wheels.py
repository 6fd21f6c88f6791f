"""Measures how a layer is made of wheels: their members copied, compressed anew, and by `tar | gzip -6`.

    PYTHONPATH=src python tests/benchmarks/layer_from_wheels.py WHEEL...

The ways take turns, each in a process of its own, and are compared by their medians, since other work on the machine
slows all of them. The peak of memory counts what the Python process has before it begins.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from strata.oci.layer import Entry, File, ZipMember, write_layer

Way = Callable[[Sequence[Path], Path, Path], None]
PREFIX = "opt/venv/lib/site-packages"


def spliced(wheels: Sequence[Path], tree: Path, output: Path) -> None:
    """Wheels → layer, with nothing unpacked."""
    entries: dict[str, Entry] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                path = f"{PREFIX}/{info.filename}"
                if not info.is_dir():
                    entries[path] = File(path, ZipMember.find(wheel, info))
    write_layer(entries.values(), blobs=output, contents={})


def compressed(wheels: Sequence[Path], tree: Path, output: Path) -> None:
    """Unpacked files → layer."""
    files = (path for path in tree.rglob("*") if path.is_file())
    write_layer([File(str(path.relative_to(tree)), path) for path in files], blobs=output, contents={})


def tar_gzip(wheels: Sequence[Path], tree: Path, output: Path) -> None:
    """Unpacked files → tar.gz, with two programs at once."""
    output.mkdir()
    with (output / "layer").open("wb") as blob:
        tar = subprocess.Popen(["tar", "-C", str(tree), "-c", "."], stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-6"], stdin=tar.stdout, stdout=blob, check=True)
        assert tar.wait() == 0


# The last one is what the others are compared with.
WAYS: dict[str, Way] = {"spliced": spliced, "zlib level 6": compressed, "tar, gzip -6": tar_gzip}


@dataclass(frozen=True)
class Measured:
    """Seconds, seconds of all cores together, bytes, and bytes of memory."""

    wall: float
    cpu: float
    size: float
    peak: float


def measure(way: Way, wheels: Sequence[Path], tree: Path, output: Path) -> Measured:
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            way(wheels, tree, output)
            status = 0
        finally:
            os._exit(status)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    assert status == 0
    (blob,) = output.iterdir()
    size = blob.stat().st_size
    shutil.rmtree(output)
    return Measured(wall, usage.ru_utime + usage.ru_stime, size, usage.ru_maxrss * 1024)


def unpack(wheels: Sequence[Path], tree: Path) -> None:
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(tree / PREFIX)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheels", nargs="+", type=Path, metavar="WHEEL")
    parser.add_argument("--runs", type=int, default=3, help="how often each way is measured")
    arguments = parser.parse_args()
    runs: dict[str, list[Measured]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory(prefix="strata-benchmark-") as scratch:
        tree = Path(scratch, "tree")
        unpack(arguments.wheels, tree)
        unpacked = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
        for _ in range(arguments.runs):
            for name, way in WAYS.items():
                runs[name].append(measure(way, arguments.wheels, tree, Path(scratch, "output")))
    print(f"{len(arguments.wheels)} wheels, {unpacked / 1e6:.0f} MB unpacked; medians of {arguments.runs}\n")
    print("| way | MB | bytes / last | s | time / last | CPU s | CPU / last | peak MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    medians = {
        name: Measured(*(statistics.median(column) for column in zip(*((m.wall, m.cpu, m.size, m.peak) for m in each))))
        for name, each in runs.items()
    }
    last = list(medians.values())[-1]
    for name, each in medians.items():
        print(
            f"| {name} | {each.size / 1e6:.1f} | {each.size / last.size:.3f} | {each.wall:.2f} "
            f"| {each.wall / last.wall:.3f} | {each.cpu:.2f} | {each.cpu / last.cpu:.3f} | {each.peak / 1e6:.0f} |"
        )


if __name__ == "__main__":
    main()
