"""The target `python_interpreter` and its fields."""

from __future__ import annotations

import re
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    BoolField,
    InvalidFieldException,
    StringField,
    Target,
)
from pants.util.strutil import help_text, softwrap

from pants_strata.target_types.common import (
    ArtifactAddressField,
    ArtifactDependenciesField,
    ArtifactOutputPathField,
    LockfileField,
)
from pants_strata.target_types.debian_packages import DebianPackagesTarget


class BaseField(ArtifactAddressField):
    """The field `base`."""

    alias = "base"
    expected = DebianPackagesTarget.alias
    help = help_text(
        """
        The address of the `debian_packages` target whose packages the layer of the interpreter leaves out, because an
        image has them from its base. By default `[strata].base`.
        """
    )


class InterpreterVersionField(StringField):
    """The field `version`."""

    alias = "version"
    default = "3.13"
    help = help_text(
        """
        The version of CPython, as major.minor. The Debian release in `[strata-debian].release` must have it: Debian 13
        has 3.13. The patch version is that of the lock.
        """
    )
    value: str

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address) or cls.default
        if not re.fullmatch(r"3\.\d+", value):
            raise InvalidFieldException(
                softwrap(
                    f"""
                    The `{cls.alias}` field in target {address} must be a CPython version as major.minor, but was
                    {value!r}. Write for instance `{cls.alias}="{cls.default}"`; the lock pins the patch version.
                    """
                )
            )
        return value


class InterpreterLockfileField(LockfileField):
    """The field `lockfile`."""

    help = help_text(
        """
        The lock file of the interpreter's Debian packages, beside the BUILD file. By default the lock of the default
        `version` that Strata brings.

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
        BaseField,
        EnsurepipField,
        InstallerHintField,
        InterpreterLockfileField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        CPython from Debian's packages: the layer that images share, and the Python that makes every layer.

        It holds no installer but the wheel that `python -m ensurepip` installs from, and none at all with
        `ensurepip="remove"`.
        """
    )
