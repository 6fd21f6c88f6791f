"""This module reads URLs (http, https, file) with the user's certificates, proxies and credentials, and with retries.

Credentials come from a URL of the configuration or from netrc and go to the host of that URL or entry alone: a redirect
to another host does not carry them, and no message shows them.
"""

from __future__ import annotations

import base64
import hashlib
import netrc
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from posixpath import commonpath
from typing import Any, Optional, cast

_ATTEMPTS = 4
_RETRIED_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_CHUNK = 1 << 20

# Where the systems that Strata runs on keep their certificates, for a Python that was built to look elsewhere.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


class Unreachable(Exception):
    """A URL that could not be read; the text says why, without credentials.

    :param status: of HTTP; 0 where no server answered.
    """

    def __init__(self, url: str, reason: str, status: int = 0) -> None:
        super().__init__(f"{shown(url)}: {reason}")
        self.status = status


class TooLarge(Exception):
    """A body with more bytes than are allowed."""


def shown(url: str) -> str:
    """Return a URL as a message may show it: without user, password, query and fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


class Client:
    """A reader of URLs.

    :param cert: the path of a CA bundle; empty for that of the environment or of the system.
    :param timeout: in seconds, of each wait for the server.
    :param proxy: a URL; empty for the proxies of the environment.
    :param trusted: URLs of the user's configuration, which may hold credentials.
    """

    def __init__(self, *, cert: str = "", timeout: float = 15, proxy: str = "", trusted: Iterable[str] = ()) -> None:
        self._timeout = timeout
        self._credentials = tuple(_credentials(trusted))
        proxies = {"http": proxy, "https": proxy} if proxy else None
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=_context(cert)),
            urllib.request.ProxyHandler(proxies),
            _Redirects(self),
        )

    def get(self, url: str, *, limit: int, headers: Optional[Mapping[str, str]] = None) -> tuple[bytes, str, str]:
        """Return the body, the content type and the URL after redirects.

        Raise Unreachable where the URL cannot be read, TooLarge for a body of more than `limit` bytes.
        """

        def read(response: Any) -> tuple[bytes, str, str]:
            body = b"".join(_chunks(response, url, limit))
            return body, response.headers.get("Content-Type", ""), response.geturl()

        return cast("tuple[bytes, str, str]", self._attempt(url, headers or {}, read))

    def download(self, url: str, destination: Path, *, limit: int) -> str:
        """Write the body to a file and return its sha256 in hexadecimal digits.

        Raise Unreachable where the URL cannot be read, TooLarge for a body of more than `limit` bytes.
        """

        def write(response: Any) -> str:
            sha256 = hashlib.sha256()
            with destination.open("wb") as file:
                for chunk in _chunks(response, url, limit):
                    sha256.update(chunk)
                    file.write(chunk)
            return sha256.hexdigest()

        return cast(str, self._attempt(url, {}, write))

    def authorize(self, request: urllib.request.Request) -> None:
        """Add the credentials for the host of a request, if there are any, as a header that redirects do not repeat."""
        value = self._configured(request.full_url) or _from_netrc(request.full_url)
        if value:
            request.add_unredirected_header("Authorization", value)

    def _configured(self, url: str) -> str:
        """Return the credentials of the configured URL that is most like `url`: same host, longest common path."""
        origin, path = _origin(url), urllib.parse.urlsplit(url).path
        found = [
            (len(commonpath([f"/{path}", f"/{of}"])), value) for at, of, value in self._credentials if at == origin
        ]
        return max(found)[1] if found else ""

    def _attempt(self, url: str, headers: Mapping[str, str], use: Any) -> Any:
        for attempt in range(1, _ATTEMPTS + 1):
            request = urllib.request.Request(_without_credentials(url), headers={"User-Agent": "strata", **headers})
            self.authorize(request)
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return use(response)
            except urllib.error.HTTPError as error:
                reason, status = f"HTTP {error.code} {error.reason}", error.code
                if error.code not in _RETRIED_STATUS:
                    raise Unreachable(url, reason, status) from None
            except urllib.error.URLError as error:
                reason, status = str(error.reason), 0
                if isinstance(error.reason, (ssl.SSLCertVerificationError, FileNotFoundError, IsADirectoryError)):
                    raise Unreachable(url, reason) from None
            except (OSError, HTTPException) as error:
                reason, status = str(error) or type(error).__name__, 0
            if attempt < _ATTEMPTS:
                time.sleep(0.25 * 4 ** (attempt - 1))
        raise Unreachable(url, f"{reason} (tried {_ATTEMPTS} times)", status)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects over http and https, in which each host gets its own credentials only."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Optional[urllib.request.Request]:
        request = super().redirect_request(req, fp, code, msg, headers, _without_credentials(newurl))
        if request is not None:
            self._client.authorize(request)
        return request


def _context(cert: str) -> ssl.SSLContext:
    bundles = [cert, *(os.environ.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))]
    for bundle in [*bundles, *_SYSTEM_BUNDLES]:
        if bundle and os.path.isfile(bundle):
            return ssl.create_default_context(cafile=bundle)
    return ssl.create_default_context()


def _origin(url: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def _without_credentials(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _chunks(response: Any, url: str, limit: int) -> Iterator[bytes]:
    """Yield the body in pieces.

    Raise TooLarge after `limit` bytes, HTTPException where the connection ended early. CPython 3.9 allocates as many
    bytes as a read asks for, so a page is read in pieces, too.
    """
    size = 0
    while True:
        chunk = response.read(_CHUNK)
        if not chunk:
            break
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"{shown(url)}: more than {limit} bytes")
        yield chunk
    missing = getattr(response, "length", None)  # `file:` has none.
    if missing:
        raise HTTPException(f"the connection ended {missing} bytes early")


def _credentials(urls: Iterable[str]) -> Iterable[tuple[tuple[str, str], str, str]]:
    """Yield the origin, the path and the credentials of each URL that has credentials."""
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        userinfo, at, _ = parts.netloc.rpartition("@")
        if at:
            user, _, password = userinfo.partition(":")
            yield _origin(url), parts.path, _basic(urllib.parse.unquote(user), urllib.parse.unquote(password))


def _from_netrc(url: str) -> str:
    host = urllib.parse.urlsplit(url).hostname or ""
    path = os.environ.get("NETRC") or os.path.join(os.environ.get("HOME", ""), ".netrc")
    try:
        found = netrc.netrc(path).authenticators(host)
    except (OSError, UnicodeDecodeError, netrc.NetrcParseError):
        return ""
    # From CPython 3.11 on, an entry that ends too early is no error, but empty.
    return _basic(found[0], found[2] or "") if found and any(found) else ""


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
