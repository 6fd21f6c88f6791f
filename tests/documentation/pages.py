"""The pages of the site: which file of the repository becomes which, and where links between them lead."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# The pages that a reader of the site finds outside of docs/.
_OTHERS = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "promises.md",
    "docs/README.md": "documents.md",
}
_LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\()([^)\s]+)(\))")
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


class BrokenLink(Exception):
    """A link of a page leads to no page and no picture of the site; the text says which one."""


@dataclass(frozen=True)
class Page:
    """A page: its file in the repository, and its path in the site."""

    source: str
    path: str

    @property
    def text(self) -> str:
        """Return what is in the file."""
        return Path(self.source).read_text(encoding="utf-8")

    @property
    def title(self) -> str:
        """Return the heading of the page."""
        match = _TITLE.search(_BLOCK.sub("", self.text))
        assert match is not None, f"{self.source} has no heading"
        return match[1].replace("`", "")


def pages() -> list[Page]:
    """Return all pages, in the order of their files."""
    found = [Page(source, path) for source, path in _OTHERS.items()]
    for file in sorted(Path("docs").rglob("*.md")):
        if str(file) not in _OTHERS:
            found.append(Page(str(file), file.relative_to("docs").as_posix()))
    return found


def pictures() -> list[Path]:
    """Return the pictures that pages show."""
    return sorted(Path("docs").rglob("*.svg"))


def staged(page: Page, places: Mapping[str, str]) -> str:
    """Return a page for the site. Raise BrokenLink.

    :param places: file of the repository → path in the site, of all pages and pictures.
    """
    parts, end = [], 0
    for block in _BLOCK.finditer(page.text):
        parts += [_relinked(page, page.text[end : block.start()], places), block[0]]
        end = block.end()
    return "".join([*parts, _relinked(page, page.text[end:], places)])


def _relinked(page: Page, text: str, places: Mapping[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        return f"{match[1]}{_target(page, match[2], places)}{match[3]}"

    return _LINK.sub(replaced, text)


def _target(page: Page, link: str, places: Mapping[str, str]) -> str:
    if "://" in link or link.startswith("#"):
        return link
    name, mark, anchor = link.partition("#")
    source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), name))
    if source not in places:
        raise BrokenLink(f"{page.source} links to {link}, which is no page of the site")
    return os.path.relpath(places[source], posixpath.dirname(page.path) or ".") + mark + anchor


def places() -> dict[str, str]:
    """Return file of the repository → path in the site."""
    shown = {str(file): file.relative_to("docs").as_posix() for file in pictures()}
    return {**{page.source: page.path for page in pages()}, **shown}


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the site with the paths of their pages, as docs/README.md lists them under its headings."""
    known = places()
    index = Page("docs/README.md", _OTHERS["docs/README.md"])
    for part in re.split(r"^## ", index.text, flags=re.MULTILINE)[1:]:
        rows = re.findall(r"^\| \[[^\]]+\]\(([^)#]+\.md)\) \|", part, re.MULTILINE)
        listed = [known[posixpath.normpath(posixpath.join("docs", row))] for row in rows]
        if listed:
            yield part.partition("\n")[0], listed
