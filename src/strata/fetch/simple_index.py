"""This module reads the project pages of package indexes (HTML of PEP 503, JSON of PEP 691), and `find-links`."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from strata.fetch.limits import URL_LENGTH
from strata.fetch.local_files import local_path

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True)
class Link:
    """A file that a page offers.

    :param sha256: in hexadecimal digits; empty where the page names none.
    :param page: the URL of the page, which decides where its links may lead (strata.fetch.url).
    """

    name: str
    url: str
    sha256: str = ""
    page: str = field(default="", compare=False)


def read_page(body: bytes, content_type: str, url: str) -> tuple[Link, ...]:
    """Return the links of a page that can be read. A damaged page gives those before the damage, or none.

    :param content_type: as the server names it; decides between JSON and HTML.
    :param url: of the page, to which its links are relative.
    """
    if content_type.partition(";")[0].strip().endswith("json"):
        return tuple(_json_links(body, url))
    # Most indexes answer with JSON, and the parser takes as long to load as a file takes to fetch.
    from strata.fetch.html_page import html_links

    return html_links(body.decode("utf-8", "replace"), url)


def read_folder(folder: Path) -> tuple[Link, ...]:
    """Return the files in a folder as links; none where the folder does not exist."""
    if not folder.is_dir():
        return ()
    page = folder.absolute().as_uri()
    return tuple(
        Link(file.name, file.as_uri(), page=page) for file in sorted(folder.absolute().iterdir()) if file.is_file()
    )


def local_folder(location: str) -> Optional[Path]:
    """Return the path that a `file:` URL or a plain path names; None for other URLs."""
    parts = urllib.parse.urlsplit(location)
    if parts.scheme == "file":
        return local_path(parts.path)
    return None if parts.scheme in ("http", "https") else Path(location).expanduser()


def _json_links(body: bytes, url: str) -> Iterator[Link]:
    try:
        files = list(json.loads(body)["files"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    for file in files:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            name, reference, sha256 = str(file["filename"]), file["url"], file["hashes"].get("sha256", "")
            if len(reference) <= URL_LENGTH:
                known = re.fullmatch("[0-9a-fA-F]{64}", sha256)
                yield Link(name, urllib.parse.urljoin(url, reference), sha256.lower() if known else "", url)
