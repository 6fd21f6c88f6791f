"""This module reads URLs (http, https, file): pages, files and their sizes.

strata.fetch.url decides which URLs are read. Those of the network are read by strata.fetch.http; what that imports
takes longer than to copy a small file from a folder of wheels.
"""

from __future__ import annotations

import hashlib
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from strata.fetch.body import Unreachable, chunks
from strata.fetch.local_files import LocalFile, local_path
from strata.fetch.url import Refused, readable
from strata.pieces import NO_ROOM

if TYPE_CHECKING:
    from strata.fetch.http import Network

_T = TypeVar("_T")


class Client:
    """A reader of URLs.

    :param cert: the path of a CA bundle; empty for that of the environment or of the system.
    :param timeout: in seconds, of each wait for a server.
    :param proxy: a URL; empty for the proxies of the environment.
    :param trusted: URLs of the user's configuration, which may hold credentials.
    """

    def __init__(self, *, cert: str = "", timeout: float = 15, proxy: str = "", trusted: Iterable[str] = ()) -> None:
        self._settings = (cert, timeout, proxy, tuple(trusted))
        self._network: Optional[Network] = None

    def get(self, url: str, *, limit: int, headers: Optional[Mapping[str, str]] = None) -> tuple[bytes, str, str]:
        """Return the body, the content type and the URL after redirects.

        Raise Unreachable where the URL cannot be read, TooLarge for a body of more than `limit` bytes.
        """

        def read(response: Any, final: str) -> tuple[bytes, str, str]:
            body = b"".join(chunks(response, url, limit))
            return body, response.headers.get("Content-Type", ""), final

        return self._read(url, "", headers or {}, read)

    def download(self, url: str, destination: Path, *, limit: int, page: str = "") -> str:
        """Write the body to a file and return its sha256 in hexadecimal digits.

        Raise Unreachable where the URL cannot be read, TooLarge for a body of more than `limit` bytes.

        :param page: the URL of the page that has the link; empty for a URL of the user's configuration.
        """

        def write(response: Any, final: str) -> str:
            sha256 = hashlib.sha256()
            with destination.open("wb") as file:
                for chunk in chunks(response, url, limit):
                    sha256.update(chunk)
                    file.write(chunk)
            return sha256.hexdigest()

        return self._read(url, page, {}, write)

    def size(self, url: str, *, limit: int) -> int:
        """Return the size of the body in bytes, as the server declares it; where it declares none, read and count it.

        Not by HEAD: servers that sign the URLs of redirects refuse it. Raise Unreachable where the URL cannot be read,
        TooLarge for a body of more than `limit` bytes.
        """

        def measure(response: Any, final: str) -> int:
            declared = response.headers.get("Content-Length", "")
            return int(declared) if declared.isdecimal() else sum(map(len, chunks(response, url, limit)))

        return self._read(url, "", {}, measure)

    def _read(self, url: str, page: str, headers: Mapping[str, str], use: Callable[[Any, str], _T]) -> _T:
        try:
            wanted = readable(url, page)
        except Refused as refusal:
            raise Unreachable(url, str(refusal)) from None
        parts = urllib.parse.urlsplit(wanted)
        if parts.scheme == "file":
            return _read_file(url, wanted, local_path(parts.path), use)
        if self._network is None:
            from strata.fetch.http import Network

            self._network = Network(*self._settings)
        return self._network.read(url, wanted, headers, use)


def _read_file(url: str, wanted: str, path: Path, use: Callable[[Any, str], _T]) -> _T:
    try:
        with LocalFile(path) as file:
            return use(file, wanted)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        raise Unreachable(url, str(error)) from None
