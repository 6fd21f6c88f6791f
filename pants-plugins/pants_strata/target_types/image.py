"""The target `python_image` and its fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    BoolField,
    Dependencies,
    DictStringToStringField,
    InvalidFieldException,
    StringField,
    StringSequenceField,
    Target,
    TriBoolField,
)
from pants.util.strutil import help_text, softwrap

from pants_strata.target_types.common import ArtifactAddressField, ArtifactOutputPathField
from pants_strata.target_types.debian_packages import DebianPackagesTarget
from pants_strata.target_types.health import HealthcheckField, HealthcheckOptionsField
from pants_strata.target_types.image_files import ExtraFilesField
from pants_strata.target_types.interpreter import ImageInterpreterField
from pants_strata.target_types.oci_base import OciBaseTarget
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.target_types.publishing import (
    ArchiveField,
    ImageTagsField,
    RegistriesField,
    RepositoryField,
    SkipPushField,
)
from pants_strata.target_types.venv import PythonVenvTarget
from strata.lint.problem import CHECKS
from strata.protocol.layer import Compression


class ImageDependenciesField(Dependencies):
    """The field `dependencies`."""

    help = help_text(
        """
        Targets whose sources and resources go into the image with all that they depend on.

        The module of `entry_point` and the artifact targets are inferred; add what no import names, such as resources.
        """
    )


class EntryPointField(StringField, AsyncFieldMixin):
    """The field `entry_point`."""

    alias = "entry_point"
    help = help_text(
        """
        What the image runs: a file beside the BUILD file (`"main.py"`), a module (`"web.main"`, run as `python -m`
        does), or a function in one (`"web.main:run"`, `"main.py:run"`). Its owner and all it imports go into the image.
        """
    )


class ScriptField(StringField):
    """The field `script`."""

    alias = "script"
    help = help_text(
        """
        What the image runs: a console script of a dependency, for instance `"uvicorn"`. Give the app's own modules in
        `args` and `dependencies`. Exactly one of `entry_point` and `script` is set.
        """
    )


class VenvField(ArtifactAddressField):
    """The field `venv`."""

    alias = "venv"
    expected = (PythonVenvTarget.alias,)
    help = help_text(
        """
        The address of the `python_venv` with the app's dependencies. By default `[strata].venv`, and without that the
        wheels of the resolve of the app's sources.
        """
    )


class ImageResolveField(StringField):
    """The resolve of the code, and of the wheels where no venv is named."""

    alias = "resolve"
    help = help_text(
        """
        The name of the resolve, of `[python].resolves`, from whose lock the wheels are taken where no `venv` is named.
        By default the resolve of the entry point's sources, or `[python].default_resolve` for a `script`. Where sources
        are parametrized over resolves, it says for which one the image is; `resolve=parametrize("a", "b")` makes an
        image for each.
        """
    )


class WholeLockField(BoolField):
    """The field `whole_lock`."""

    alias = "whole_lock"
    default = False
    value: bool
    help = help_text(
        """
        Whether the image holds all of the venv's lock. By default it holds what its code needs: the
        `python_requirement` targets among its dependencies, which Pants infers from imports, and what these require.
        Add to `dependencies` what no import names, such as a plugin or a database driver. A repository without any
        `python_requirement` gets all of the lock.
        """
    )


class BytecodeField(TriBoolField):
    """The field `bytecode`."""

    alias = "bytecode"
    help = help_text(
        """
        Whether the image holds the bytecode of its dependencies and of the app, so that a start does not compile them;
        by default `[strata].bytecode`. It is not checked against its source when it is loaded (PEP 552).
        """
    )


class TestBytecodeField(TriBoolField):
    """The field `test_bytecode`."""

    alias = "test_bytecode"
    help = help_text(
        """
        Whether the bytecode includes that of the dependencies' own tests, the modules of wheels in a directory `tests`
        or `testing`; by default `[strata].test_bytecode`. Their sources are in the image in any case.
        """
    )


class CompressionField(StringField):
    """The field `compression`."""

    alias = "compression"
    valid_choices = ("gzip", "zstd")
    value: Optional[Compression]
    help = help_text(
        """
        How the layers are compressed; by default `[strata].compression`. Images share layers of one compression only.
        """
    )


class ImageBaseField(ArtifactAddressField):
    """The field `base`."""

    alias = "base"
    expected = (DebianPackagesTarget.alias, OciBaseTarget.alias)
    help = help_text(
        """
        The address of the `debian_packages`, or of the `oci_base`, at the bottom of the image. By default the base of
        the interpreter.
        """
    )


class ArgsField(StringSequenceField):
    """The field `args`."""

    alias = "args"
    help = "Arguments after the entry point. The OCI config's `Cmd`: `run IMAGE other arguments` replaces them."


class EnvField(DictStringToStringField):
    """The field `env`."""

    alias = "env"
    help = help_text(
        """
        Environment variables of the image. They come over the defaults: `PATH` with the venv's bin first, and
        `LANG=C.UTF-8`. `PYTHONPATH` is refused: it would come before the standard library.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[dict[str, str]], address: Address) -> Any:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for name in value or ():
            if name == "PYTHONPATH":
                raise InvalidFieldException(
                    softwrap(
                        f"""
                        The `{cls.alias}` field in target {address} sets PYTHONPATH, which would come before the
                        standard library. The app's code is found without it: remove it, and depend on what is missing.
                        """
                    )
                )
            if not name or "=" in name or "\0" in name:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {name!r}, which cannot name an environment "
                    "variable. Use a name without `=`."
                )
        return value


class UserField(StringField):
    """The field `user`."""

    alias = "user"
    help = help_text(
        """
        The user that the app runs as, as `user` or `user:group`, by number or by name. Strata's own base knows root
        (0), nobody (65534) and nonroot (65532), the default. An image upon an `oci_base` has by default the user of the
        base, unless that is root.
        """
    )


class WorkdirField(StringField):
    """The field `workdir`."""

    alias = "workdir"
    default = "/app"
    help = "The working directory of the app: an absolute path."
    value: str

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address) or cls.default
        if not value.startswith("/"):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be an absolute path, but was {value!r}. "
                f'Write for instance `{cls.alias}="/app"`.'
            )
        return value


class LabelsField(DictStringToStringField):
    """The field `labels`."""

    alias = "labels"
    help = "Labels of the image's config, which `docker inspect` and the like show."


class AnnotationsField(DictStringToStringField):
    """The field `annotations`."""

    alias = "annotations"
    help = "Annotations of the image's manifest, for instance `org.opencontainers.image.source`."


class ExposedPortsField(StringSequenceField):
    """The field `exposed_ports`."""

    alias = "exposed_ports"
    help = 'Ports that the app listens on, as `"8000"` or `"8000/tcp"`, `"53/udp"`: documentation for who runs it.'

    @classmethod
    def compute_value(cls, raw_value: Optional[Iterable[str]], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for port in value or ():
            match = re.fullmatch(r"([0-9]{1,5})(/tcp|/udp)?", port)
            if match is None or not 0 < int(match[1]) < 65536:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {port!r}, which is no port. "
                    'Write for instance "8000", "8000/tcp" or "53/udp".'
                )
        return value


class StopSignalField(StringField):
    """The field `stop_signal`."""

    alias = "stop_signal"
    help = "The signal that stops the app, for instance `SIGINT`. By default the runtime's, SIGTERM."

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        if value is not None and not re.fullmatch(r"SIG[A-Z0-9+-]+|\d{1,2}", value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be the name or number of a signal, but was "
                f'{value!r}. Write for instance `{cls.alias}="SIGINT"`.'
            )
        return value


class LintIgnoreField(StringSequenceField):
    """The field `lint_ignore`."""

    alias = "lint_ignore"
    valid_choices = CHECKS
    help = "The checks that `./pants lint` leaves out for this image; docs/lint.md explains each."


class PythonImageTarget(Target):
    """The target `python_image`."""

    alias = "python_image"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ImageDependenciesField,
        EntryPointField,
        ScriptField,
        VenvField,
        ImageResolveField,
        ImageInterpreterField,
        WholeLockField,
        ImageBaseField,
        PlatformsField,
        BytecodeField,
        TestBytecodeField,
        CompressionField,
        ArgsField,
        EnvField,
        UserField,
        WorkdirField,
        LabelsField,
        AnnotationsField,
        ExposedPortsField,
        StopSignalField,
        HealthcheckField,
        HealthcheckOptionsField,
        ExtraFilesField,
        ArtifactOutputPathField,
        ArchiveField,
        RepositoryField,
        RegistriesField,
        ImageTagsField,
        SkipPushField,
        LintIgnoreField,
    )
    help = help_text(
        """
        An OCI image of a Python app: base, interpreter, venv and first-party code, each a layer that images share.

        `./pants package` writes it as an OCI image layout directory that skopeo, podman, umoci and registries read;
        `./pants publish` pushes it to registries.
        """
    )
