"""The target `python_venv` and its fields."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Optional, Union

from pants.engine.addresses import Address
from pants.engine.fs import GlobMatchErrorBehavior
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    IntField,
    InvalidFieldException,
    MultipleSourcesField,
    StringField,
    StringSequenceField,
    Target,
    ValidNumbers,
)
from pants.util.strutil import help_text

from pants_strata.target_types.common import (
    ArtifactAddressField,
    ArtifactDependenciesField,
    ArtifactOutputPathField,
    LockfileField,
)
from pants_strata.target_types.installer import PythonInstallerTarget
from pants_strata.target_types.interpreter import PythonInterpreterTarget
from strata.locks.formats import PYPROJECT
from strata.locks.reader import pyproject_path


class InterpreterField(ArtifactAddressField):
    """The field `interpreter`."""

    alias = "interpreter"
    expected = (PythonInterpreterTarget.alias,)
    help = help_text(
        """
        The address of the `python_interpreter` that the venv is for. By default the one of the image that has the venv:
        see that field of `python_image`.
        """
    )


class InstallerField(ArtifactAddressField):
    """The field `installer`."""

    alias = "installer"
    expected = (PythonInstallerTarget.alias,)
    help = "The address of the `python_installer` that fills the venv. By default `[strata].installer`."


class VenvLockfileField(MultipleSourcesField):
    """The field `lockfile`."""

    alias = "lockfile"
    default = ("requirements.lock", "requirements.txt", "poetry.lock", "uv.lock", "pylock.toml", PYPROJECT)
    # A missing lock has an error of its own.
    default_glob_match_error_behavior = GlobMatchErrorBehavior.ignore
    help = help_text(
        """
        The lock of the dependencies, beside the BUILD file: hashed requirements, where every requirement is pinned with
        `==` and has a `--hash=sha256:…` (`uv pip compile --generate-hashes` and `pip-compile --generate-hashes` write
        such files); a `pylock.toml` (PEP 751); a lock of Pex; a `poetry.lock`; or a `uv.lock`. The latter two belong to
        the `pyproject.toml` beside them and are refused where they do not match it.

        A name, or a list with the lock and its `pyproject.toml`. By default the lock that is there; two are refused.
        """
    )
    value: tuple[str, ...]

    @classmethod
    def compute_value(cls, raw_value: Union[str, Iterable[str], None], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        names = (raw_value,) if isinstance(raw_value, str) else raw_value
        value: tuple[str, ...] | None = super().compute_value(names, address)
        for name in value or ():
            if "*" in name or name.startswith("!"):
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has the pattern {name!r}. Name the lock file itself, "
                    'for instance "requirements.lock".'
                )
        return value

    @property
    def paths(self) -> tuple[str, ...]:
        """Relative to the build root; a pyproject.toml beside a lock belongs to it."""
        return tuple(dict.fromkeys([*self._named, *(pyproject_path(path) for path in self._named)]))

    def missing(self, existing: Container[str]) -> list[str]:
        """Return the files that are named and do not exist. Of the default names one is enough."""
        absent = [path for path in self._named if path not in existing]
        locks = [path for path in absent if not path.endswith(PYPROJECT)]
        if self.value == self.default:
            return locks if len(locks) == len(self.default) - 1 else []
        return absent

    @property
    def _named(self) -> list[str]:
        return [f"{self.address.spec_path}/{name}".lstrip("/") for name in self.value]


class VenvResolveField(StringField):
    """The resolve whose lock a venv has."""

    alias = "resolve"
    help = help_text(
        """
        The name of the resolve, of `[python].resolves`, whose lock the venv has, instead of a `lockfile`. Its lock may
        be of any kind that `lockfile` may name.

        An image that names no venv has one of the resolve of its sources, without any target.
        """
    )


class VenvGroupsField(StringSequenceField):
    """The field `groups`."""

    alias = "groups"
    help = help_text(
        """
        Dependency groups to install beside the main dependencies, from a `poetry.lock`, a `uv.lock` or a
        `pylock.toml`. By default none: development groups are not for images.
        """
    )


class VenvExtrasField(StringSequenceField):
    """The field `extras`."""

    alias = "extras"
    help = "Extras of the project to install, from a `poetry.lock`, a `uv.lock` or a `pylock.toml`."


class VenvAllowSdistsField(StringSequenceField):
    """The field `allow_sdists`."""

    alias = "allow_sdists"
    help = help_text(
        """
        The projects of which a wheel is built from the locked source distribution where no wheel fits. By default none:
        what has no wheel is an error that lists it.

        A build runs in a process of its own, on the interpreter, without a compiler and without a network, with what
        `build_lockfile` pins and nothing else. (Where the kernel refuses a network of its own, it has proxies that lead
        nowhere.) The front end is the installer: pip, uv, or for Poetry `build`, which it brings along. The wheel is
        normalised, and cached like a fetched one; it is built twice, and a warning names what differs.
        """
    )


class VenvBuildLockfileField(LockfileField):
    """The field `build_lockfile`."""

    alias = "build_lockfile"
    help = help_text(
        """
        What the builds of `allow_sdists` need, as hashed requirements in a file beside the BUILD file: setuptools or
        whichever build backends the projects name in `[build-system].requires`, and all that these need.

        Written for instance by `uv pip compile --generate-hashes -o build.lock build.in`.
        """
    )


class VenvLayerBudgetField(IntField):
    """The field `layer_budget`."""

    alias = "layer_budget"
    valid_numbers = ValidNumbers.positive_only
    help = help_text(
        """
        The most layers that the dependencies in an image may have; by default `[strata].layer_budget`. Where an image
        needs more large wheels than that, the smallest of them share layers.
        """
    )


class VenvLayerThresholdField(IntField):
    """The field `layer_threshold`."""

    alias = "layer_threshold"
    valid_numbers = ValidNumbers.positive_and_zero
    help = help_text(
        """
        The size of a wheel, in bytes, from which it has a layer of its own, which all images with that wheel share; by
        default `[strata].layer_threshold`. Smaller ones share a few layers, by a rule that looks at their names.
        """
    )


class PythonVenvTarget(Target):
    """The target `python_venv`."""

    alias = "python_venv"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ArtifactDependenciesField,
        InterpreterField,
        InstallerField,
        VenvLockfileField,
        VenvResolveField,
        VenvGroupsField,
        VenvExtrasField,
        VenvAllowSdistsField,
        VenvBuildLockfileField,
        VenvLayerBudgetField,
        VenvLayerThresholdField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        The dependencies of apps as a PEP 405 venv at `/opt/venv`, filled by a real installer from locked wheels.

        The installer is not in it, unless the lock asks for it as a dependency of the app.
        """
    )
