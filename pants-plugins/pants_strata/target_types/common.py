"""What the fields of several targets share: lock files, addresses of artifacts, where `package` writes."""

from __future__ import annotations

from typing import ClassVar

from pants.core.goals.package import OutputPathField
from pants.engine.target import (
    AsyncFieldMixin,
    Dependencies,
    OptionalSingleSourceField,
    StringField,
)
from pants.util.strutil import help_text


class LockfileField(OptionalSingleSourceField):
    """A lock file beside the BUILD file. It may not exist yet: a missing lock has an error of its own."""

    alias = "lockfile"

    @property
    def path(self) -> str:
        """Return the path from the build root; empty where the field is not set, for the lock that Strata brings."""
        if self.value is None:
            return ""
        return f"{self.address.spec_path}/{self.value}".lstrip("/")


class ArtifactAddressField(StringField, AsyncFieldMixin):
    """The address of one other target; `expected` names the target types that it may have."""

    expected: ClassVar[tuple[str, ...]]


class ArtifactOutputPathField(OutputPathField):
    """The field `output_path` of a target that `package` writes as a directory."""

    help = help_text(
        """
        Where the OCI image layout directory is written, below `dist/`.

        By default the path of the BUILD file with dots for slashes, then the name of the target: `src/web:image` is
        written to `dist/src.web/image`.
        """
    )


class ArtifactDependenciesField(Dependencies):
    """The field `dependencies` of an artifact target."""

    help = "The artifact targets that the other fields name are inferred; there is seldom anything to add."
