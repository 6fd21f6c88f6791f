"""Exchanges the results of two steps in a remote cache, as any writer of it can. Runs on BuildGrid's Python.

    python forge.py SOCKET VERB BLOB …

Each BLOB is a file of the cache's content, the newest last. Of the actions among them whose command has the argument
VERB, the newest two get each other's result: sound results, whose blobs are there, of other inputs.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-not-found]  # pants: no-infer-dep
from buildgrid._protos.build.bazel.remote.execution.v2 import (  # type: ignore[import-not-found]  # pants: no-infer-dep
    remote_execution_pb2 as api,
)
from buildgrid._protos.build.bazel.remote.execution.v2 import (  # pants: no-infer-dep
    remote_execution_pb2_grpc as services,
)
from google.protobuf.message import DecodeError  # pants: no-infer-dep

_INSTANCE = "main"
_LARGEST_MESSAGE = 100_000


def main() -> None:
    socket, verb, *paths = sys.argv[1:]
    blobs = {hashlib.sha256(data).hexdigest(): data for data in _small(paths)}
    actions = [api.Digest(hash=name, size_bytes=len(data)) for name, data in blobs.items() if _does(data, verb, blobs)]
    with grpc.insecure_channel(f"unix:{socket}") as channel:
        cache = services.ActionCacheStub(channel)
        one, other = actions[-2:]
        results = [_result(cache, action) for action in (one, other)]
        for action, result in zip((other, one), results):
            cache.UpdateActionResult(
                api.UpdateActionResultRequest(instance_name=_INSTANCE, action_digest=action, action_result=result)
            )


def _small(paths: list[str]) -> Iterator[bytes]:
    for path in map(Path, paths):
        if path.stat().st_size < _LARGEST_MESSAGE:
            yield path.read_bytes()


def _does(data: bytes, verb: str, blobs: dict[str, bytes]) -> bool:
    """Return whether a blob is an action of a verb."""
    command = _parsed(api.Action, data)
    command = command and blobs.get(command.command_digest.hash)
    command = command and _parsed(api.Command, command)
    return bool(command and verb in command.arguments)


def _parsed(kind: Any, data: bytes) -> Any:
    """Return a blob as a message, or None where it is something else."""
    try:
        return kind.FromString(data)
    except (DecodeError, UnicodeDecodeError):
        return None


def _result(cache: Any, action: Any) -> Any:
    return cache.GetActionResult(api.GetActionResultRequest(instance_name=_INSTANCE, action_digest=action))


if __name__ == "__main__":
    main()
