"""This module knows the credentials of the user's indexes: those in their URLs, and those that netrc has for them.

They are bound to what the user configured: the scheme, the host and the port of an index, of a page with links or of a
mirror. No page and no redirect makes a request to another place carry any.
"""

from __future__ import annotations

import base64
import netrc
import os
import urllib.parse
from collections.abc import Iterable, Iterator
from posixpath import commonpath
from typing import Optional

Origin = tuple[str, str, int]
"""Scheme, host and port."""


class Credentials:
    """The credentials of configured URLs.

    :param configured: the URLs, which may hold a user and a password.
    """

    def __init__(self, configured: Iterable[str]) -> None:
        urls = [url for url in configured if _origin(url)]
        self._origins = frozenset(map(_origin, urls))
        self._of_urls = tuple(_of_urls(urls))

    def authorization(self, url: str) -> str:
        """Return the value of the header Authorization for a URL, and an empty text where there are no credentials."""
        if _origin(url) not in self._origins:
            return ""
        return self._in_urls(url) or _from_netrc(url)

    def _in_urls(self, url: str) -> str:
        """Return the credentials of the configured URL that is most like `url`: same host, longest common path."""
        origin, path = _origin(url), urllib.parse.urlsplit(url).path
        found = [(len(commonpath([f"/{path}", f"/{of}"])), value) for at, of, value in self._of_urls if at == origin]
        return max(found)[1] if found else ""


def _origin(url: str) -> Optional[Origin]:
    """Return scheme, host and port; None for what is no URL of http or https."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = {"http": 80, "https": 443}[parts.scheme] if parts.port is None else parts.port
    except (ValueError, KeyError):
        return None
    return parts.scheme, (parts.hostname or "").lower(), port


def _of_urls(urls: Iterable[str]) -> Iterator[tuple[Optional[Origin], str, str]]:
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
