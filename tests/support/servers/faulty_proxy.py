"""A proxy in front of a registry that cuts, delays or damages the request of a number, and lets all others through."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

FAULTS = ("cut before", "cut in the middle", "answer lost", "delayed", "request damaged", "answer damaged")


@dataclass
class FaultyProxy:
    """`number` is that of the request to harm, from 0; below 0 none is. `answered` counts bytes of answers' bodies."""

    address: str
    fault: str = ""
    number: int = -1
    count: int = 0
    answered: int = 0
    lock: Lock = field(default_factory=Lock)

    def harm(self, fault: str, number: int) -> None:
        self.fault, self.number, self.count = fault, number, 0

    @property
    def is_done(self) -> bool:
        """Whether there was a request of that number."""
        return self.count > self.number


@contextmanager
def faulty_proxy(registry: str) -> Iterator[FaultyProxy]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            with suppress(ConnectionError, ValueError):
                super().handle()

        def _any(self) -> None:
            with proxy.lock:
                fault = proxy.fault if proxy.count == proxy.number else ""
                proxy.count += 1
            length = int(self.headers.get("Content-Length") or 0)
            if fault == "cut before":
                self._cut()
                return
            if fault == "delayed":
                time.sleep(0.2)
            body = self.rfile.read(length // 2 if fault == "cut in the middle" else length)
            if fault == "request damaged" and body:
                body = bytes([body[0] ^ 1]) + body[1:]
            answer = self._forward(body, cut=fault == "cut in the middle")
            if answer is None or fault == "answer lost":
                self._cut()
                return
            content = answer.read()
            with proxy.lock:
                proxy.answered += len(content)
            if fault == "answer damaged" and content:
                content = bytes([content[0] ^ 1]) + content[1:]
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _any

        def _forward(self, body: bytes, cut: bool) -> http.client.HTTPResponse | None:
            connection = http.client.HTTPConnection(registry)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(body)
            if cut:
                connection.close()
                return None
            return connection.getresponse()

        def _cut(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads, httpd.block_on_close = True, False
        proxy = FaultyProxy(f"127.0.0.1:{httpd.server_port}")
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            httpd.shutdown()
            thread.join()
