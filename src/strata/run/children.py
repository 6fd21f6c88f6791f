"""This module starts a program in the place of this process: with its terminal, its signals and its exit code."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Optional

_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT)


def run_child(command: Sequence[str], environment: Optional[Mapping[str, str]] = None) -> int:
    """Run a program to its end; return its exit code: 128 and the signal's number where a signal ended it.

    Signals that come meanwhile go to it. A terminal sends its own to the program as well, which then gets them once.
    """
    waiting: list[int] = []
    child: Optional[subprocess.Popen[bytes]] = None

    def forward(number: int, _: Optional[FrameType]) -> None:
        if child is None:
            waiting.append(number)
        elif not (number in (signal.SIGINT, signal.SIGQUIT) and sys.stdin is not None and sys.stdin.isatty()):
            child.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        child = subprocess.Popen(command, env=None if environment is None else dict(environment))
        for number in waiting:
            child.send_signal(number)
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
