"""The links of the documents lead somewhere in this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = sorted([*Path().glob("*.md"), *Path("docs").rglob("*.md")])


def links(page: Path) -> Iterator[str]:
    """Yield the targets of links and images, without those to other sites."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    yield from (link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as hosts of repositories make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pages_are_seen() -> None:
    assert {Path("README.md"), Path("CONTRIBUTING.md"), Path("docs/README.md")} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links(page: Path) -> None:
    dangling = []
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dangling.append(link)
    assert dangling == []


def test_the_index_names_every_document() -> None:
    named = {(Path("docs") / link).resolve() for link in links(Path("docs/README.md")) if link.endswith(".md")}
    assert {page.resolve() for page in PAGES if page != Path("docs/README.md")} <= named
