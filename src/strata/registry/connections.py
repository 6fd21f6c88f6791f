"""This module makes single requests, over connections that are kept open and used again.

It stands on `http.client`. A push after an edit takes some ten requests, and the import of urllib3 and requests would
take longer than these. `ssl` is imported by those who give a context for TLS.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Optional
from urllib.parse import SplitResult, unquote, urlsplit

from strata.errors import registry as errors
from strata.registry.reference import is_loopback

if TYPE_CHECKING:
    import ssl

FAILURES = (OSError, HTTPException)
"""What a request without an answer raises; a body that cannot be read to its end, too."""

_PORTS = {"http": 80, "https": 443}
# Of a body that nobody reads, as many bytes are read so that the connection can be used again.
_REST = 64 << 10
# https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.2: TLS 1.2, some cipher suites, and the curves for them. The
# random bytes end the request line of a server that reads HTTP, which would wait for that end otherwise.
_HELLO = bytes.fromhex(
    "0303" + "0d0a0d0a" * 8 + "00" + "0006" + "c02fc02b009c" + "0100"
    "0018" + "000a00060004001d0017" + "000d000a00080403080404010201"
)  # fmt: skip
_CLIENT_HELLO = (
    b"\x16\x03\x01" + (len(_HELLO) + 4).to_bytes(2, "big") + b"\x01" + len(_HELLO).to_bytes(3, "big") + _HELLO
)
# An alert, which refuses the message, or a handshake, which goes on.
_TLS_RECORDS = (b"\x15", b"\x16")


class Answer:
    """What a server answers; its body is read from the network. To close it gives the connection back.

    :param url: what was asked for, which a relative Location follows.
    """

    def __init__(self, raw: HTTPResponse, url: str, give_back: Callable[[bool], None]) -> None:
        self.status_code = raw.status
        self.headers = raw.headers
        self.url = url
        self._raw = raw
        self._give_back: Optional[Callable[[bool], None]] = give_back

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes of the body, none at its end. Raises one of FAILURES.

        An end that comes too early is an end here: the header Content-Length tells it.
        """
        data = self._raw.read() if size < 0 else self._raw.read(size)
        if self._raw.isclosed():
            self.close()
        return data

    @property
    def content(self) -> bytes:
        """Return all of the body that has not been read. Raises one of FAILURES, also where it ends too early."""
        return self.read()

    def close(self) -> None:
        """Give the connection back where little is left of the body; close it where there is more."""
        give_back, self._give_back = self._give_back, None
        if give_back is None:
            return
        try:
            if not self._raw.isclosed():
                self._raw.read(_REST)
            is_whole = self._raw.isclosed() and not self._raw.length and not self._raw.will_close
        except FAILURES:
            is_whole = False
        give_back(is_whole)

    def __enter__(self) -> Answer:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


class _Connection(HTTPConnection):
    """A connection without TLS."""

    is_tunnel = False

    def connect(self) -> None:
        """Connect."""
        if self.is_tunnel:
            super().connect()
        else:
            self.sock = _connected(self.host, self.port, self.timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _TlsConnection(_Connection):
    """A connection over TLS, as HTTPSConnection is one. Where `http.client` was imported without `ssl`, it has none."""

    default_port = _PORTS["https"]

    def __init__(self, host: str, port: int, server: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port)
        self._server = server
        self._context = context

    def connect(self) -> None:
        """Connect, through the tunnel where one is set, and check that the server is the one that is asked for."""
        super().connect()
        self.sock = self._context.wrap_socket(self.sock, server_hostname=self._server)


class Connections:
    """Connections to a registry, its token service and where they lead, also through proxies.

    :param tls: gives what TLS connections are made with.
    :param environment: names the proxies. None is between this machine and itself.
    :param timeouts: seconds to connect and send, and to wait for a part of an answer.
    """

    def __init__(
        self, tls: Callable[[], ssl.SSLContext], environment: Mapping[str, str], timeouts: tuple[float, float]
    ) -> None:
        self._tls = tls
        self._environment = environment
        self._timeouts = timeouts
        self._lock = Lock()
        self._idle: dict[tuple[str, str], list[HTTPConnection]] = {}

    def request(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        """Return the answer, whatever it is; redirects are not followed. Raises one of FAILURES.

        :param body: bytes, or an iterable of them whose length is in the headers.
        """
        parts = urlsplit(url)
        proxy = _proxy(parts, self._environment)
        key = (parts.scheme, parts.netloc)
        connection = self._take(key) or self._open(parts, proxy)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if proxy and parts.scheme == "http":
            target, headers = url, {**headers, **_proxy_headers(proxy)}
        try:
            answer = self._exchange(connection, method, target, headers, body)
        except BaseException:
            connection.close()
            raise
        return Answer(answer, url, lambda is_whole: self._give_back(key, connection, is_whole))

    def _exchange(
        self, connection: HTTPConnection, method: str, target: str, headers: Mapping[str, str], body: Any
    ) -> HTTPResponse:
        connection.timeout = self._timeouts[0]
        if connection.sock is None:
            connection.connect()
        sock: Any = connection.sock
        sock.settimeout(self._timeouts[0])
        cut: Optional[OSError] = None
        try:
            connection.request(method, target, body=body, headers=dict(headers))
        except (BrokenPipeError, ConnectionResetError) as error:
            # A server may refuse a body before it has read all of it, and its answer says why.
            cut = error
        sock.settimeout(self._timeouts[1])
        try:
            return connection.getresponse()
        except FAILURES:
            if cut is not None:
                raise cut from None
            raise

    def _open(self, parts: SplitResult, proxy: str) -> HTTPConnection:
        server, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        between = urlsplit(proxy)
        place = (between.hostname or "", between.port or _PORTS["http"]) if proxy else (server, port)
        if parts.scheme != "https":
            return _Connection(*place)
        connection = _TlsConnection(*place, server, self._tls())
        if proxy:
            connection.is_tunnel = True
            connection.set_tunnel(server, port, headers=_proxy_headers(proxy))
        return connection

    def _take(self, key: tuple[str, str]) -> Optional[HTTPConnection]:
        """Return an idle connection that the other side has not closed."""
        while True:
            with self._lock:
                idle = self._idle.get(key)
                connection = idle.pop() if idle else None
            if connection is None or not _is_closed(connection):
                return connection
            connection.close()

    def _give_back(self, key: tuple[str, str], connection: HTTPConnection, is_whole: bool) -> None:
        if not is_whole:
            connection.close()
            return
        with self._lock:
            self._idle.setdefault(key, []).append(connection)


def _connected(host: str, port: int, timeout: Optional[float]) -> socket.socket:
    """Return a connection. A host in bytes spares the import of `encodings.idna`, which changes no name in ASCII."""
    name: Any = host.encode() if host.isascii() else host
    return socket.create_connection((name, port), timeout)


def speaks_tls(host: str, port: int, timeout: float) -> bool:
    """Return whether a server answers the first message of TLS in TLS; False where it cannot be reached, too.

    It is asked without `ssl`, whose import takes longer than a push of a few kilobytes to this machine waits.
    """
    try:
        with _connected(host, port, timeout) as connection:
            connection.sendall(_CLIENT_HELLO)
            return connection.recv(1) in _TLS_RECORDS
    except OSError:
        return False


def _is_closed(connection: HTTPConnection) -> bool:
    """Return whether an idle connection has something to read, which is its end, or nothing that was asked for."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _proxy(parts: SplitResult, environment: Mapping[str, str]) -> str:
    """Return the address of the proxy for a URL, empty where there is none. Raise StrataError for one over TLS."""
    names = (f"{parts.scheme}_proxy", f"{parts.scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    proxy = next((environment[name] for name in names if environment.get(name)), "")
    if not proxy or is_loopback(parts.netloc):
        return ""
    # Few have a proxy, and this import takes as long as all others here.
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

    excluded = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if proxy_bypass_environment(parts.netloc, {"no": excluded}):
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(proxy).scheme != "http":
        raise errors.proxy_of_another_kind(parts.netloc, urlsplit(proxy).scheme)
    return proxy


def _proxy_headers(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy)
    if not parts.username:
        return {}
    from base64 import b64encode

    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(user.encode()).decode()}"}
