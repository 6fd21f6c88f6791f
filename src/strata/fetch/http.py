"""This module reads URLs of http and https with the user's certificates, proxies and credentials, and with retries.

Three modules decide: strata.fetch.url, which URLs are read and where redirects may lead; strata.fetch.pace, how slow a
server may be; strata.fetch.credentials, who gets credentials. No message shows credentials.
"""

from __future__ import annotations

import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from functools import partial
from http.client import HTTPException
from typing import Any, Callable, TypeVar

from strata.fetch import limits
from strata.fetch.body import Unreachable
from strata.fetch.credentials import Credentials
from strata.fetch.pace import Pace, PacedHTTPHandler, PacedHTTPSHandler, TooSlow
from strata.fetch.url import Refused, redirected, shown
from strata.pieces import NO_ROOM

_T = TypeVar("_T")

_ATTEMPTS = 4
_RETRIED_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTED_STATUS = frozenset({301, 302, 303, 307, 308})
_SHOWN = 200

# Where the systems that Strata runs on keep their certificates, for a Python that was built to look elsewhere.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


class Network:
    """A reader of URLs of the network, with the parameters of strata.fetch.client.Client."""

    def __init__(self, cert: str, timeout: float, proxy: str, trusted: Iterable[str]) -> None:
        self._timeout = timeout
        self._credentials = Credentials(trusted)
        self._pace = Pace(timeout)
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None),
            PacedHTTPHandler(self._pace),
            PacedHTTPSHandler(self._pace, partial(_context, cert)),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
        ):
            self._opener.add_handler(handler)

    def read(self, url: str, wanted: str, headers: Mapping[str, str], use: Callable[[Any, str], _T]) -> _T:
        """Return what `use` makes of the answer and of the URL after redirects.

        Raise Unreachable where the URL cannot be read, and what `use` raises but OSError, which is tried again.

        :param url: for messages; `wanted` is the same in the form in which it is asked for (strata.fetch.url).
        """
        self._pace.begin()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._attempt(wanted, headers, use)
            except TooSlow as slowness:
                raise Unreachable(url, str(slowness)) from None
            except urllib.error.HTTPError as error:
                reason, status = _shown_status(error), error.code
                error.close()
                if error.code not in _RETRIED_STATUS:
                    raise Unreachable(url, reason, status) from None
            except urllib.error.URLError as error:
                reason, status = str(error.reason), 0
                if isinstance(error.reason, ssl.SSLCertVerificationError):
                    raise Unreachable(url, reason) from None
            except (OSError, HTTPException) as error:
                if isinstance(error, OSError) and error.errno in NO_ROOM:
                    raise
                reason, status = str(error) or type(error).__name__, 0
            except ValueError as error:
                raise Unreachable(url, f"the answer cannot be read: {error}") from None
            if attempt < _ATTEMPTS:
                time.sleep(0.25 * 4 ** (attempt - 1))
        raise Unreachable(url, f"{reason} (tried {_ATTEMPTS} times)", status)

    def _attempt(self, url: str, headers: Mapping[str, str], use: Callable[[Any, str], _T]) -> _T:
        """Open a URL in the form that `readable` gives it, follow its redirects, and use the response at their end."""
        for _ in range(limits.REDIRECTS + 1):
            request = urllib.request.Request(url, headers={"User-Agent": "strata", **headers})
            authorization = self._credentials.authorization(url)
            if authorization:
                request.add_unredirected_header("Authorization", authorization)
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return use(response, url)
            except urllib.error.HTTPError as error:
                location = error.headers.get("Location")
                if error.code not in _REDIRECTED_STATUS or not location:
                    raise
                error.close()
                try:
                    url = redirected(url, location)
                except Refused as refusal:
                    raise Unreachable(
                        url, f"{_shown_status(error)} leads to {shown(location)}: {refusal}", error.code
                    ) from None
                status = error.code
        raise Unreachable(url, f"HTTP {status} leads on after {limits.REDIRECTS} redirects", status)


def _shown_status(error: urllib.error.HTTPError) -> str:
    """Return the status and the first words of the server's reason, in printable characters."""
    reason = "".join(each if each.isprintable() else "?" for each in str(error.reason))
    return f"HTTP {error.code} {reason[:_SHOWN]}"


def _context(cert: str) -> ssl.SSLContext:
    bundles = [cert, *(os.environ.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))]
    for bundle in [*bundles, *_SYSTEM_BUNDLES]:
        if bundle and os.path.isfile(bundle):
            return ssl.create_default_context(cafile=bundle)
    return ssl.create_default_context()
