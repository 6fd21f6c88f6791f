"""This module has the components of an image, of which bills of materials are written: one form for all of them.

strata.attest.cyclonedx and strata.attest.spdx write the documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["application", "container", "library"]


@dataclass(frozen=True)
class Component:
    """A package in an image, or a part of one.

    :param purl: a package URL; empty where nothing of that kind names it, as for the app's own code.
    :param layer: the digest of the layer that it is in; empty where that is not known.
    :param sha256: of the files that were fetched for it, by their names, in hexadecimal digits.
    :param license_expression: an SPDX expression; empty where none is known.
    :param license_names: what is known instead, in the package's own words.
    :param parts: what the package declares to have in it.
    :param requires: the components that it needs, by their `ref`.
    :param note: what this document does not say of it; empty where there is nothing to say.
    """

    kind: Kind
    name: str
    version: str
    purl: str = ""
    layer: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict, hash=False)
    license_expression: str = ""
    license_names: tuple[str, ...] = ()
    parts: tuple[Component, ...] = ()
    requires: tuple[str, ...] = ()
    note: str = ""

    @property
    def ref(self) -> str:
        """Return the name by which the document's other parts mean this component, and no other one in the image."""
        name = self.purl or f"{self.name}@{self.version}"
        return f"{name}#{self.layer.partition(':')[2][:12]}" if self.layer else name


@dataclass(frozen=True)
class Contents:
    """What is in the image for one platform.

    :param name: the address of the image's target.
    :param digest: of its manifest, `sha256:HEX`.
    :param platform: `linux/amd64`.
    :param components: each once, sorted by their `ref`.
    """

    name: str
    digest: str
    platform: str
    components: tuple[Component, ...]

    @classmethod
    def of(cls, name: str, digest: str, platform: str, components: Sequence[Component]) -> Contents:
        """Return the contents of an image. What components require is left out where it is not in the image."""
        by_ref = {each.ref: each for each in components}
        known = [
            replace(each, requires=tuple(sorted(ref for ref in each.requires if ref in by_ref)))
            for each in by_ref.values()
        ]
        return cls(name, digest, platform, tuple(sorted(known, key=lambda each: each.ref)))
