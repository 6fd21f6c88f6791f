"""This module writes what the page tells of one image: its map, layers, wheels, packages, neighbours and audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Optional

from strata.diff.compare import Row
from strata.diff.view import LayerView
from strata.report.facts import ImageFacts, Report, kind_of, license_of, packages_of, title_of
from strata.report.markup import Markup, anchor, details, element, lines, size, table, text
from strata.report.reasons import Reason
from strata.report.sharing import owners, pull, shared_by
from strata.report.style import KINDS
from strata.report.treemap import treemap

_WIDE, _HIGH = 160.0, 90.0
_LABELLED = 7.0
"""The smallest side of a labelled rectangle in hundredths of the map's. Each has a title in any case."""


def image_section(image: ImageFacts, report: Report) -> Markup:
    """Return all that the page tells of an image."""
    parts = [
        element("h2", text(image.name), Markup(" "), element("small", text(image.view.platform), class_="soft")),
        element("p", element("code", text(image.view.digest))),
        _starts(image),
        element("h3", text("Layers by size")),
        _map(image),
        _layers(image, report),
        _wheels(image),
        _packages(image),
        _neighbours(image, report),
        _audit(image),
        _notices(image),
    ]
    return element("section", *parts, id=anchor(image.title))


def kind_class(kind: str) -> str:
    """Return the class of a kind of layer, which has a colour."""
    return kind if kind in KINDS else "other"


def _starts(image: ImageFacts) -> Markup:
    config = image.view.config.get("config", {})
    command = " ".join([*config.get("Entrypoint", []), *config.get("Cmd", [])])
    rows = [("runs", command), ("as user", str(config.get("User", ""))), ("in", str(config.get("WorkingDir", "")))]
    shown = [f"{name} {value}" for name, value in rows if value]
    return element("p", lines(shown), class_="soft") if shown else Markup("")


def _layer_anchor(image: ImageFacts, layer: LayerView) -> str:
    return anchor(image.title, "layer", str(layer.position))


def _map(image: ImageFacts) -> Markup:
    layers = [layer for layer in image.view.layers if layer.size > 0]
    places = treemap([layer.size for layer in layers], _WIDE, _HIGH) if layers else []
    cells = []
    for layer, place in zip(layers, places):
        width, height = 100 * place.width / _WIDE, 100 * place.height / _HIGH
        title = f"{title_of(layer)}, {size(layer.size)}"
        labelled = min(width, height) >= _LABELLED
        label = [text(title_of(layer)), Markup("<br>"), text(size(layer.size))] if labelled else []
        cells.append(
            element(
                "a",
                *label,
                class_=f"cell {'' if labelled else 'plain '}{kind_class(kind_of(layer))}",
                href=f"#{_layer_anchor(image, layer)}",
                title=title,
                aria_label=title,
                style=f"left:{100 * place.left / _WIDE:.3f}%;top:{100 * place.top / _HIGH:.3f}%;"
                f"width:{width:.3f}%;height:{height:.3f}%",
            )
        )
    return element("div", *cells, class_="map")


def _layers(image: ImageFacts, report: Report) -> Markup:
    have = owners(report.images)
    rows_of = {row.after.position: row for row in image.comparison.layers if row.after} if image.comparison else {}
    heads = ["Layer", "Holds", "Size", "Also in", *(["Since the reference"] if image.comparison else [])]
    rows = []
    for layer in image.view.layers:
        others = [title for title in have[layer.digest] if title != image.title]
        change = [_change(rows_of.get(layer.position))] if image.comparison else []
        rows.append(
            [
                element("span", text(str(layer.position)), id=_layer_anchor(image, layer)),
                _holds(layer),
                text(size(layer.size)),
                text(f"{len(others)} images" if len(others) > 1 else "".join(others)),
                *change,
            ]
        )
    return details(f"All {len(rows)} layers, the lowest first", table(heads, rows, numbers=[2]))


def _holds(layer: LayerView) -> Markup:
    packages = packages_of(layer)
    title = text(title_of(layer))
    if kind_of(layer) != "dependencies" or len(packages) < 2:
        return title
    names = ", ".join(f"{name} {version}" for name, version in packages.items())
    return Markup(f"{title}<br>{element('span', text(names), class_='soft')}")


def _change(row: Optional[Row]) -> Markup:
    return lines([row.change.value, *(cause.text for cause in row.causes)]) if row else text("")


def _wheels(image: ImageFacts) -> Markup:
    components = {each.name: each for each in image.contents.components if each.purl.startswith("pkg:pypi/")}
    rows = [
        [
            text(f"{name} {reason.version}"),
            text(license_of(components[name]) if name in components else ""),
            lines(why(reason)),
        ]
        for name, reason in image.reasons.items()
    ]
    if not rows:
        return element("p", text("No wheels."))
    return Markup(element("h3", text("Wheels, and why each is there")) + table(["Wheel", "Licence", "Why"], rows))


def why(reason: Reason) -> list[str]:
    """Return the reason of a wheel, a line each: who asks for it directly, then the way to it, then other wheels."""
    found = list(reason.code)
    if len(reason.path) > 1:
        found.append(" → ".join(reason.path))
    near = reason.path[-2] if len(reason.path) > 1 else ""
    found += [
        f"{demand.project} requires {demand.requirement}"
        for demand in reason.demands
        if demand.project != near or demand.requirement != reason.project
    ]
    return found or ["nothing that is known asks for it"]


def _packages(image: ImageFacts) -> Markup:
    rows = [
        [text(f"{each.name} {each.version}"), text(license_of(each)), element("code", text(each.purl))]
        for each in image.contents.components
        if each.purl and not each.purl.startswith("pkg:pypi/")
    ]
    return (
        details(f"{len(rows)} other packages", table(["Package", "Licence", "Package URL"], rows))
        if rows
        else Markup("")
    )


def _neighbours(image: ImageFacts, report: Report) -> Markup:
    cost = pull(image, report)
    told = [f"A first pull sends {size(cost.first)}."]
    if cost.update is not None:
        told.append(f"A machine that has this image of {report.reference} gets {size(cost.update)}.")
    elif report.reference:
        told.append(f"{report.reference} has no such image.")
    if cost.beside is not None:
        told.append(f"One that has all images of this report as {report.reference} has them gets {size(cost.beside)}.")
    parts = [element("h3", text("What a pull costs, and who shares what")), element("p", lines(told))]
    shared = shared_by(image, report.images)
    if shared:
        rows = [
            [
                element("a", text(each.image), href=f"#{anchor(each.image)}"),
                text(str(each.layers)),
                text(size(each.size)),
                text(f"{100 * each.size / image.size:.0f} %"),
            ]
            for each in shared
        ]
        parts.append(table(["Shares with", "Layers", "Size", "Of this image"], rows, numbers=[1, 2, 3]))
    elif len(report.images) > 1:
        parts.append(element("p", text("It shares no layer with another image of this report.")))
    return Markup("".join(parts))


def _audit(image: ImageFacts) -> Markup:
    parts = [element("h3", text("Installers"))]
    parts.append(element("p", text(f"Looked for in all layers; found: {image.verdict.summary()}.")))
    found = _found(image)
    if found:
        parts.append(details(f"{len(found)} pieces of evidence", table(["Layer", "Evidence", "Requested by"], found)))
    return Markup("".join(parts))


def _notices(image: ImageFacts) -> Markup:
    told = [element("li", text(line)) for line in image.notices.lines()]
    if not told:
        return Markup("")
    return Markup("".join([element("h3", text("Worth knowing of its dependencies")), element("ul", *told)]))


def _found(image: ImageFacts) -> Sequence[Sequence[Markup]]:
    return [[text(each.layer), text(str(each.evidence)), text(each.request)] for each in image.verdict.found]


def license_table(found: Mapping[str, Iterable[str]]) -> Markup:
    """Return the licences of all packages."""
    rows = [[text(name or "not told by the package"), text(", ".join(packages))] for name, packages in found.items()]
    return table(["Licence", "Packages"], rows)
