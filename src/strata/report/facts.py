"""This module has what a report tells of images: values without any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Optional

from strata.attest.components import Component, Contents
from strata.audit.policy import Verdict
from strata.diff.compare import Comparison
from strata.diff.view import ImageView, LayerView
from strata.plan.policy import Notices
from strata.report.reasons import Reason

_MANY = 3
"""Packages of a layer that its title names; of more it has the number."""


@dataclass(frozen=True)
class ImageFacts:
    """One image, for one platform.

    :param name: the address of its target.
    :param view: its layers and its config.
    :param contents: its packages.
    :param reasons: project → why its wheel is there.
    :param verdict: which installers were found in it.
    :param comparison: with the reference; None where there is no reference.
    :param notices: what else to know of its dependencies.
    """

    name: str
    view: ImageView
    contents: Contents
    reasons: Mapping[str, Reason] = field(hash=False)
    verdict: Verdict
    comparison: Optional[Comparison] = None
    notices: Notices = field(default_factory=Notices)

    @property
    def title(self) -> str:
        """Return the name with the platform: no other image of a report has the same."""
        return f"{self.name} {self.view.platform}"

    @property
    def size(self) -> int:
        """Return the bytes of all layers, as a registry sends them."""
        return sum(layer.size for layer in self.view.layers)

    @property
    def sizes(self) -> dict[str, int]:
        """Return the size of each blob by its digest: a layer that an image has twice is sent once."""
        return {layer.digest: layer.size for layer in self.view.layers}


@dataclass(frozen=True)
class Report:
    """Images that are told of together.

    :param reference: what they are compared with, as the user named it; empty for nothing.
    :param held: the digests of all layers of the reference's images.
    """

    images: tuple[ImageFacts, ...]
    reference: str = ""
    held: frozenset[str] = frozenset()


def kind_of(layer: LayerView) -> str:
    """Return the kind of a layer; `other` where it does not say it."""
    return str(layer.contents["kind"]) if layer.contents else "other"


def packages_of(layer: LayerView) -> Mapping[str, str]:
    """Return the packages that a layer says it holds, and their versions."""
    packages: Mapping[str, str] = (layer.contents or {}).get("packages", {})
    return packages


def title_of(layer: LayerView) -> str:
    """Return what a layer holds in a few words: `numpy 2.1.0`, `9 wheels`, `app`."""
    kind, packages = kind_of(layer), packages_of(layer)
    if kind != "dependencies" or not packages:
        return kind
    if len(packages) < _MANY:
        return ", ".join(f"{name} {version}" for name, version in packages.items())
    return f"{len(packages)} wheels"


def license_of(component: Component) -> str:
    """Return the licence of a package, as it says it; empty where it says none."""
    return component.license_expression or ", ".join(component.license_names)


def licenses(images: Sequence[ImageFacts]) -> dict[str, list[str]]:
    """Return licence → the packages under it, in all images, sorted; an empty one comes last."""
    found: dict[str, set[str]] = {}
    for image in images:
        for component in image.contents.components:
            if component.purl:
                found.setdefault(license_of(component), set()).add(f"{component.name} {component.version}")
    return {each: sorted(found[each]) for each in sorted(found, key=lambda each: (not each, each.casefold()))}
