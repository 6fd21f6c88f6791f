"""Asks a server of remote execution over TLS what it can do, and writes and reads a blob. Runs on BuildGrid's Python.

    python ask.py ADDRESS CERTIFICATE [HEADER=VALUE …]

prints as JSON what each call answered, or the name of the gRPC status that it ended with.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Callable

import grpc  # type: ignore[import-not-found]  # pants: no-infer-dep
from buildgrid._protos.build.bazel.remote.execution.v2 import (  # type: ignore[import-not-found]  # pants: no-infer-dep
    remote_execution_pb2 as api,
)
from buildgrid._protos.build.bazel.remote.execution.v2 import (  # pants: no-infer-dep
    remote_execution_pb2_grpc as services,
)

_INSTANCE = "main"
_BLOB = b"a blob"
_SECONDS = 5


def main() -> None:
    address, certificate, *headers = sys.argv[1:]
    credentials = grpc.ssl_channel_credentials(Path(certificate).read_bytes())
    call = {"metadata": [tuple(header.split("=", 1)) for header in headers], "timeout": _SECONDS}
    with grpc.secure_channel(address, credentials) as channel:
        content = services.ContentAddressableStorageStub(channel)
        capabilities = services.CapabilitiesStub(channel)
        digest = api.Digest(hash=hashlib.sha256(_BLOB).hexdigest(), size_bytes=len(_BLOB))

        def executes() -> bool:
            asked = api.GetCapabilitiesRequest(instance_name=_INSTANCE)
            return bool(capabilities.GetCapabilities(asked, **call).execution_capabilities.exec_enabled)

        def write() -> bool:
            part = api.BatchUpdateBlobsRequest.Request(digest=digest, data=_BLOB)
            asked = api.BatchUpdateBlobsRequest(instance_name=_INSTANCE, requests=[part])
            return bool(content.BatchUpdateBlobs(asked, **call).responses[0].status.code == 0)

        def read() -> bool:
            asked = api.BatchReadBlobsRequest(instance_name=_INSTANCE, digests=[digest])
            return bool(content.BatchReadBlobs(asked, **call).responses[0].data == _BLOB)

        print(json.dumps({each.__name__: answer(each) for each in (executes, write, read)}))


def answer(ask: Callable[[], bool]) -> Any:
    try:
        return ask()
    except grpc.RpcError as error:
        return error.code().name


if __name__ == "__main__":
    main()
