"""The target `python_image` and its fields."""

from __future__ import annotations

from typing import Optional

from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    BoolField,
    Dependencies,
    StringField,
    StringSequenceField,
    Target,
    TriBoolField,
)
from pants.util.strutil import help_text

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
from pants_strata.target_types.runtime import (
    AnnotationsField,
    ArgsField,
    EnvField,
    ExposedPortsField,
    LabelsField,
    StopSignalField,
    UserField,
    WorkdirField,
)
from pants_strata.target_types.venv import PythonVenvTarget
from strata.lint.problem import CHECKS
from strata.protocol.layer import Compression


class DebugField(BoolField):
    """The field `debug`."""

    alias = "debug"
    default = False
    value: bool
    help = help_text(
        """
        Whether `package` writes a second image beside this one, in the folder with `-debug` at its end: the same with
        one layer more, which has a shell and tools in `/busybox`. `publish` leaves it out. `--strata-debug` does so for
        all images of a run, and `./pants run --debug-shell` opens the shell, without this field.
        """
    )


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


class MissingLibrariesField(StringField):
    """The field `missing_libraries`."""

    alias = "missing_libraries"
    ignore = "ignore"
    warn = "warn"
    error = "error"
    default = warn
    valid_choices = (ignore, warn, error)
    value: str
    help = help_text(
        """
        What happens where a program or a shared library in a wheel needs a shared library that neither the base, the
        interpreter, a wheel nor `extra_files` has, such as the `libGL.so.1` of OpenCV: `warn` says which one it is and
        which Debian package has it, `error` stops the build, and `ignore` is for files that the app never loads. Upon
        an `oci_base` the layers of the base count, too; a package is named where the base is Debian.
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
        Whether the bytecode includes that of the dependencies' own tests, the modules of wheels in a directory
        `tests`; by default `[strata].test_bytecode`. Their sources are in the image in any case.
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
        MissingLibrariesField,
        ImageBaseField,
        PlatformsField,
        BytecodeField,
        DebugField,
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
