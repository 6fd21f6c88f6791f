"""This module writes for a terminal why a wheel is in an image."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Union

from strata.layouts.finding import printable
from strata.report.facts import ImageFacts, license_of, packages_of
from strata.report.json_form import SCHEMA, reason_json
from strata.report.markup import size
from strata.report.sections import why

Setting = Union[str, int, bool, "tuple[str, ...]"]


def wheels_text(image: ImageFacts, names: Iterable[str]) -> str:
    """Return why an image has the wheels of some projects, which it has: a heading, and lines below it, for each."""
    return "".join(_wheel(image, name) for name in names)


def image_text(image: ImageFacts, settings: Mapping[str, Setting]) -> str:
    """Return what an image is built with where its fields are not set, and the names of its wheels."""
    wheels = [f"{reason.project} {reason.version}" for reason in image.reasons.values()]
    lines = [f"{name}: {_shown(value)}" for name, value in settings.items()]
    return _block(image.title, [*lines, f"wheels: {', '.join(wheels) or 'none'}"])


def to_json(images: Iterable[ImageFacts], names: Collection[str]) -> str:
    """Return why images have the wheels of some projects, or of all where none is named, as JSON."""
    told = [
        {
            "image": image.name,
            "platform": image.view.platform,
            "wheels": [reason_json(image.reasons[name]) for name in names or image.reasons],
        }
        for image in images
    ]
    return json.dumps({"schema": SCHEMA, "images": told}, indent=2, ensure_ascii=False) + "\n"


def _wheel(image: ImageFacts, name: str) -> str:
    reason = image.reasons[name]
    component = next((each for each in image.contents.components if each.name == name and "pypi" in each.purl), None)
    terms = license_of(component) if component else ""
    heading = f"{image.title}: {name} {reason.version}{f' ({terms})' if terms else ''}"
    return _block(heading, [*why(reason), *_place(image, name)])


def _place(image: ImageFacts, name: str) -> Iterable[str]:
    for layer in image.view.layers:
        packages = packages_of(layer)
        if name in packages:
            others = len(packages) - 1
            beside = f" with {others} other {'wheel' if others == 1 else 'wheels'}" if others else ""
            yield f"in layer {layer.position} of {len(image.view.layers)}, {size(layer.size)}{beside}"


def _block(heading: str, lines: Iterable[str]) -> str:
    return "".join(f"{printable(each)}\n" for each in [heading, *(f"  {line}" for line in lines)])


def _shown(value: Setting) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
