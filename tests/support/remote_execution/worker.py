"""A worker of BuildGrid for tests, since the package index has none. Runs on BuildGrid's Python.

    python worker.py SERVER NAME FOLDER [PROPERTY=VALUE …]

asks the server at the gRPC address SERVER for actions (`google.devtools.remoteworkers.v1test2.Bots`) and executes them,
one at a time, as the Remote Execution API says. An action sees a root file system that is empty beside its inputs: no
program, no library, no /proc, no /dev, no /tmp; and no network, no other process and no variable of the worker. FOLDER
keeps the blobs that it has fetched. A worker with the property `pool=devices` gives actions a /dev.

It prints the arguments of each action that it begins. Each line of standard input tells it how to misbehave with the
next action whose arguments match a regular expression: `die MATCH` ends the worker in its middle, `forge MATCH` changes
the last byte of its largest output, `wait MATCH` takes three seconds longer.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-not-found]  # pants: no-infer-dep
from buildgrid._protos.build.bazel.remote.execution.v2 import (  # type: ignore[import-not-found]  # pants: no-infer-dep
    remote_execution_pb2 as api,
)
from buildgrid._protos.google.bytestream import (  # type: ignore[import-not-found]  # pants: no-infer-dep
    bytestream_pb2,
    bytestream_pb2_grpc,
)
from buildgrid._protos.google.devtools.remoteworkers.v1test2 import (  # type: ignore[import-not-found]  # pants: no-infer-dep
    bots_pb2,
    bots_pb2_grpc,
    worker_pb2,
)

_INSTANCE = "main"
_PENDING, _ACTIVE, _COMPLETED = bots_pb2.PENDING, bots_pb2.ACTIVE, bots_pb2.COMPLETED
_CHUNK = 1 << 20
_POLL_SECONDS = 20


@dataclass
class Fault:
    """How to misbehave once: `kind` is `die`, `forge` or `wait`; empty for not at all."""

    kind: str = ""
    match: str = ""

    def listen(self) -> None:
        """Take orders from standard input until it ends."""
        for line in sys.stdin:
            self.kind, _, self.match = line.rstrip("\n").partition(" ")

    def takes(self, kind: str, arguments: str) -> bool:
        """Return whether it is the turn of a kind; it has then had its turn."""
        if kind != self.kind or not re.search(self.match, arguments):
            return False
        self.kind = ""
        return True


class Content:
    """The blobs of the server, and those of them that were fetched before."""

    def __init__(self, channel: Any, folder: Path) -> None:
        self._stream = bytestream_pb2_grpc.ByteStreamStub(channel)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, digest: Any) -> bytes:
        """Return a blob. Raises grpc.RpcError where the server does not have it."""
        return self.fetched(digest, executable=False).read_bytes() if digest.size_bytes else b""

    def fetched(self, digest: Any, *, executable: bool) -> Path:
        """Return a file with a blob, which actions get by a hard link and may not write."""
        path = self._folder / f"{digest.hash}{'x' if executable else ''}"
        if not path.exists():
            aside = path.with_suffix(f".{uuid.uuid4().hex}")
            with aside.open("wb") as file:
                if digest.size_bytes:
                    name = f"{_INSTANCE}/blobs/{digest.hash}/{digest.size_bytes}"
                    for part in self._stream.Read(bytestream_pb2.ReadRequest(resource_name=name)):
                        file.write(part.data)
            aside.chmod(0o555 if executable else 0o444)
            aside.rename(path)
        return path

    def write(self, data: bytes) -> Any:
        """Upload a blob; return its digest."""
        digest = api.Digest(hash=hashlib.sha256(data).hexdigest(), size_bytes=len(data))
        if data:
            self._stream.Write(self._parts(digest, data))
        return digest

    def _parts(self, digest: Any, data: bytes) -> Iterator[Any]:
        name = f"{_INSTANCE}/uploads/{uuid.uuid4()}/blobs/{digest.hash}/{digest.size_bytes}"
        for start in range(0, len(data), _CHUNK):
            part = data[start : start + _CHUNK]
            last = start + len(part) == len(data)
            yield bytestream_pb2.WriteRequest(resource_name=name, write_offset=start, data=part, finish_write=last)


def lay_out(content: Content, digest: Any, folder: Path) -> None:
    """Write an input tree below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    directory = api.Directory.FromString(content.read(digest))
    for file in directory.files:
        os.link(content.fetched(file.digest, executable=file.is_executable), folder / file.name)
    for link in directory.symlinks:
        (folder / link.name).symlink_to(link.target)
    for below in directory.directories:
        lay_out(content, below.digest, folder / below.name)


def sandboxed(root: Path, command: Any, pool: str) -> list[str]:
    """Return the command line of a command whose root directory holds `root` as /action, and what its pool has."""
    variables = [part for item in command.environment_variables for part in ("--setenv", item.name, item.value)]
    beside = ["--dev", "/dev"] if pool == "devices" else []
    return [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"),
        *("--hostname", "worker", "--clearenv", *variables, "--bind", str(root), "/action", *beside),
        *("--remount-ro", "/", "--chdir", f"/action/{command.working_directory}".rstrip("/"), "--"),
        *command.arguments,
    ]


def execute(content: Content, action: Any, folder: Path, fault: Fault, pool: str) -> Any:
    """Run an action in an empty folder; return its result. Raises grpc.RpcError where a blob is missing."""
    command = api.Command.FromString(content.read(action.command_digest))
    root = folder / "root"
    lay_out(content, action.input_root_digest, root)
    for path in (*command.output_files, *command.output_directories):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
    arguments = " ".join(command.arguments)
    print(arguments, flush=True)
    process = subprocess.Popen(
        sandboxed(root, command, pool), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if fault.takes("die", arguments):
        os._exit(1)
    if fault.takes("wait", arguments):
        time.sleep(3)
    stdout, stderr = process.communicate(timeout=action.timeout.seconds or None)
    if fault.takes("forge", arguments):
        forge(root, command)
    result = api.ActionResult(
        exit_code=process.returncode,
        stdout_digest=content.write(stdout),
        stderr_digest=content.write(stderr),
    )
    for path in command.output_files:
        if (root / path).is_file():
            executable = bool((root / path).stat().st_mode & stat.S_IXUSR)
            digest = content.write((root / path).read_bytes())
            result.output_files.add(path=path, digest=digest, is_executable=executable)
    for path in command.output_directories:
        if (root / path).is_dir():
            children: list[Any] = []
            top = collect(content, root / path, children)
            tree = api.Tree(root=top, children=children)
            result.output_directories.add(path=path, tree_digest=content.write(tree.SerializeToString()))
    return result


def collect(content: Content, folder: Path, children: list[Any]) -> Any:
    """Upload the files below a folder; return its directory, and add those below it to `children`."""
    directory = api.Directory()
    for path in sorted(folder.iterdir(), key=lambda item: item.name.encode()):
        if path.is_symlink():
            directory.symlinks.add(name=path.name, target=os.readlink(path))
        elif path.is_dir():
            below = collect(content, path, children)
            children.append(below)
            data = below.SerializeToString()
            directory.directories.add(name=path.name, digest=content.write(data))
        else:
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            directory.files.add(name=path.name, digest=content.write(path.read_bytes()), is_executable=executable)
    return directory


def forge(root: Path, command: Any) -> None:
    """Change the last byte of the largest file among the outputs."""
    files = [root / path for path in command.output_files if (root / path).is_file()]
    for path in command.output_directories:
        files += [file for file in (root / path).rglob("*") if file.is_file()]
    largest = max(files, key=lambda file: file.stat().st_size)
    data = largest.read_bytes()
    largest.unlink()
    largest.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


class Worker:
    """A session with the server, in which it hands out leases: an action each."""

    def __init__(self, server: str, name: str, folder: Path, properties: dict[str, str]) -> None:
        limits = [
            *(("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)),
            *(("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)),
        ]
        channel = grpc.insecure_channel(server, options=limits)
        self._bots = bots_pb2_grpc.BotsStub(channel)
        self._content = Content(channel, folder / "content")
        self._folder = folder
        self._fault = Fault()
        threading.Thread(target=self._fault.listen, daemon=True).start()
        self._pool = properties.get("pool", "")
        device = worker_pb2.Device(handle=name)
        for key, value in properties.items():
            device.properties.add(key=key, value=value)
        self._session = bots_pb2.BotSession(bot_id=name, status=bots_pb2.OK, worker=worker_pb2.Worker(devices=[device]))

    def run(self) -> None:
        """Execute actions for ever. A server that is away is asked again; where it forgot the session, in a new one."""
        while True:
            try:
                if not self._session.name:
                    request = bots_pb2.CreateBotSessionRequest(parent=_INSTANCE, bot_session=self._session)
                    self._session = self._bots.CreateBotSession(request, timeout=_POLL_SECONDS)
                self._take_leases()
                asked = bots_pb2.UpdateBotSessionRequest(name=self._session.name, bot_session=self._session)
                self._session = self._bots.UpdateBotSession(asked, timeout=_POLL_SECONDS)
            except grpc.RpcError as error:
                print(error, file=sys.stderr, flush=True)
                if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                    self._session.name = ""
                    del self._session.leases[:]
                    time.sleep(0.2)

    def _take_leases(self) -> None:
        for lease in self._session.leases:
            if lease.state == _PENDING:
                lease.state = _ACTIVE
                asked = bots_pb2.UpdateBotSessionRequest(name=self._session.name, bot_session=self._session)
                # Says that the lease was taken; what this answers is asked for again when it is done.
                self._session.version = self._bots.UpdateBotSession(asked, timeout=_POLL_SECONDS).version
            if lease.state == _ACTIVE:
                self._work(lease)

    def _work(self, lease: Any) -> None:
        action = api.Action()
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        try:
            if not lease.payload.Unpack(action):
                digest = api.Digest()
                lease.payload.Unpack(digest)
                action = api.Action.FromString(self._content.read(digest))
            lease.result.Pack(execute(self._content, action, folder, self._fault, self._pool))
            lease.status.code = grpc.StatusCode.OK.value[0]
        except grpc.RpcError as error:
            lease.status.code = error.code().value[0]
            lease.status.message = f"{error.details()}"
        finally:
            shutil.rmtree(folder)
        lease.state = _COMPLETED


def main() -> None:
    server, name, folder, *properties = sys.argv[1:]
    Worker(server, name, Path(folder), dict(item.split("=", 1) for item in properties)).run()


if __name__ == "__main__":
    main()
