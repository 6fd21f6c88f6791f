"""This module has findings: what is wrong with a layout."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Rule(Enum):
    """Who asks for it: OCI's image-spec, of everybody; Strata, of the images that it builds; or a second build."""

    OCI = "image-spec"
    STRATA = "reproducibility"
    REBUILD = "rebuild"


@dataclass(frozen=True)
class Finding:
    """`path` is relative to the layout; `problem` reads on from it: `index.json` `is missing`."""

    path: str
    problem: str
    rule: Rule = Rule.OCI

    def __str__(self) -> str:
        return f"{self.path} {self.problem} [{self.rule.value}]"


def printable(path: str) -> str:
    """Return the path on one line: names of files may hold line breaks, and bytes that are no text."""
    return "".join(each if each.isprintable() and each != "\\" else ascii(each)[1:-1] for each in path)
