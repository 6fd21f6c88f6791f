"""The site is built, and no page of it leads nowhere or needs another site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mkdocs.exceptions import Abort

from documentation import build_site, pages
from documentation.pages import BrokenLink, Page, staged


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_site.write_site(folder)
    return folder


def test_each_page_is_there(site: Path) -> None:
    assert {page.path.replace(".md", ".html") for page in pages.pages()} <= {
        str(file.relative_to(site)) for file in site.rglob("*.html")
    }
    assert '<h1 id="strata">Strata</h1>' in (site / "index.html").read_text()


def test_code_and_tables_are_formatted(site: Path) -> None:
    text = (site / "tutorial.html").read_text()
    assert '<pre><code class="language-python"># src/hello/BUILD\n' in text
    assert "```" not in text
    assert "<table>" in (site / "comparison.html").read_text()


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r'<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)="((?:https?:)?//[^"]+)"')
    assert {match for file in site.rglob("*.html") for match in loaded.findall(file.read_text())} == set()


def test_links_inside_lead_to_files(site: Path) -> None:
    for file in site.rglob("*.html"):
        if file.name == "404.html":
            continue  # it may be shown for any path, so its links begin at the root of a host
        for link in re.findall(r'<a\b[^>]*\bhref="([^"#:]+)[#"]', file.read_text()):
            assert (file.parent / link).exists(), f"{file} links to {link}"


def test_a_link_to_no_page() -> None:
    page = Page("docs/tutorial.md", "tutorial.md")
    with pytest.raises(BrokenLink, match=r"links to how-to/web-servers.md, which is no page of the site$"):
        staged(page, {})


def test_an_anchor_that_no_page_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_site, "staged", lambda page, _: f"# {page.title}\n\n[x](#nowhere)\n")
    with pytest.raises(Abort):
        build_site.write_site(tmp_path)
