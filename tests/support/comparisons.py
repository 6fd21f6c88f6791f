"""Two layouts, and the table of what changed between them."""

from __future__ import annotations

from pathlib import Path

from strata.diff.compare import Comparison, compare, explained
from strata.diff.report import to_table
from strata.diff.tagged_layout import TaggedLayout
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from support.oci.images import AMD64, Build, write_layout

BASE = Build()


def comparisons(root: Path) -> list[Comparison]:
    """Of the layouts `old` and `new`."""
    before, after = TaggedLayout.open(str(root / "old")), TaggedLayout.open(str(root / "new"))
    return [explained(each, before.open_blob, after.open_blob) for each in compare("web", before.side(), after.side())]


def table(root: Path, build: Build) -> str:
    """Without the title, which has digests."""
    BASE.write(root / "old")
    build.write(root / "new")
    return to_table(comparisons(root)).partition("\n")[2]


def lines(*causes: str) -> str:
    return "".join(f"{cause}\n" for cause in causes)


def causes(root: Path) -> list[list[str]]:
    (comparison,) = comparisons(root)
    return [[cause.text for cause in row.causes] for row in comparison.layers]


def write(root: Path, *layers: Layer) -> None:
    write_layout(root, [Image.assemble(AMD64, layers, RuntimeConfig(), annotations={})])
