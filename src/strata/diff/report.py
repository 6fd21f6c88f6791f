"""This module writes comparisons for people and for programs. docs/image-diff.md describes both forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Optional

from strata.diff.compare import Change, Comparison, Row
from strata.diff.view import ImageView, LayerView
from strata.layouts.finding import printable

SCHEMA = 1
"""The version of the JSON. Names may be added to it; it rises when one goes or means something else."""

# Rows with more causes end with a count: the JSON has them all.
_SHOWN = 12
_QUIET = (Change.SAME, Change.REBUILT)


def to_json(comparisons: Sequence[Comparison], *, only_changed: bool = False) -> str:
    """Return comparisons as JSON."""
    images = [
        {
            "image": each.name,
            "platform": each.platform,
            "changed": each.changed,
            "reference": each.before and each.before.digest,
            "digest": each.after and each.after.digest,
            "rebuildsKnown": each.rebuilds_known,
            "layers": [_row_json(row) for row in each.layers if not (only_changed and row.change in _QUIET)],
            "settings": [cause.to_json() for cause in each.settings],
        }
        for each in comparisons
        if each.changed or not only_changed
    ]
    document = {"schema": SCHEMA, "changed": any(each.changed for each in comparisons), "images": images}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def to_table(comparisons: Sequence[Comparison], *, only_changed: bool = False) -> str:
    """Return comparisons as tables, one for each image."""
    shown = [each for each in comparisons if each.changed or not only_changed]
    if not shown:
        return "No image changed.\n"
    return "\n".join(_image_table(each, only_changed) for each in shown)


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "kind": row.layer.contents["kind"] if row.layer.contents else None,
        "change": row.change.value,
        "reference": _layer_json(row.before),
        "layer": _layer_json(row.after),
        "causes": [cause.to_json() for cause in row.causes],
    }


def _layer_json(layer: Optional[LayerView]) -> Optional[dict[str, Any]]:
    return {"position": layer.position, "digest": layer.digest, "size": layer.size} if layer else None


def _image_table(comparison: Comparison, only_changed: bool) -> str:
    rows = [("LAYER", "CHANGE", "SIZE", "CAUSE")]
    for row in comparison.layers:
        if not (only_changed and row.change in _QUIET):
            rows += _lines(row.layer.name, row.change.value, _size(row), list(_texts(row)))
    if comparison.settings:
        rows += _lines("settings", "changed", "", [cause.text for cause in comparison.settings])
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{layer:<{widths[0]}}  {change:<{widths[1]}}  {size:>{widths[2]}}  {printable(cause)}".rstrip()
        for layer, change, size, cause in rows
    ]
    if not comparison.rebuilds_known and comparison.before and comparison.after:
        lines.append("No build inputs on one of the sides: a layer that is the same may have been rebuilt.")
    return "\n".join([_title(comparison), *lines]) + "\n"


def _title(comparison: Comparison) -> str:
    name = " ".join(part for part in (comparison.name, comparison.platform) if part)
    if not comparison.changed:
        return f"{name}: the same, {_digest(comparison.after)}"
    return f"{name}: {_digest(comparison.before)} → {_digest(comparison.after)}"


def _digest(image: Optional[ImageView]) -> str:
    return image.digest[:19] if image else "no image"


def _size(row: Row) -> str:
    """Return the size of the layer now, and by how much it grew."""
    size = f"{row.layer.size:,}"
    if row.before and row.after and row.before.size != row.after.size:
        return f"{size} ({row.after.size - row.before.size:+,})"
    return size


def _texts(row: Row) -> Iterator[str]:
    texts = [cause.text for cause in row.causes]
    if row.change is Change.REBUILT:
        yield f"rebuilt to the same bytes: {', '.join(texts)}"
        return
    if row.layer.contents is None and row.layer.created_by:
        yield row.layer.created_by
    yield from texts[:_SHOWN]
    if len(texts) > _SHOWN:
        yield f"and {len(texts) - _SHOWN} more"


def _lines(layer: str, change: str, size: str, causes: list[str]) -> list[tuple[str, str, str, str]]:
    first, *others = causes or [""]
    return [(layer, change, size, first), *(("", "", "", cause) for cause in others)]
