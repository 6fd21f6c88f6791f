"""Programs run and timed, and medians of what takes turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable, Optional, TypeVar, Union

Name = TypeVar("Name")


@dataclass(frozen=True)
class Ran:
    """A program that has ended well: its seconds, the most memory that it or a descendant of it had, its output.

    `processor` are its seconds and those of its descendants on all cores together.
    The memory, in bytes, is at least that of the process that started it: the kernel counts it as the program's own.
    """

    seconds: float
    peak: int
    stdout: str
    processor: float


def run(
    *command: Union[str, Path], cwd: Optional[Path] = None, env: Optional[Mapping[str, str]] = None, check: bool = True
) -> Ran:
    """Raises RuntimeError with all that the program said where it fails and `check` is set."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said = [_text(file) for file in (stdout, stderr)]
    if check and process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{said[0]}{said[1]}")
    return Ran(seconds, usage.ru_maxrss << 10, said[0], usage.ru_utime + usage.ru_stime)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(ways: Mapping[Name, Callable[[], float]], runs: int) -> dict[Name, float]:
    """Each way's median of `runs` runs. The ways take turns, since other work on the machine slows all of them.

    Each second round begins with the last one, so that what one leaves to the next to clean up falls on all.
    """
    measured: dict[Name, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for _ in range(runs):
        for name in names:
            measured[name].append(ways[name]())
        names.reverse()
    return {name: statistics.median(values) for name, values in measured.items()}


def machine_facts() -> Sequence[str]:
    """What else decides absolute numbers."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return (f"{cores} cores", f"{memory / 2**30:.0f} GiB of memory")
