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
from typing import Callable, Optional

from strata.run.orphans import adopt_orphans, guarded, killing

_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT)
_FROM_TERMINALS = (signal.SIGINT, signal.SIGQUIT)
# What an app has to end after its terminal is gone, where nobody can type anything more.
_SECONDS = 10


def run_child(
    command: Sequence[str],
    environment: Optional[Mapping[str, str]] = None,
    *,
    info_option: str = "",
    terminal: bool = False,
    signalling: Optional[Callable[[int], Sequence[str]]] = None,
) -> int:
    """Run a program to its end; return its exit code: 128 and the signal's number where a signal ended it.

    Signals that come meanwhile go to it. A terminal sends its own to the program as well, which then gets them once.

    :param info_option: an option of a program that passes no signals on: it takes the number of a pipe, into which the
        program writes the `child-pid` of the process that they are for.
    :param terminal: whether that process has the terminal of this one, which sends it signals.
    :param signalling: returns a command that sends the app a signal, for a program that passes none on at a terminal.
    """
    if info_option:
        child: _Child = _Watched(info_option) if terminal else _Apart(info_option)
    else:
        child = _Client(signalling) if signalling else _Child()
    before = {number: signal.signal(number, child.forward) for number in _FORWARDED}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, child.end)
    try:
        code = child.run(command, environment)
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


class _Child:
    """A program that passes signals on, and those that came before it started."""

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._pid = 0
        self._terminal = _at_terminal()

    def run(self, command: Sequence[str], environment: Optional[Mapping[str, str]]) -> int:
        """Run the program; return its exit code, or less than 0 for the signal that ended it."""
        process = subprocess.Popen(command, env=None if environment is None else dict(environment))
        self._begin(process.pid)
        return process.wait()

    def forward(self, number: int, _: Optional[FrameType]) -> None:
        """Send a signal that this process got to the program."""
        if not self._pid:
            self._waiting.append(number)
        elif not self._has(number):
            self._send(number)
        if number == signal.SIGHUP and self._terminal:
            signal.alarm(_SECONDS)

    def end(self, _number: int, _: Optional[FrameType]) -> None:
        """Kill the program if its terminal is gone; it may also have got SIGHUP to read its settings anew."""
        if self._pid and not _at_terminal():
            self._send(signal.SIGKILL)

    def _has(self, number: int) -> bool:
        """Return whether the terminal sent this signal to the program as well."""
        return number in _FROM_TERMINALS and _at_terminal()

    def _begin(self, pid: int) -> None:
        self._pid = pid
        for number in self._waiting:
            self._send(number)

    def _send(self, number: int) -> None:
        # It may have ended just now.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)


class _Client(_Child):
    """A client of an engine at a terminal: it reads Ctrl-C as a character, and signals end the client alone."""

    def __init__(self, signalling: Callable[[int], Sequence[str]]) -> None:
        super().__init__()
        self._signalling = signalling

    def _has(self, number: int) -> bool:
        return False

    def _send(self, number: int) -> None:
        if number == signal.SIGKILL:
            super()._send(number)
        else:
            subprocess.run(self._signalling(number), check=False, capture_output=True, stdin=subprocess.DEVNULL)


class _Apart(_Child):
    """An app apart from the terminal, below a program that signals would end."""

    _session = True

    def __init__(self, info_option: str) -> None:
        super().__init__()
        self._info_option = info_option

    def run(self, command: Sequence[str], environment: Optional[Mapping[str, str]]) -> int:
        """Run the program; return its exit code, or less than 0 for the signal that ended it."""
        program, *arguments = command
        reader, writer = os.pipe()
        try:
            process = subprocess.Popen(
                [program, self._info_option, str(writer), *arguments],
                env=None if environment is None else dict(environment),
                pass_fds=(writer,),
                # Ctrl-C would end the program, and the app with it.
                start_new_session=self._session,
            )
            os.close(writer)
            pid = pid_in(reader)
        finally:
            os.close(reader)
        self._begin(pid or process.pid)
        return self._wait(process, pid)

    def _has(self, number: int) -> bool:
        return False

    def _wait(self, process: subprocess.Popen[bytes], _: int) -> int:
        return process.wait()


class _Watched(_Apart):
    """An app at the terminal, below a program that Ctrl-C ends: the app goes on, and this process waits for it."""

    _session = False

    def run(self, command: Sequence[str], environment: Optional[Mapping[str, str]]) -> int:
        """Run the program; return the app's exit code, or less than 0 for the signal that ended it."""
        adopt_orphans()
        return super().run(command, environment)

    def _has(self, number: int) -> bool:
        return number in _FROM_TERMINALS

    def _wait(self, process: subprocess.Popen[bytes], pid: int) -> int:
        if not pid:
            return process.wait()
        with guarded(killing(pid)):
            code = process.wait()
            if code >= 0:
                return code
            if -code not in (*_FROM_TERMINALS, signal.SIGHUP):
                self._send(signal.SIGKILL)
            # It keeps its number until it is guarded no more.
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def pid_in(reader: int) -> int:
    """Return the number that a program writes into a pipe; 0 where it writes nothing."""
    text = b""
    while data := os.read(reader, 4096):
        text += data
    return int(json.loads(text)["child-pid"]) if text else 0
