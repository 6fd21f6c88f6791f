"""This module decides which URLs are read: in which form, and where a page or a redirect may lead.

RFC 3986, and as browsers have it: a page from the network leads to no file of the machine, and a page that came over
HTTPS leads to no plain HTTP.
"""

from __future__ import annotations

import os
import re
import string
import urllib.parse
from typing import Optional

from strata.fetch.limits import URL_LENGTH
from strata.fetch.local_files import local_path

_LEADS_TO = {"file": ("file", "http", "https"), "http": ("http", "https"), "https": ("https",)}
_SHOWN = 200


class Refused(Exception):
    """A URL that is not read; the text says why."""


def readable(url: str, source: str = "") -> str:
    """Return a URL in the form in which it is asked for: no user and password, and ASCII.

    Raise Refused where it has no such form, or `source` may not lead to it.

    :param source: the URL of the page that has the link, or of the server that redirects; empty for a URL of the user's
        configuration, which may be of each kind.
    """
    if len(url) > URL_LENGTH:
        raise Refused(f"it has {len(url)} characters, more than {URL_LENGTH}")
    try:
        parts = urllib.parse.urlsplit(url)
        scheme = parts.scheme
        if scheme not in _LEADS_TO:
            raise Refused("it is no URL of http, https or file")
        leads_to = _LEADS_TO[urllib.parse.urlsplit(source).scheme if source else "file"]
        host, quoted = parts.netloc.rpartition("@")[2], _quoted(parts.path)
        if scheme in leads_to and scheme == "file":
            _check_file(host, quoted)
        elif scheme in leads_to:
            # Also asks for a port that is a number, and for labels as a name server takes them.
            _check_host(parts.hostname or "", parts.port)
            host = host.encode("ascii" if host.startswith("[") else "idna").decode()
    except ValueError as error:
        raise Refused(f"it is no URL that can be read: {error}") from None
    if scheme not in leads_to:
        raise Refused(f"a page or a redirect of {leads_to[0]} must not lead to a URL of {scheme}")
    return urllib.parse.urlunsplit((scheme, host, quoted, _quoted(parts.query), ""))


def redirected(url: str, location: str) -> str:
    """Return the URL to which a server redirects. Raise Refused for one to which it may not lead.

    :param location: the header, in which each character is a byte.
    """
    try:
        target = urllib.parse.urljoin(url, urllib.parse.quote(location, safe=string.punctuation, encoding="latin-1"))
    except ValueError as error:
        raise Refused(f"it is no URL that can be read: {error}") from None
    return readable(target, url)


def shown(url: str) -> str:
    """Return a URL as a message may show it: in one line, without user, password, query and fragment."""
    bare = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", url, maxsplit=1)[0], count=1)
    text = "".join(character if character.isprintable() else "?" for character in bare)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _quoted(text: str) -> str:
    return urllib.parse.quote(text, safe=string.punctuation)


def _check_file(host: str, path: str) -> None:
    """Raise Refused for a device, a pipe and a directory: there may be no end in reading one."""
    if host not in ("", "localhost"):
        raise Refused("it names a file of another machine")
    file = str(local_path(path))
    if "\0" in file:
        raise ValueError("its path has a null byte")
    # Not the methods of Path, which raise OSError for a file that may not be looked at: to open it says that, too.
    if os.path.exists(file) and not os.path.isfile(file):
        raise Refused("it is not a file")


def _check_host(host: str, port: Optional[int]) -> None:
    if not host or port == 0 or not re.fullmatch(r"[^\s/\\?#@<>^`{|}\x00-\x20\x7f]+", host):
        raise ValueError("its host or its port")
