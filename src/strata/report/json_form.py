"""This module writes a report as JSON. docs/report.md describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from strata.attest.components import Component
from strata.diff.compare import Comparison
from strata.report.facts import ImageFacts, Report, kind_of, license_of, licenses, packages_of
from strata.report.reasons import Reason
from strata.report.sharing import owners, pull, shared_by

SCHEMA = 1
"""The version of the JSON. Names may be added to it; it rises when one goes or means something else."""


def to_json(report: Report) -> str:
    """Return the report as JSON."""
    have = owners(report.images)
    document = {
        "schema": SCHEMA,
        "reference": report.reference or None,
        "images": [_image(image, report, have) for image in report.images],
        "licenses": licenses(report.images),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def reason_json(reason: Reason) -> dict[str, Any]:
    """Return the reason of a wheel as JSON values."""
    return {
        "name": reason.project,
        "version": reason.version,
        "askedBy": list(reason.code),
        "requiredBy": [{"project": each.project, "requirement": each.requirement} for each in reason.demands],
        "path": list(reason.path),
    }


def _image(image: ImageFacts, report: Report, have: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    cost = pull(image, report)
    return {
        "image": image.name,
        "platform": image.view.platform,
        "digest": image.view.digest,
        "size": image.size,
        "pull": {"first": cost.first, "update": cost.update, "besideReference": cost.beside},
        "layers": _layers(image, have),
        "wheels": [reason_json(reason) for reason in image.reasons.values()],
        "packages": [_package(each) for each in image.contents.components],
        "shares": [
            {"with": each.image, "layers": each.layers, "size": each.size} for each in shared_by(image, report.images)
        ],
        "installers": {"summary": image.verdict.summary(), "found": [each.to_json() for each in image.verdict.found]},
        "startCode": [{"path": path, "project": project} for path, project in image.notices.starts],
        "alikePaths": [{"paths": list(paths), "projects": list(names)} for paths, names in image.notices.alike],
    }


def _layers(image: ImageFacts, have: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    changes = _changes(image.comparison)
    return [
        {
            "position": layer.position,
            "kind": kind_of(layer),
            "digest": layer.digest,
            "size": layer.size,
            "packages": dict(packages_of(layer)),
            "alsoIn": [title for title in have[layer.digest] if title != image.title],
            "change": changes.get(layer.position),
        }
        for layer in image.view.layers
    ]


def _changes(comparison: Optional[Comparison]) -> dict[int, dict[str, Any]]:
    return {
        row.after.position: {"kind": row.change.value, "causes": [cause.to_json() for cause in row.causes]}
        for row in (comparison.layers if comparison else ())
        if row.after
    }


def _package(component: Component) -> dict[str, Any]:
    return {
        "name": component.name,
        "version": component.version,
        "purl": component.purl or None,
        "license": license_of(component) or None,
        "layer": component.layer or None,
    }
