"""A server on loopback for tests of fetching: it answers as told and notes what it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Optional


@dataclass(frozen=True)
class Answer:
    """One response.

    :param announced: the Content-Length to state, by default the body's; None sends it without one.
    :param reason: the words beside the status; by default those of the standard.
    :param pause: seconds before each byte of the body; with it, the body is sent byte by byte.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: Optional[int] = -1
    reason: Optional[str] = None
    pause: float = 0


NEVER = Answer(status=0)
"""No response at all: the connection stays open until the server stops."""


@dataclass
class Server:
    """`url` has no slash at its end. `answers`: path → responses, the last of which is repeated; others get a 404."""

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """The path and the Authorization header, or an empty text, of each request so far."""

    def serve(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def page(self, path: str, html: str) -> None:
        self.serve(path, Answer(html.encode(), headers={"Content-Type": "text/html"}))

    def with_credentials(self, userinfo: str) -> str:
        return self.url.replace("://", f"://{userinfo}@")

    def without_address(self, text: str) -> str:
        """A message with the address of this server replaced by one that does not change."""
        return text.replace(self.url, "https://index.example")


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a free port for as long as the `with` block lasts."""
    stopped = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.requests.append((self.path, self.headers.get("Authorization", "")))
            answers = server.answers.get(self.path, [Answer(status=404)])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if answer is NEVER:
                stopped.wait()
                return
            self.send_response(answer.status, answer.reason)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.announced is not None:
                self.send_header("Content-Length", str(len(answer.body) if answer.announced < 0 else answer.announced))
            self.end_headers()
            if not answer.pause:
                self.wfile.write(answer.body)
                return
            with suppress(OSError):
                for byte in answer.body:
                    stopped.wait(answer.pause)
                    self.wfile.write(bytes([byte]))

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        server = Server(f"http://127.0.0.1:{httpd.server_port}")
        thread = Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            stopped.set()
            httpd.shutdown()
            thread.join()
