"""This module writes the page of a report: one HTML file that loads nothing and runs no script."""

from __future__ import annotations

from strata.report.facts import Report, licenses
from strata.report.markup import Markup, anchor, element, size, table, text
from strata.report.sections import image_section, kind_class, license_table
from strata.report.sharing import pull
from strata.report.style import KINDS, STYLE

# Should text of a package ever become markup, the browser still loads and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_HEAD = (
    '<meta charset="utf-8">\n'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>Images</title>\n"
    f"<style>{STYLE}</style>\n"
)


def to_html(report: Report) -> str:
    """Return the page."""
    parts = [
        element("h1", text("Images")),
        _overview(report),
        element("ul", *(_key(kind) for kind in KINDS), class_="key"),
        *(image_section(image, report) for image in report.images),
        element("h2", text("Licences"), id="licences"),
        license_table(licenses(report.images)),
    ]
    body = element("main", *(Markup(f"\n{part}") for part in parts))
    return f'<!doctype html>\n<html lang="en">\n<head>\n{_HEAD}</head>\n<body>\n{body}\n</body>\n</html>\n'


def _overview(report: Report) -> Markup:
    heads = ["Image", "Platform", "Layers", "Size", "Update", "Installers"]
    rows = []
    for image in report.images:
        update = pull(image, report).update
        rows.append(
            [
                element("a", text(image.name), href=f"#{anchor(image.title)}"),
                text(image.view.platform),
                text(str(len(image.view.layers))),
                text(size(image.size)),
                text("" if update is None else size(update)),
                text(image.verdict.summary()),
            ]
        )
    stored = {digest: count for image in report.images for digest, count in image.sizes.items()}
    total = sum(image.size for image in report.images)
    told = f"{len(rows)} images, {size(total)} as each is pulled alone, {size(sum(stored.values()))} stored once."
    if report.reference:
        told += f" Compared with {report.reference}: an update is what a machine with the former image gets."
    return Markup(element("p", text(told)) + table(heads, rows, numbers=[2, 3, 4]))


def _key(kind: str) -> Markup:
    return element("li", element("span", class_=kind_class(kind)), text(kind))
