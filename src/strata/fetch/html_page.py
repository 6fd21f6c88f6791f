"""This module reads the page of a project in an index that is HTML.

https://packaging.python.org/en/latest/specifications/simple-repository-api/#base-html-api
"""

from __future__ import annotations

import re
import urllib.parse
from contextlib import suppress
from html.parser import HTMLParser
from typing import Optional

from strata.fetch.limits import URL_LENGTH
from strata.fetch.simple_index import Link

_SHA256 = re.compile(r"(?:^|&)sha256=([0-9a-fA-F]{64})(?![^&])")


def html_links(text: str, url: str) -> tuple[Link, ...]:
    """Return the links of a page. A damaged one gives those before the damage.

    :param url: of the page, to which its links are relative.
    """
    parser = _Anchors(url)
    # The parser gives up at some malformed declarations, with the first of these before Python 3.10.
    with suppress(NotImplementedError, AssertionError):
        parser.feed(text)
    return tuple(parser.links)


class _Anchors(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._page = self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        href = dict(attrs).get("href")
        if not href or tag not in ("base", "a") or len(href) > URL_LENGTH:
            return
        with suppress(ValueError):
            # Pages have thousands of links: what a link costs is most of what a page costs.
            reference, _, fragment = href.strip().partition("#")
            url = urllib.parse.urljoin(self._base, reference)
            if tag == "base":
                self._base = url
                return
            name = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rpartition("/")[2])
            sha256 = _SHA256.search(fragment)
            self.links.append(Link(name, url, sha256[1].lower() if sha256 else "", self._page))
