"""Images executed: unpacked with umoci and run under runc, without a daemon.

image = unpack(layout, folder)
assert image.run("/opt/venv/bin/python", "-c", "print(1)").stdout == "1\\n"
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from support.oci.readers import umoci_unpack
from support.programs import require

PYTHON = "/opt/venv/bin/python"
_SECONDS = 60
# Where the emulator is in a container.
_EMULATOR = "/usr/local/bin/emulator"


@dataclass(frozen=True)
class Ran:
    """A container that has ended. `code` is 128 and the signal's number where a signal ended it."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Standard output of a command that must have succeeded."""
        assert self.code == 0, self
        return self.stdout

    @property
    def json(self) -> Any:
        """The same, as a JSON document."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Container:
    """A container that runs: `runc` is the program with the options that find it again."""

    name: str
    process: subprocess.Popen[bytes]
    runc: tuple[str, ...]

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the container's first process."""
        subprocess.run([*self.runc, "kill", self.name, str(int(number))], check=True, timeout=_SECONDS)

    def status(self) -> Mapping[str, str]:
        """`/proc/PID/status` of the first process, as the host sees it: numbers of users are those of the image."""
        told = subprocess.run([*self.runc, "state", self.name], check=True, timeout=_SECONDS, stdout=subprocess.PIPE)
        pid = json.loads(told.stdout)["pid"]
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def wait(self, seconds: float = _SECONDS) -> Ran:
        """Waits for the end. Raises subprocess.TimeoutExpired."""
        stdout, stderr = self.process.communicate(timeout=seconds)
        return Ran(self.process.returncode, stdout.decode(), stderr.decode())


@dataclass(frozen=True)
class UnpackedImage:
    """The files of an image, and the runtime specification that umoci made of its config.

    :param emulator: the program that runs those of the image, where they are for another processor. It runs one
        process: programs that this one starts would need the help of the kernel (binfmt_misc).
    """

    rootfs: Path
    spec: Mapping[str, Any]
    emulator: str = ""

    def run(self, *command: str, seconds: float = _SECONDS, **options: Any) -> Ran:
        """Runs a command, or the image's own entry point and arguments; the options are those of `start`."""
        with self.start(*command, **options) as container:
            return container.wait(seconds)

    def python(self, code: str, *arguments: str, **options: Any) -> Ran:
        """Runs a piece of Python on the venv's interpreter, which finds modules as the entry point does."""
        return self.run(PYTHON, "-P", "-c", code, *arguments, **options)

    @contextmanager
    def start(
        self,
        *command: str,
        arguments: Optional[tuple[str, ...]] = None,
        user: Optional[int] = None,
        env: Optional[Mapping[str, str]] = None,
        writable: bool = False,
        network: bool = False,
    ) -> Iterator[Container]:
        """Starts a container. Whatever happens, it and all that it wrote are gone in the end.

        :param command: replaces the image's entry point and arguments.
        :param arguments: are added to the image's entry point and arguments.
        :param user: the number of user and group; by default the image's.
        :param env: over the image's variables.
        :param writable: whether the root is a writable copy; else it is read-only.
        :param network: whether it is the host's; else there is a loopback device and nothing more.
        """
        with tempfile.TemporaryDirectory(prefix="strata-container-") as folder:
            root = self.rootfs
            if writable:
                root = Path(folder, "rootfs")
                subprocess.run(["cp", "-a", "--reflink=auto", str(self.rootfs), str(root)], check=True)
            spec = self._spec(root, command, arguments or (), user, env or {}, writable=writable, network=network)
            Path(folder, "config.json").write_text(json.dumps(spec))
            with _started(Path(folder)) as container:
                yield container

    def _spec(
        self,
        root: Path,
        command: tuple[str, ...],
        arguments: tuple[str, ...],
        user: Optional[int],
        env: Mapping[str, str],
        *,
        writable: bool,
        network: bool,
    ) -> Mapping[str, Any]:
        spec = json.loads(json.dumps(self.spec))
        process = spec["process"]
        process["terminal"] = False
        # Both need rights that a container which runs this one seldom has.
        process.pop("rlimits", None)
        spec["linux"].pop("resources", None)
        process["args"] = [*(command or process["args"]), *arguments]
        if self.emulator:
            process["args"].insert(0, _EMULATOR)
            mount = {"destination": _EMULATOR, "type": "bind", "source": self.emulator, "options": ["bind", "ro"]}
            spec["mounts"].append(mount)
        if user is not None:
            process["user"] = {"uid": user, "gid": user}
            env = {"HOME": self._home(user), **env}
        variables = dict(entry.partition("=")[::2] for entry in process["env"])
        process["env"] = [f"{name}={value}" for name, value in {**variables, **env}.items()]
        spec["root"] = {"path": str(root), "readonly": not writable}
        if network:
            spec["linux"]["namespaces"] = [each for each in spec["linux"]["namespaces"] if each["type"] != "network"]
        return dict(spec)

    def _home(self, user: int) -> str:
        """What runtimes take from the image for a user that its config does not name."""
        for line in (self.rootfs / "etc" / "passwd").read_text().splitlines():
            fields = line.split(":")
            if int(fields[2]) == user:
                return fields[5]
        return "/"


@contextmanager
def _started(bundle: Path) -> Iterator[Container]:
    name = f"strata-{uuid.uuid4()}"
    runc = (require("runc", "runc"), "--root", str(bundle / "state"))
    process = subprocess.Popen(
        [*runc, "run", "--bundle", str(bundle), name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A test process in another locale or with other variables must not show in a container.
        env={"PATH": os.environ.get("PATH", os.defpath)},
    )
    try:
        yield Container(name, process, runc)
    finally:
        if process.poll() is None:
            subprocess.run([*runc, "delete", "--force", name], check=False, capture_output=True, timeout=_SECONDS)
            process.kill()
        process.communicate()


def unpack(layout: Path, folder: Path, architecture: str = "amd64") -> UnpackedImage:
    """Unpacks the image of a layout below a folder that does not exist yet."""
    spec = umoci_unpack(layout, folder, architecture)
    return UnpackedImage(folder / "rootfs", spec, emulator() if architecture == "arm64" else "")


def emulator() -> str:
    """The program that runs programs for arm64 on another processor. It is linked statically."""
    return require("qemu-aarch64-static", "qemu-user-static")


def free_port() -> int:
    """A port on loopback that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int, container: Container, seconds: float = _SECONDS) -> None:
    """Returns when something listens on a port of loopback; fails when the container has ended first."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert container.process.poll() is None, container.wait()
            assert time.monotonic() < deadline, f"nothing listens on port {port} after {seconds} seconds"
            time.sleep(0.05)
