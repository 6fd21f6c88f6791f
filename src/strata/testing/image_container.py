"""This module has a container of an image, for tests: it starts, waits for a port, reads logs, stops."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, Union

import strata
from strata.errors import StrataError
from strata.errors.running import image_tests as errors

_SHOWN_LINES = 40
_LIBRARY = str(Path(strata.__file__).parents[1])


class ImageContainer:
    """A container of an image, while a `with` block runs. It ends with the block, and with this process.

    runc or bwrap starts it (strata.run), as the image's user on a read-only root with a tmpfs on /tmp.

    :param layout: the folder of the OCI image layout.
    :param command: a whole command, in the place of the image's entry point.
    :param args: behind the entry point, in the place of the image's own.
    :param env: variables over those of the image.
    :param ports: of the app, beside those that the image names in `exposed_ports`.
    :param user: in the place of the image's.
    :param read_only: without it the app writes to a copy of the files.
    :param network: `private`, a network of its own whose ports this machine reaches by other numbers; or `host`, this
        machine's, for an app that asks servers of the test.
    :param runtime: runc or bwrap; by default the first that works.
    :param cache: the folder for unpacked layers; by default strata/run in the user's cache.

    Each method raises StrataError, with the end of the app's output where that helps.
    """

    def __init__(
        self,
        layout: Union[str, Path],
        *,
        command: Sequence[str] = (),
        args: Sequence[str] = (),
        env: Optional[Mapping[str, str]] = None,
        ports: Iterable[int] = (),
        user: str = "",
        read_only: bool = True,
        network: str = "private",
        runtime: str = "auto",
        cache: Optional[Path] = None,
    ) -> None:
        self._job = {
            "layout": str(Path(layout).absolute()),
            "command": list(command),
            "args": list(args),
            "env": dict(env or {}),
            "ports": list(ports),
            "user": user,
            "writable": not read_only,
            "network": network,
            "runtime": runtime,
            "cache": None if cache is None else str(cache),
        }
        self._logs: Optional[tempfile.TemporaryDirectory[str]] = None
        self._supervisor: Optional[subprocess.Popen[str]] = None
        self._ports: dict[int, int] = {}
        self.exit_code: Optional[int] = None
        """128 and the signal's number where a signal ended the app; None while it runs."""

    @classmethod
    def of(cls, address: str, **options: Any) -> ImageContainer:
        """Return the container of a target, `src/web:image`, by where `package` writes that: in a sandbox, or `dist`.

        :param options: those of the class.
        """
        path, _, name = address.lstrip("/").partition(":")
        layout = Path(path.replace("/", "."), name or path.rpartition("/")[2])
        for folder in (Path(), Path("dist")):
            if (folder / layout).is_dir():
                return cls(folder / layout, **options)
        raise errors.no_package(str(layout), address)

    def start(self) -> ImageContainer:
        """Start the container; return it."""
        self._logs = tempfile.TemporaryDirectory(prefix="strata-logs-")
        path = os.pathsep.join(filter(None, (_LIBRARY, os.environ.get("PYTHONPATH", ""))))
        self._supervisor = subprocess.Popen(
            [sys.executable, "-m", "strata.testing.supervisor"],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            answer = self._ask({**self._job, "logs": self._logs.name})
        except StrataError:
            self._end()
            raise
        self._ports = {int(inside): outside for inside, outside in answer["ports"].items()}
        return self

    def wait_for_port(self, port: int, seconds: float = 30) -> int:
        """Wait until the app listens on a port; return the number by which this machine reaches it."""
        outside = self.port(port)
        answer = self._ask({"listens": port, "seconds": seconds})
        if answer["code"] is not None:
            self.exit_code = answer["code"]
            raise errors.ended_early(f"it listened on port {port}", answer["code"], self._last_lines())
        if not answer["listens"]:
            raise errors.not_yet(f"listened on port {port}", seconds, self._last_lines())
        return outside

    def port(self, port: int) -> int:
        """Return the number by which this machine reaches a port of the app."""
        if port not in self._ports:
            raise errors.not_forwarded(port, sorted(self._ports))
        return self._ports[port]

    def url(self, port: int, path: str = "/") -> str:
        """Return the URL of a path that the app serves."""
        return f"http://127.0.0.1:{self.port(port)}/{path.lstrip('/')}"

    def wait(self, seconds: float = 30) -> int:
        """Wait until the app ends by itself; return its exit code."""
        code = self._ask({"ends": True, "seconds": seconds})["code"]
        if code is None:
            raise errors.not_yet("ended", seconds, self._last_lines())
        self.exit_code = int(code)
        return self.exit_code

    def signal(self, number: int) -> None:
        """Send a signal to the app."""
        self._ask({"signal": int(number)})

    def stop(self, seconds: float = 10) -> int:
        """Send the image's stop signal, and end the app where it still runs after some seconds; return its exit code.

        Output stays readable until the block ends.
        """
        self.exit_code = int(self._ask({"stop": True, "seconds": seconds})["code"])
        return self.exit_code

    def output(self) -> str:
        """Return what the app has written to standard output until now."""
        return self._log("output")

    def error(self) -> str:
        """Return what the app has written to standard error until now."""
        return self._log("error")

    def logs(self) -> str:
        """Return both, standard output first."""
        return self.output() + self.error()

    def __enter__(self) -> ImageContainer:
        return self.start()

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._supervisor is not None:
            # It ends the container when nothing more can come.
            self._supervisor.communicate()
            self._supervisor = None
        if self._logs is not None:
            self._logs.cleanup()
            self._logs = None

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        supervisor = self._supervisor
        if supervisor is None:
            raise errors.not_started(str(self._job["layout"]))
        assert supervisor.stdin is not None
        assert supervisor.stdout is not None
        try:
            supervisor.stdin.write(f"{json.dumps(question)}\n")
            supervisor.stdin.flush()
        except BrokenPipeError:
            # What it wrote before says why.
            pass
        line = supervisor.stdout.readline()
        if not line:
            raise errors.cannot_start(f"its supervisor ended with exit code {supervisor.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            happened, found, fix = answer["error"]
            raise StrataError(happened, found=found, fix=fix)
        return answer

    def _log(self, name: str) -> str:
        if self._logs is None:
            raise errors.not_started(str(self._job["layout"]))
        file = Path(self._logs.name, name)
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def _last_lines(self) -> list[str]:
        return self.logs().splitlines()[-_SHOWN_LINES:]
