"""This module has the platform of an image: operating system and CPU architecture, spelled as OCI spells them.

https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions
"""

from __future__ import annotations

from dataclasses import dataclass

# What an index and a config name beside the architecture, where runtimes expect it: all 64-bit processors of Arm's run
# what is built for version 8. https://github.com/containerd/platforms gives it to an arm64 without a variant.
_VARIANTS = {"arm64": "v8"}


@dataclass(frozen=True)
class Platform:
    """`os` and `architecture` hold the values of Go's GOOS and GOARCH, e.g. linux and amd64."""

    os: str
    architecture: str

    @classmethod
    def parse(cls, text: str) -> Platform:
        """Read `linux/amd64`. Raises ValueError where the text has another form."""
        os, slash, architecture = text.partition("/")
        if not (os and slash and architecture) or "/" in architecture:
            raise ValueError(f"{text!r} is not of the form os/architecture, e.g. linux/amd64")
        return cls(os, architecture)

    def __str__(self) -> str:
        return f"{self.os}/{self.architecture}"

    def to_json(self) -> dict[str, str]:
        """Return the platform as documents hold it, with the variant of the architecture where that has one."""
        variant = _VARIANTS.get(self.architecture)
        return {"os": self.os, "architecture": self.architecture, **({"variant": variant} if variant else {})}
