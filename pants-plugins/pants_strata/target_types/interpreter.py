"""The target `python_interpreter` and its fields."""

from __future__ import annotations

from typing import Optional

from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    BoolField,
    StringField,
    Target,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import (
    ArtifactAddressField,
    ArtifactDependenciesField,
    ArtifactOutputPathField,
    LockfileField,
)
from pants_strata.target_types.debian_packages import DebianPackagesTarget, DebianReleaseField
from pants_strata.target_types.oci_base import OciBaseTarget
from strata.debian.releases import RELEASES


class BaseField(ArtifactAddressField):
    """The field `base`."""

    alias = "base"
    expected = (DebianPackagesTarget.alias, OciBaseTarget.alias)
    help = help_text(
        """
        The address of the `debian_packages` or `oci_base` target whose packages the layer of the interpreter leaves
        out, because an image has them from its base. By default `[strata].base`.
        """
    )


class InterpreterVersionField(StringField):
    """The field `version`. Any text is a value: a wrong one is an error of this target alone, when it is needed."""

    alias = "version"
    help = help_text(
        """
        The version of CPython, as 3.13, or as 3.13.5 where the lock must hold that very version. By default the one in
        the nearest `.python-version` file, beside the BUILD file or in a directory above it; where there is none, the
        version that the Debian release has: 3.9 in Debian 11, 3.11 in Debian 12, 3.13 in Debian 13.
        """
    )


class InterpreterReleaseField(DebianReleaseField):
    """The field `release`."""

    help = help_text(
        f"""
        The code name of the Debian release that CPython is of: {", ".join(map(str, RELEASES))}. By default
        `[strata-debian].release`. The `base` must be of the same release or of a newer one.
        """
    )


class InterpreterProviderField(StringField):
    """The field `provider`."""

    alias = "provider"
    debian = "debian"
    standalone = "standalone"
    default = debian
    valid_choices = (debian, standalone)
    help = help_text(
        """
        Who built CPython.

        `debian`: Debian's packages, with Debian's security updates, in the version that a release of Debian has.
        `standalone`: the builds of python-build-standalone, which uv and Pants install, too: each version from 3.9 on,
        with all libraries but the C library linked in. That one comes from the base.
        """
    )
    value: str


class StandaloneReleaseField(StringField):
    """The field `standalone_release`."""

    alias = "standalone_release"
    help = help_text(
        """
        Of `provider="standalone"`: the tag of the release of python-build-standalone that the lock is made from, as
        `"20260414"`. By default `[strata-standalone].release`.
        """
    )


class InterpreterLockfileField(LockfileField):
    """The field `lockfile`."""

    help = help_text(
        """
        The lock file of the interpreter's Debian packages, or of its standalone build, beside the BUILD file. By
        default the lock that Strata brings: of 3.9 for Debian 11, of 3.11 for Debian 12, of 3.13 for Debian 13, and of
        3.10 to 3.14 for `provider="standalone"`.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class EnsurepipField(StringField):
    """The field `ensurepip`."""

    alias = "ensurepip"
    keep = "keep"
    remove = "remove"
    default = keep
    valid_choices = (keep, remove)
    help = help_text(
        """
        Whether images have `ensurepip`, which installs pip into a venv when somebody asks for it.

        `keep`: `python -m ensurepip --default-pip` and `python -m venv` work in a container, from a wheel in the layer
        of the interpreter; it is the one installer that an image may hold without its lock asking for it. `remove`:
        neither the module nor the wheel is there, nor a record of their Debian packages, and `python -m ensurepip`
        fails with `No module named ensurepip`. The lock and the interpreter that builds stay the same.
        """
    )
    value: str


class InstallerHintField(BoolField):
    """The field `installer_hint`."""

    alias = "installer_hint"
    default = True
    help = help_text(
        """
        Whether there is a `pip` in `/usr/local/bin` that says that pip is not part of the image, how to get it for a
        debugging session and how to declare it as a dependency, and exits with 1.

        It is there by default: it can do nothing but print that text, costs less than 1 kB in a layer that images
        share, and answers the first question of whoever looks for pip in a container. The bin of the venv comes first
        on `PATH`, so an app with pip in its lock gets the real one.
        """
    )
    value: bool


class PythonInterpreterTarget(Target):
    """The target `python_interpreter`."""

    alias = "python_interpreter"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ArtifactDependenciesField,
        InterpreterVersionField,
        InterpreterProviderField,
        InterpreterReleaseField,
        StandaloneReleaseField,
        BaseField,
        EnsurepipField,
        InstallerHintField,
        InterpreterLockfileField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        CPython from Debian's packages, or a standalone build: the layer that images share, and the Python that makes
        every layer.

        It holds no installer but the wheel that `python -m ensurepip` installs from, and none at all with
        `ensurepip="remove"`.
        """
    )


class ImageInterpreterField(ArtifactAddressField):
    """The field `interpreter`."""

    alias = "interpreter"
    expected = (PythonInterpreterTarget.alias,)
    of_base = "base"
    help = help_text(
        """
        The address of the `python_interpreter` that the image runs on. By default that of its venv, then
        `[strata].interpreter`; where neither is set, the CPython that comes with Strata in the version of the nearest
        `.python-version`, or else the newest that the resolve's `interpreter_constraints` allow.

        `parametrize(py311="//:strata-interpreter-3.11", py313="//:strata-interpreter-3.13")` makes an image for each.

        `"base"` for the Python that the base has, an `oci_base`: the image then has no layer of an interpreter, and its
        venv runs on the base's CPython, which must have the feature version of the interpreter chosen by default.
        """
    )

    @property
    def named(self) -> Optional[str]:
        """Return the address of a `python_interpreter`; None where the base's Python is meant, or none is named."""
        return None if self.value == self.of_base else self.value
