"""This module starts a container whose output goes into files, waits for it, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Optional

from strata.run.children import pid_in

_SECONDS = 60
# What runc and bwrap write where they, and not the app, failed; both exit with 1 then, as apps do.
_FAILURE = re.compile(rb"(?:^|\n)(bwrap: [^\n]*|(?:[^\n]*level=error msg=\"?)?runc run failed[^\n]*)")


@dataclass(frozen=True)
class ContainerCommand:
    """The program that starts a container and ends with it.

    :param env: of the program; None for that of this process.
    :param info_option: where it passes no signals on: an option that takes the number of a pipe, into which it writes
        the `child-pid` of the process that signals are for.
    :param removal: a command that ends the container and forgets it; empty where it ends with the program.
    """

    argv: Sequence[str]
    env: Optional[Mapping[str, str]] = None
    info_option: str = ""
    removal: Sequence[str] = ()


def remove_container(removal: Sequence[str]) -> None:
    """Run the command that removes a container, if there is one. It may fail: the container may have ended."""
    if removal:
        subprocess.run(removal, check=False, capture_output=True, timeout=_SECONDS)


class Container:
    """A container that runs, until the end of a `with` block at the latest.

    :param folder: where its output goes, into the files `output` and `error`.
    """

    def __init__(self, command: ContainerCommand, folder: Path) -> None:
        self.output = folder / "output"
        self.error = folder / "error"
        self._removal = command.removal
        program, *arguments = command.argv
        reader, writer = os.pipe()
        try:
            if command.info_option:
                arguments = [command.info_option, str(writer), *arguments]
            with self.output.open("wb") as output, self.error.open("wb") as error:
                self._process = subprocess.Popen(
                    [program, *arguments],
                    env=None if command.env is None else dict(command.env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=error,
                    pass_fds=(writer,) if command.info_option else (),
                )
        finally:
            os.close(writer)
            # The app itself, where the program passes no signals on.
            self._pid = pid_in(reader)
            os.close(reader)

    def wait(self, seconds: float) -> Optional[int]:
        """Return the exit code: 128 and the signal's number where a signal ended it. None where it still runs."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return code if code >= 0 else 128 - code

    def failure(self) -> str:
        """Return why the program could not start the app; empty where it did."""
        found = _FAILURE.search(self.error.read_bytes()[: 1 << 16])
        return found[1].decode(errors="replace") if found and self._process.returncode == 1 else ""

    def signal(self, number: int) -> None:
        """Send a signal to the app."""
        # It may have ended just now.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid or self._process.pid, number)

    def remove(self) -> None:
        """End the container at once, if it runs, and forget it."""
        code = self._process.poll()
        if code is not None:
            # A program that was killed left its container to itself.
            if code < 0:
                self._forget()
            return
        self._forget()
        self._process.kill()
        self._process.wait()
        # Where it was about to start, there was nothing to forget before.
        self._forget()

    def _forget(self) -> None:
        remove_container(self._removal)

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.remove()
