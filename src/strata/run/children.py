"""This module starts a program in the place of this process: with its terminal, its signals and its exit code."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Optional

_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT)
_FROM_TERMINALS = (signal.SIGINT, signal.SIGQUIT)


def run_child(command: Sequence[str], environment: Optional[Mapping[str, str]] = None, *, info_option: str = "") -> int:
    """Run a program to its end; return its exit code: 128 and the signal's number where a signal ended it.

    Signals that come meanwhile go to it. A terminal sends its own to the program as well, which then gets them once.

    :param info_option: an option of a program that passes no signals on: it takes the number of a pipe, into which the
        program writes the `child-pid` of the process that they are for.
    """
    child = _Child()
    before = {number: signal.signal(number, child.forward) for number in _FORWARDED}
    try:
        code = child.run(command, environment, info_option)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


class _Child:
    """A program, and the signals that came before it started."""

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._pid = 0

    def run(self, command: Sequence[str], environment: Optional[Mapping[str, str]], info_option: str) -> int:
        program, *arguments = command
        reader, writer = os.pipe()
        try:
            if info_option:
                arguments = [info_option, str(writer), *arguments]
            process = subprocess.Popen(
                [program, *arguments],
                env=None if environment is None else dict(environment),
                pass_fds=(writer,) if info_option else (),
            )
            os.close(writer)
            self._pid = pid_in(reader) or process.pid
        finally:
            os.close(reader)
        for number in self._waiting:
            self._send(number)
        return process.wait()

    def forward(self, number: int, _: Optional[FrameType]) -> None:
        """Send a signal that this process got to the program."""
        if not self._pid:
            self._waiting.append(number)
        elif not (number in _FROM_TERMINALS and sys.stdin is not None and sys.stdin.isatty()):
            self._send(number)

    def _send(self, number: int) -> None:
        # It may have ended just now.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)


def pid_in(reader: int) -> int:
    """Return the number that a program writes into a pipe; 0 where it writes nothing."""
    text = b""
    while data := os.read(reader, 4096):
        text += data
    return int(json.loads(text)["child-pid"]) if text else 0
