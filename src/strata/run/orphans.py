"""This module leaves nothing behind: this process becomes the parent of orphans, and what it started ends with it.

https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# From <linux/prctl.h>.
_PR_SET_CHILD_SUBREAPER = 36
# It reads to the end of a pipe whose other end this process alone has, whatever ends this process.
_GUARD = "import os, sys; sys.stdin.read(); os.execv(sys.argv[1], sys.argv[1:])"
_KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"
_PYTHON = (sys.executable, "-I", "-S", "-c")


def adopt_orphans() -> None:
    """Become the parent of the descendants whose parent ends. Raise OSError where the kernel forbids it."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def killing(pid: int) -> Sequence[str]:
    """Return the command that kills a process."""
    return (*_PYTHON, _KILL, str(pid))


@contextmanager
def guarded(removal: Sequence[str]) -> Iterator[None]:
    """Run a command if this process is killed within the block, where it can run nothing itself.

    :param removal: the path of a program and its arguments; empty for none.
    """
    if not removal:
        yield
        return
    # Its own session: what a terminal sends is not for it.
    guard = subprocess.Popen(
        [*_PYTHON, _GUARD, *removal],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()
