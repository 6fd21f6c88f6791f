"""The target `python_installer` and its fields."""

from __future__ import annotations

from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    StringField,
    Target,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import ArtifactOutputPathField, LockfileField
from strata.locks.installers import TOOLS


class InstallerToolField(StringField):
    """The field `tool`."""

    alias = "tool"
    default = "pip"
    valid_choices = TOOLS
    help = "The program that installs dependencies into a venv. It is build-only: no image holds it."
    value: str


class InstallerVersionField(StringField):
    """The field `version`."""

    alias = "version"
    help = help_text(
        """
        The version of the tool, exactly. By default the one that the lock holds: that of `lockfile`, or of the lock
        that Strata brings for each tool. Another version is a matter of `version`, `lockfile` and
        `./pants generate-lockfiles`.
        """
    )


class InstallerLockfileField(LockfileField):
    """The field `lockfile`."""

    help = help_text(
        """
        A hashed requirements file beside the BUILD file, with the tool and all it needs. By default the lock that
        Strata brings for the tool.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class PythonInstallerTarget(Target):
    """The target `python_installer`."""

    alias = "python_installer"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        InstallerToolField,
        InstallerVersionField,
        InstallerLockfileField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        An installer of Python packages, pinned by hash with all it needs: an artifact of its own that never ships.

        Which tool, and which version of it, does not matter to the bytes of a venv.
        """
    )
