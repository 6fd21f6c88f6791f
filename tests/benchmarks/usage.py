"""What work costs beside its time: processor seconds and memory, of the programs that it starts and of the daemon."""

from __future__ import annotations

import json
import os
import resource
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """:param seconds: of the clock. :param processor: seconds of all cores together. :param peak: bytes of memory.

    The memory is that of the largest program, and at least that of this process: the kernel begins with it.
    """

    seconds: float
    processor: float
    peak: int


def used(work: Callable[[], object]) -> Used:
    """What the programs used that `work` started. It runs in a process of its own, and what it returns is lost."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            start = time.perf_counter()
            work()
            seconds = time.perf_counter() - start
            found = resource.getrusage(resource.RUSAGE_CHILDREN)
            result = Used(seconds, found.ru_utime + found.ru_stime, found.ru_maxrss << 10)
            os.write(writer, json.dumps(asdict(result)).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError(f"the work of which the cost was asked ended with {status}")
    return Used(**json.loads(text))


@dataclass
class DaemonUsed:
    """:param processor: seconds of all cores together, without those of processes. :param peak: bytes of memory."""

    processor: float = 0
    peak: int = 0


@contextmanager
def daemon_used(root: Path) -> Iterator[DaemonUsed]:
    """What the daemon of a Pants project, which runs already, uses in the `with` block; known at its end."""
    found = DaemonUsed()
    process = _daemon(root)
    # https://www.kernel.org/doc/html/latest/filesystems/proc.html: the peak begins anew.
    (process / "clear_refs").write_text("5")
    before = _processor(process)
    yield found
    if _daemon(root) != process:
        raise RuntimeError("Pants' daemon started anew")
    found.processor = _processor(process) - before
    found.peak = _status(process)["VmHWM"] << 10


def daemons(root: Path) -> list[int]:
    """The process of the daemon of a Pants project; none where it never had one."""
    return [int(file.read_text()) for file in root.glob(".pids/*/pantsd/pid")]


def _daemon(root: Path) -> Path:
    (process,) = daemons(root)
    return Path("/proc", str(process))


def _processor(process: Path) -> float:
    # The name of the program, in parentheses, may hold spaces.
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status(process: Path) -> dict[str, int]:
    lines = (line.split() for line in (process / "status").read_text().splitlines())
    return {fields[0].rstrip(":"): int(fields[1]) for fields in lines if fields[-1:] == ["kB"]}
