"""A relay before a remote cache, which counts what passes and fails as it is told. Runs on BuildGrid's Python.

    python relay.py SOCKET      relays from a free port of loopback, which it prints, to a cache at a Unix socket

Each line of standard input is a fault as JSON, `{}` for none; the answer is a line with the counts since the last one.
A fault is `gone`, true: nothing listens on the port until the next fault; or `methods`, a regular expression for the
names of calls, and one of

    status   the name of the gRPC status that they end with
    delay    seconds before each
    damage   true: the last byte of what is read is another
    restart  the number of such calls after which the relay is gone, and seconds until it is back
    megabits how many pass in a second, each way: the line of all calls
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc  # type: ignore[import-not-found]  # pants: no-infer-dep

_UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_SOON = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200)]
_THREADS = 200
# Calls with many answers.
_STREAMED = ("ByteStream/Read", "Execution/Execute", "Execution/WaitExecution")


class Relay(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Hands calls on as the bytes that they are."""

    def __init__(self, socket: str) -> None:
        self._cache = grpc.insecure_channel(f"unix:{socket}", options=[*_UNLIMITED, *_SOON])
        self._lock = threading.Lock()
        self._lines = {"sent": threading.Lock(), "received": threading.Lock()}
        self._counts: Counter[str] = Counter()
        self._fault: dict[str, Any] = {}
        self._port = self._start(0)

    @property
    def port(self) -> int:
        return self._port

    def take(self, fault: dict[str, Any]) -> dict[str, int]:
        """From now on fails like this; the counts until now."""
        was_gone = self._fault.get("gone", False)
        with self._lock:
            counts, self._counts, self._fault = self._counts, Counter(), fault
        if fault.get("gone", False) and not was_gone:
            self._server.stop(0).wait()
        if was_gone and not fault.get("gone", False):
            self._start(self._port)
        return dict(counts)

    def service(self, details: Any) -> Any:
        method = details.method
        if method.endswith(_STREAMED):
            return grpc.unary_stream_rpc_method_handler(lambda request, context: self._read(method, request, context))
        if method.endswith("ByteStream/Write"):
            return grpc.stream_unary_rpc_method_handler(lambda request, context: self._write(method, request, context))
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._call(method, request, context))

    def _call(self, method: str, request: bytes, context: Any) -> bytes:
        self._enter(method, context)
        self._count(sent=len(request))
        return self._received(self._answer(context, self._cache.unary_unary(method), request))

    def _write(self, method: str, requests: Iterator[bytes], context: Any) -> bytes:
        self._enter(method, context)
        return self._received(self._answer(context, self._cache.stream_unary(method), map(self._sent, requests)))

    def _read(self, method: str, request: bytes, context: Any) -> Iterator[bytes]:
        fault = self._enter(method, context)
        self._count(sent=len(request))
        try:
            for message in self._cache.unary_stream(method)(request):
                self._received(message)
                yield message[:-1] + bytes([message[-1] ^ 1]) if fault.get("damage") else message
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())

    def _enter(self, method: str, context: Any) -> dict[str, Any]:
        with self._lock:
            self._counts[method.rpartition("/")[2]] += 1
            fault = self._fault if re.search(self._fault.get("methods", "$."), method) else {}
            if "restart" in fault:
                fault["restart"][0] -= 1
                if fault["restart"][0] == 0:
                    threading.Thread(target=self._restart, args=(fault["restart"][1],)).start()
        time.sleep(fault.get("delay", 0))
        if "status" in fault:
            context.abort(grpc.StatusCode[fault["status"]], "told to fail")
        return fault

    def _answer(self, context: Any, call: Any, request: Any) -> bytes:
        try:
            return bytes(call(request))
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
            raise

    def _sent(self, message: bytes) -> bytes:
        self._count(sent=len(message))
        return message

    def _received(self, message: bytes) -> bytes:
        self._count(received=len(message))
        return message

    def _count(self, **amounts: int) -> None:
        with self._lock:
            self._counts.update(amounts)
            megabits = self._fault.get("megabits", 0)
        for direction, amount in amounts.items() if megabits else ():
            with self._lines[direction]:
                time.sleep(amount * 8 / (megabits * 1e6))

    def _start(self, port: int) -> int:
        self._server = grpc.server(ThreadPoolExecutor(_THREADS), handlers=[self], options=_UNLIMITED)
        taken = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()
        return int(taken)

    def _restart(self, seconds: float) -> None:
        self._server.stop(0).wait()
        time.sleep(seconds)
        self._start(self._port)


def main() -> None:
    relay = Relay(sys.argv[1])
    print(relay.port, flush=True)
    for line in sys.stdin:
        print(json.dumps(relay.take(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
