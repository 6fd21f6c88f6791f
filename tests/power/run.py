"""Harm builds of real Pants, each in another way, and show that the next build is right. As root, on Linux.

PYTHONPATH=src:tests python -m power.run --count 40

Each build begins with empty caches. It is killed at some moment, or while Pants writes `dist/`; or the disk with the
caches and sandboxes of Pants becomes full, or the one with `dist/`; or the caches cannot be written. The next build, in
the same place, gives the right image. A table at the end counts what was done, and what was there afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from strata.layouts.validate import validate
from support.nested_pants import NestedPants, nested_pants
from support.projects import SETTINGS

TARGET = "src/app:image"
FILES = {
    "src/app/BUILD": 'python_sources()\npython_image(name="image", entry_point="main.py")\n',
    "src/app/main.py": "print('works')\n",
}
# All that Pants does: rules, downloads, and processes.
_STARTED = re.compile(r"\[(?:INFO|DEBUG)\] Starting: ")
_SECONDS = 600
# Megabytes: more than a cold build of the project writes, too few for its first step, and nearly enough.
_ROOM, _LITTLE, _ENOUGH = 2048, 5, 160


NOTHING, PART, IMAGE = "nothing", "a part, which `validate` refuses", "the image"
RIGHT, WRONG = "right", "WRONG"


@dataclass(frozen=True)
class Place:
    """A project, and the folder with all that Pants keeps of it."""

    pants: NestedPants
    caches: Path

    def start(self) -> subprocess.Popen[str]:
        """Start a build in a group of its own, so that all of its processes can be killed at once."""
        folders = {"local-store-dir": "store", "named-caches-dir": "named", "local-execution-root-dir": "sandboxes"}
        options = [f"--{option}={self.caches / name}" for option, name in folders.items()]
        (self.caches / "sandboxes").mkdir(parents=True, exist_ok=True)
        return self.pants.started("--level=debug", *options, "package", TARGET)

    def build(self) -> tuple[int, str]:
        """Build to the end; return the exit code and what was said."""
        process = self.start()
        _, said = process.communicate(timeout=_SECONDS)
        return process.returncode, said

    @property
    def layout(self) -> Path:
        return self.pants.root / "dist/src.app/image"

    def image(self) -> str:
        """Return the digest of the index of a sound image, and otherwise what is there: nothing, or a part."""
        if not self.layout.exists():
            return NOTHING
        if validate(self.layout):
            return PART
        return hashlib.sha256((self.layout / "index.json").read_bytes()).hexdigest()


@contextmanager
def place() -> Iterator[Place]:
    """Yield a new place, whose caches lie on a disk of its own."""
    with nested_pants(FILES, SETTINGS) as pants, tempfile.TemporaryDirectory(prefix="strata-") as folder:
        _mount(folder, _ROOM)
        try:
            yield Place(pants, Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _mount(folder: str, megabytes: int, *options: str) -> None:
    sized = ",".join([f"size={megabytes}m", *options])
    subprocess.run(["mount", "-t", "tmpfs", "-o", sized, "strata", folder], check=True)


def kill(where: Place, chance: random.Random, steps: int) -> str:
    """Kill a build at some moment of some step; return when."""
    number, later = chance.randrange(steps), chance.choice([0, chance.random() / 5, chance.random() * 2])
    with where.start() as process:
        assert process.stderr is not None
        seen = 0
        for line in process.stderr:
            seen += bool(_STARTED.search(line))
            if seen > number:
                break
        time.sleep(later)
        os.killpg(process.pid, signal.SIGKILL)
    return f"killed {later:.2f} s after step {number + 1} of {steps} began"


def kill_at_the_end(where: Place, chance: random.Random, steps: int) -> str:
    """Kill a build while Pants writes the image into `dist/`; return when."""
    later = chance.random() / 50
    with where.start() as process, tempfile.TemporaryFile("w") as sink:
        assert process.stderr is not None
        reading = Thread(target=lambda: sink.writelines(process.stderr or ()))
        reading.start()
        while process.poll() is None and not where.layout.exists():
            time.sleep(0.0005)
        time.sleep(later)
        os.killpg(process.pid, signal.SIGKILL)
        reading.join()
    return f"killed {1000 * later:.0f} ms after `dist/` had a folder of the image"


def fill_disk(where: Place, chance: random.Random, steps: int) -> str:
    """Build on a disk that becomes full; return how large it was. The error is one in words."""
    megabytes = chance.randrange(_LITTLE, _ENOUGH)
    _mount(str(where.caches), megabytes, "remount")
    code, said = where.build()
    _mount(str(where.caches), _ROOM, "remount")
    if code != 0:
        assert "no room left" in said or "No space left on device" in said, said
        assert "Traceback (most recent call last)" not in said, said
    return f"a disk of {megabytes} MB, on which the build {'failed' if code else 'went well'}"


def fill_dist(where: Place, chance: random.Random, steps: int) -> str:
    """Build where the disk with `dist/` has no room for the image; return how large it was."""
    kilobytes = chance.randrange(100, 20_000)
    dist = where.pants.root / "dist"
    dist.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "strata", str(dist)], check=True)
    try:
        code, said = where.build()
    finally:
        subprocess.run(["umount", str(dist)], check=True)
    assert code != 0, said
    assert "No space left on device" in said, said
    assert "Traceback (most recent call last)" not in said, said
    return f"no room in `dist/` after {kilobytes} kB"


def read_only(where: Place, chance: random.Random, steps: int) -> str:
    """Build again with caches that cannot be written: Pants itself says so."""
    where.build()
    shutil.rmtree(where.pants.root / "dist")
    _mount(str(where.caches), _ROOM, "remount", "ro")
    code, said = where.build()
    _mount(str(where.caches), _ROOM, "remount", "rw")
    assert code != 0, said
    assert "Could not initialize store" in said, said
    assert "Read-only file system" in said, said
    return "filled caches that cannot be written"


Harm = Callable[[Place, random.Random, int], str]
HARMS: Mapping[Harm, str] = {
    kill: "killed at some moment",
    fill_disk: "the disk of the caches becomes full",
    kill_at_the_end: "killed while Pants writes `dist/`",
    fill_dist: "the disk of `dist/` becomes full",
    read_only: "the caches cannot be written",
}


def table(seen: Counter[tuple[Harm, str]]) -> Iterator[str]:
    """Yield the lines of a table.

    :param seen: a harm, and what was in `dist/` after it or how the next build went → in how many builds.
    """
    columns = {NOTHING: "`dist/` has nothing", PART: "a part", IMAGE: "the image", RIGHT: "the next build is right"}
    yield f"| harm | {' | '.join(columns.values())} |"
    yield f"| --- |{' ---: |' * len(columns)}"
    for harm, name in HARMS.items():
        yield f"| {name} | {' | '.join(str(seen[harm, column]) for column in columns)} |"


def main() -> int:
    """Run; return 1 where a build after the harm was not right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="builds that are harmed")
    parser.add_argument("--seed", type=int, default=1, help="of the random generator")
    arguments = parser.parse_args()
    chance, seen = random.Random(arguments.seed), Counter[tuple[Harm, str]]()
    with place() as undisturbed:
        code, said = undisturbed.build()
        assert code == 0, said
        right, steps = undisturbed.image(), len(_STARTED.findall(said))
    print(f"{steps} steps", flush=True)
    for number in range(arguments.count):
        with place() as where:
            harm = list(HARMS)[number % len(HARMS)]
            told, left = harm(where, chance, steps), where.image()
            left = IMAGE if left == right else left
            code, said = where.build()
            good = left in (NOTHING, PART, IMAGE) and code == 0 and where.image() == right
            seen.update([(harm, left), (harm, RIGHT if good else WRONG)])
            print(f"{told}, `dist/` has {left}: the next build is {RIGHT if good else WRONG}", flush=True)
            if not good:
                print(said, flush=True)
    print("\n".join(table(seen)))
    return 1 if any(outcome == WRONG for _, outcome in seen) else 0


if __name__ == "__main__":
    sys.exit(main())
