"""This module writes what `package` prints of a layout: its digest, the size of each kind of layer, what was made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Optional

from pants.core.goals.package import BuiltPackageArtifact
from pants.engine.internals.session import RunId
from pants.engine.process import ProcessResultMetadata

from pants_strata.artifacts.image import BuiltImage
from strata.oci.layer import Layer
from strata.oci.platform import Platform


@dataclass(frozen=True)
class Part:
    """What a layout has for one platform.

    :param digest: of the image, or of what else people call this by.
    :param notes: lines for people, below those of the layers.
    """

    platform: Optional[Platform]
    layers: Sequence[Layer]
    digest: str
    notes: Sequence[str] = ()

    def lines(self) -> Iterable[str]:
        """Yield the lines that `package` prints: the digest, and the size of each kind of layer."""
        yield f"  {self.platform} {self.digest}"
        for kind in dict.fromkeys(layer.contents["kind"] for layer in self.layers):
            sizes = [layer.descriptor.size for layer in self.layers if layer.contents["kind"] == kind]
            count = f" in {len(sizes)} layers" if len(sizes) > 1 else ""
            yield f"  {kind}: {_megabytes(sum(sizes))}{count}"
        yield from self.notes


def told(path: str, root: str, parts: Sequence[Part]) -> BuiltPackageArtifact:
    """Return a layout with what `package` prints of it; `root` is the digest of its image for all platforms."""
    lines = [line for part in parts for line in part.lines()]
    if len(parts) > 1:
        lines.insert(0, f"  {len(parts)} platforms {root}")
    return BuiltPackageArtifact(path, extra_log_lines=tuple(lines))


def made(built: BuiltImage, run: RunId) -> str:
    """Return the line that says which layers this run of Pants wrote, and which were there."""
    sizes = [layer.descriptor.size for layer in built.image.layers]
    sources = [origin and origin.source(run) for origin in built.origins]
    made = [size for size, source in zip(sizes, sources) if source is ProcessResultMetadata.Source.RAN]
    remote = sources.count(ProcessResultMetadata.Source.HIT_REMOTELY)
    there = f"cached: {_counted(len(sizes) - len(made), sum(sizes) - sum(made))}"
    return f"  made: {_counted(len(made), sum(made))}; {there}{f', {remote} of them remotely' if remote else ''}"


def _counted(layers: int, size: int) -> str:
    return f"{layers} layer{'' if layers == 1 else 's'}, {_megabytes(size)}" if layers else "no layer"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
