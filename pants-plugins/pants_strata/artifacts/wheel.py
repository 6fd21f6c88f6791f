"""This module is the wheel as a rule has it."""

from __future__ import annotations

from dataclasses import dataclass

from pants.engine.addresses import Address
from pants.engine.fs import Digest

from strata.protocol import build_wheel, fetch_wheel, normal_wheel
from strata.protocol.wheel import UNKNOWN_LICENSE, Bundled, License


@dataclass(frozen=True)
class LockedWheel:
    """A wheel of the lock, or of a distribution, fetched or built: `digest` holds its `file`, of `size` bytes.

    `file_count` is the number of files in its archive, `requires` are the values of Requires-Dist in its metadata,
    `import_names` what an import has to name to find something in it. Where a source distribution was fetched and not
    built yet, the file is that; a wheel that was built of it has it as `built_from`. `license` and `bundled`, the
    components in it, are what the wheel says of itself.
    """

    name: str
    version: str
    file: str
    size: int
    requires: tuple[str, ...]
    import_names: tuple[str, ...]
    digest: Digest
    built_from: LockedWheel | None = None
    license: License = UNKNOWN_LICENSE
    bundled: tuple[Bundled, ...] = ()
    file_count: int = 0

    @classmethod
    def of(
        cls,
        release: tuple[str, str],
        file: str,
        digest: Digest,
        told: fetch_wheel.Result | build_wheel.Result | normal_wheel.Result,
        built_from: LockedWheel | None = None,
    ) -> LockedWheel:
        """Return the wheel of a release, by its name and version, as the step told of it that wrote the file."""
        return cls(
            *(*release, file, told.size, told.requires, told.import_names, digest, built_from),
            *(told.license, told.bundled, told.file_count),
        )

    @property
    def is_sdist(self) -> bool:
        """Return whether the file is a source distribution."""
        return not self.file.endswith(".whl")


@dataclass(frozen=True)
class BuiltDistribution:
    """The wheel of a `python_distribution`; `files` are the paths that it installs, relative to site-packages."""

    address: Address
    wheel: LockedWheel
    files: tuple[str, ...]
