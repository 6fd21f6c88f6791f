"""Builds the documentation as a site: `./pants run tests/documentation/build_site.py`, from the root, into dist/site.

A broken link, a heading that a link names and no page has, and a page that no list names end it with an error.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config

from documentation.pages import pages, pictures, places, sections, staged

SITE = Path("dist/site")
# Nothing of a page comes from another site: no fonts, no scripts, no colours of code.
_THEME = {"name": "readthedocs", "highlightjs": False, "navigation_depth": 2}
_VALIDATION = {
    "nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"},
    "links": {"not_found": "warn", "absolute_links": "warn", "unrecognized_links": "warn", "anchors": "warn"},
}


def write_site(output: Path) -> None:
    """Write the site into a folder. Raise BrokenLink, or mkdocs' Abort where a page would not work."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "pages")
        stage(source)
        build(load_config(**configuration(source, output)))


def stage(source: Path) -> None:
    """Write the pages and pictures as mkdocs is to read them."""
    known = places()
    for page in pages():
        file = source / page.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(staged(page, known), encoding="utf-8")
    for picture in pictures():
        shutil.copy(picture, source / known[str(picture)])


def configuration(source: Path, output: Path) -> dict[str, Any]:
    """Return the settings of mkdocs. Its file of settings stays empty, so that all of them stand here."""
    titles = {page.path: page.title for page in pages()}
    listed = {path for _, paths in sections() for path in paths}
    first = [path for path in ("index.md", "documents.md") if path not in listed]
    (source.parent / "mkdocs.yml").write_text("site_name: Strata\n")
    return {
        "config_file": str(source.parent / "mkdocs.yml"),
        "site_name": "Strata",
        "docs_dir": str(source),
        "site_dir": str(output.resolve()),
        "theme": _THEME,
        "strict": True,
        "use_directory_urls": False,
        "validation": _VALIDATION,
        "markdown_extensions": ["tables", "fenced_code", "footnotes"],
        "nav": [
            *({titles[path]: path} for path in first),
            *({title: [{titles[path]: path} for path in paths]} for title, paths in sections()),
        ],
    }


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    write_site(SITE)
    print(f"Wrote {SITE}/index.html", file=sys.stderr)
