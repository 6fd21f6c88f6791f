"""This module stands in for `email` in a sandbox, and where a process only makes HTTP requests: it reads headers alone.

`http.client` takes headers from `email.parser` and `email.message`, which import 20 modules. A push of a few kilobytes
would wait longer for these than for the registry, and the fetch of a small file as long as for the rest of its process.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any, Callable


class Message:
    """The headers of an answer, in their order. Names are compared without regard to case."""

    def __init__(self) -> None:
        self._headers: list[tuple[str, str]] = []

    def add_header(self, name: str, value: str) -> None:
        """Add a header behind the others."""
        self._headers.append((name, value))

    def items(self) -> list[tuple[str, str]]:
        """Return names and values."""
        return list(self._headers)

    def keys(self) -> list[str]:
        """Return names, one as often as there are headers with it."""
        return [name for name, _ in self._headers]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: str) -> bool:
        return self.get_all(name) is not None

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the first value of a header."""
        found = self.get_all(name)
        return found[0] if found else default

    def get_all(self, name: str, default: Any = None) -> Any:
        """Return all values of a header."""
        wanted = name.lower()
        return [value for known, value in self._headers if known.lower() == wanted] or default


class Parser:
    """The parser of headers. `_class` is what it makes, a kind of Message."""

    def __init__(self, _class: Callable[[], Message] = Message) -> None:
        self._class = _class

    def parsestr(self, text: str) -> Message:
        """Return the headers of a text, up to the first line that is none. A line that begins with a space goes on."""
        made = self._class()
        header, value = "", list[str]()
        for line in chain(io.StringIO(text, newline=""), [""]):
            if line.startswith((" ", "\t")):
                if header:
                    value.append(line)
                continue
            if header:
                made.add_header(header, "".join(value).rstrip("\r\n"))
                header = ""
            name, colon, rest = line.partition(":")
            if line.startswith("From ") or (colon and not name):
                continue
            if not colon or not all("!" <= sign <= "~" for sign in name):
                break
            header, value = name, [rest.lstrip(" \t")]
        return made


# The metadata of wheels has nothing but headers that matter.
HeaderParser = Parser

# `http.client` imports these two by name.
message = parser = sys.modules[__name__]

NAMES = ("email", "email.message", "email.parser")
"""The names of what this module stands in for."""


def import_http_client() -> None:
    """Import `http.client` with this module in the place of `email`. Later imports of `email` get the real one."""
    sys.modules.update(dict.fromkeys(NAMES, sys.modules[__name__]))
    importlib.import_module("http.client")
    for name in NAMES:
        del sys.modules[name]
