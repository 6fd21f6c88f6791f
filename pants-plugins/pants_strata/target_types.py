"""The targets: what each is, the help of its fields, and the mistakes that can be seen without reading a file."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import Any, ClassVar

from pants.core.goals.package import OutputPathField
from pants.engine.addresses import Address
from pants.engine.fs import GlobMatchErrorBehavior
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    AsyncFieldMixin,
    BoolField,
    Dependencies,
    DictStringToStringField,
    InvalidFieldException,
    MultipleSourcesField,
    OptionalSingleSourceField,
    StringField,
    StringSequenceField,
    Target,
)
from pants.util.strutil import help_text, softwrap

from strata.plan.debian_defaults import BASE_ROOTS, EXCLUDED
from strata.plan.installers import TOOLS
from strata.plan.lock_formats import PYPROJECT
from strata.plan.venv_lock import pyproject_path


class LockfileField(OptionalSingleSourceField):
    """A lock file beside the BUILD file. It may not exist yet: a missing lock has an error of its own."""

    alias = "lockfile"
    value: str

    @property
    def path(self) -> str:
        """Relative to the build root."""
        return f"{self.address.spec_path}/{self.value}".lstrip("/")


class ArtifactAddressField(StringField, AsyncFieldMixin):
    """The address of one other target; `expected` names the target type that it must have."""

    expected: ClassVar[str]


class ArtifactOutputPathField(OutputPathField):
    help = help_text(
        """
        Where the OCI image layout directory is written, below `dist/`.

        By default the path of the BUILD file with dots for slashes, then the name of the target: `src/web:image` is
        written to `dist/src.web/image`.
        """
    )


class ArtifactDependenciesField(Dependencies):
    help = "The artifact targets that the other fields name are inferred; there is seldom anything to add."


# ---- debian_packages ------------------------------------------------------------------------------------------------


class DebianPackagesNamesField(StringSequenceField):
    alias = "packages"
    default = BASE_ROOTS
    help = help_text(
        f"""
        The Debian packages wanted, by name, without versions: `./pants generate-lockfiles` adds what they depend on and
        pins each to a file. The default is a base for Python apps: {", ".join(BASE_ROOTS)}.
        """
    )
    value: tuple[str, ...]


class DebianPackagesExcludeField(StringSequenceField):
    alias = "exclude"
    default = EXCLUDED
    help = help_text(
        f"""
        Packages that are left out of the closure, and all that only they need. The default names what only the
        installation scripts of packages use, which never run here: {", ".join(EXCLUDED)}.
        """
    )
    value: tuple[str, ...]


class DebianPackagesLockfileField(LockfileField):
    default = "debian.lock.json"
    help = help_text(
        """
        The lock file, beside the BUILD file: name, version, architecture, pool path, size and sha256 of each package.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class DebianPackagesTarget(Target):
    alias = "debian_packages"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        DebianPackagesNamesField,
        DebianPackagesExcludeField,
        DebianPackagesLockfileField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        A locked set of Debian packages: an image layer, typically the base of images.

        The packages are unpacked, not installed: what their scripts would have made (certificates, users, links) is
        made deterministically, and documentation is left out.
        """
    )


# ---- python_interpreter ---------------------------------------------------------------------------------------------


class BaseField(ArtifactAddressField):
    alias = "base"
    expected = DebianPackagesTarget.alias
    help = help_text(
        """
        The address of the `debian_packages` target whose packages the layer of the interpreter leaves out, because an
        image has them from its base. By default `[strata].base`.
        """
    )


class InterpreterVersionField(StringField):
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
    def compute_value(cls, raw_value: str | None, address: Address) -> str:
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
    default = "cpython.lock.json"
    help = help_text(
        """
        The lock file of the interpreter's Debian packages, beside the BUILD file.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class EnsurepipField(StringField):
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
    alias = "installer_hint"
    default = True
    help = help_text(
        """
        Whether there is a `pip` in `/usr/local/bin` that says that pip is not part of the image, how to get it for a
        debugging session and how to declare it as a dependency, and exits with 1.

        It is there by default: it can do nothing but print that text, costs 3 kB in a layer that images share, and
        answers the first question of whoever looks for pip in a container. The bin of the venv comes first on
        `PATH`, so an app with pip in its lock gets the real one.
        """
    )
    value: bool


class PythonInterpreterTarget(Target):
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


# ---- python_installer -----------------------------------------------------------------------------------------------


class InstallerToolField(StringField):
    alias = "tool"
    default = "pip"
    valid_choices = TOOLS
    help = "The program that installs dependencies into a venv. It is build-only: no image holds it."
    value: str


class InstallerVersionField(StringField):
    alias = "version"
    help = help_text(
        """
        The version of the tool, exactly. By default the one that the lock holds: that of `lockfile`, or of the lock
        that Strata brings for each tool. Another version is a matter of `version`, `lockfile` and
        `./pants generate-lockfiles`.
        """
    )


class InstallerLockfileField(LockfileField):
    help = help_text(
        """
        A hashed requirements file beside the BUILD file, with the tool and all it needs. By default the lock that
        Strata brings for the tool.

        Written by `./pants generate-lockfiles --resolve=ADDRESS`, with the address of this target.
        """
    )


class PythonInstallerTarget(Target):
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


# ---- python_venv ----------------------------------------------------------------------------------------------------


class InterpreterField(ArtifactAddressField):
    alias = "interpreter"
    expected = PythonInterpreterTarget.alias
    help = "The address of the `python_interpreter` that the venv is for. By default `[strata].interpreter`."


class InstallerField(ArtifactAddressField):
    alias = "installer"
    expected = PythonInstallerTarget.alias
    help = "The address of the `python_installer` that fills the venv. By default `[strata].installer`."


class VenvLockfileField(MultipleSourcesField):
    alias = "lockfile"
    default = ("requirements.lock", "requirements.txt", "poetry.lock", "uv.lock", PYPROJECT)
    # A missing lock has an error of its own.
    default_glob_match_error_behavior = GlobMatchErrorBehavior.ignore
    help = help_text(
        """
        The lock of the dependencies, beside the BUILD file: hashed requirements, where every requirement is pinned with
        `==` and has a `--hash=sha256:…` (`uv pip compile --generate-hashes` and `pip-compile --generate-hashes` write
        such files); a `poetry.lock`; or a `uv.lock`. The latter two belong to the `pyproject.toml` beside them and are
        refused where they do not match it.

        A name, or a list with the lock and its `pyproject.toml`. By default the lock that is there; two are refused.
        """
    )
    value: tuple[str, ...]

    @classmethod
    def compute_value(cls, raw_value: str | Iterable[str] | None, address: Address) -> tuple[str, ...] | None:
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
        """The files that are named and do not exist. Of the default names one is enough."""
        absent = [path for path in self._named if path not in existing]
        locks = [path for path in absent if not path.endswith(PYPROJECT)]
        if self.value == self.default:
            return locks if len(locks) == len(self.default) - 1 else []
        return absent

    @property
    def _named(self) -> list[str]:
        return [f"{self.address.spec_path}/{name}".lstrip("/") for name in self.value]


class VenvGroupsField(StringSequenceField):
    alias = "groups"
    help = help_text(
        """
        Dependency groups to install beside the main dependencies, from a `poetry.lock` or a `uv.lock`. By default
        none: development groups are not for images.
        """
    )


class VenvExtrasField(StringSequenceField):
    alias = "extras"
    help = "Extras of the project to install, from a `poetry.lock` or a `uv.lock`."


class PythonVenvTarget(Target):
    alias = "python_venv"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ArtifactDependenciesField,
        InterpreterField,
        InstallerField,
        VenvLockfileField,
        VenvGroupsField,
        VenvExtrasField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        The dependencies of apps as a PEP 405 venv at `/opt/venv`, filled by a real installer from locked wheels.

        The installer is not in it, unless the lock asks for it as a dependency of the app.
        """
    )


# ---- python_image ---------------------------------------------------------------------------------------------------


class ImageDependenciesField(Dependencies):
    help = help_text(
        """
        Targets whose sources and resources go into the image with all that they depend on.

        The module of `entry_point` and the artifact targets are inferred; add what no import names, such as resources.
        """
    )


class EntryPointField(StringField, AsyncFieldMixin):
    alias = "entry_point"
    help = help_text(
        """
        What the image runs: a file beside the BUILD file (`"main.py"`), a module (`"web.main"`, run as `python -m` does),
        or a function in one (`"web.main:run"`, `"main.py:run"`). Its owner and all it imports go into the image.
        """
    )


class ScriptField(StringField):
    alias = "script"
    help = help_text(
        """
        What the image runs: a console script of a dependency, for instance `"uvicorn"`. Give the app's own modules in
        `args` and `dependencies`. Exactly one of `entry_point` and `script` is set.
        """
    )


class VenvField(ArtifactAddressField):
    alias = "venv"
    expected = PythonVenvTarget.alias
    help = "The address of the `python_venv` with the app's dependencies. By default `[strata].venv`."


class ImageBaseField(ArtifactAddressField):
    alias = "base"
    expected = DebianPackagesTarget.alias
    help = "The address of the `debian_packages` at the bottom of the image. By default the base of the interpreter."


class ArgsField(StringSequenceField):
    alias = "args"
    help = "Arguments after the entry point. The OCI config's `Cmd`: `run IMAGE other arguments` replaces them."


class EnvField(DictStringToStringField):
    alias = "env"
    help = help_text(
        """
        Environment variables of the image. They come over the defaults: `PATH` with the venv's bin first, and
        `LANG=C.UTF-8`. `PYTHONPATH` is refused: it would come before the standard library.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: dict[str, str] | None, address: Address) -> Any:
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
    alias = "user"
    default = "65532"
    help = help_text(
        """
        The user that the app runs as, as `user` or `user:group`, by number or by name. The base knows root (0),
        nobody (65534) and nonroot (65532), the default.
        """
    )
    value: str


class WorkdirField(StringField):
    alias = "workdir"
    default = "/app"
    help = "The working directory of the app: an absolute path."
    value: str

    @classmethod
    def compute_value(cls, raw_value: str | None, address: Address) -> str:
        value = super().compute_value(raw_value, address) or cls.default
        if not value.startswith("/"):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be an absolute path, but was {value!r}. "
                f'Write for instance `{cls.alias}="/app"`.'
            )
        return value


class LabelsField(DictStringToStringField):
    alias = "labels"
    help = "Labels of the image's config, which `docker inspect` and the like show."


class AnnotationsField(DictStringToStringField):
    alias = "annotations"
    help = "Annotations of the image's manifest, for instance `org.opencontainers.image.source`."


class ExposedPortsField(StringSequenceField):
    alias = "exposed_ports"
    help = 'Ports that the app listens on, as `"8000"` or `"8000/tcp"`, `"53/udp"`: documentation for who runs it.'

    @classmethod
    def compute_value(cls, raw_value: Iterable[str] | None, address: Address) -> tuple[str, ...] | None:
        value = super().compute_value(raw_value, address)
        for port in value or ():
            number, _, protocol = port.partition("/")
            if not number.isdecimal() or not 0 < int(number) < 65536 or protocol not in ("", "tcp", "udp"):
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {port!r}, which is no port. "
                    'Write for instance "8000", "8000/tcp" or "53/udp".'
                )
        return value


class StopSignalField(StringField):
    alias = "stop_signal"
    help = "The signal that stops the app, for instance `SIGINT`. By default the runtime's, SIGTERM."

    @classmethod
    def compute_value(cls, raw_value: str | None, address: Address) -> str | None:
        value = super().compute_value(raw_value, address)
        if value is not None and not re.fullmatch(r"SIG[A-Z0-9+-]+|\d{1,2}", value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be the name or number of a signal, but was {value!r}. "
                f'Write for instance `{cls.alias}="SIGINT"`.'
            )
        return value


class PythonImageTarget(Target):
    alias = "python_image"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        ImageDependenciesField,
        EntryPointField,
        ScriptField,
        VenvField,
        ImageBaseField,
        ArgsField,
        EnvField,
        UserField,
        WorkdirField,
        LabelsField,
        AnnotationsField,
        ExposedPortsField,
        StopSignalField,
        ArtifactOutputPathField,
    )
    help = help_text(
        """
        An OCI image of a Python app: base, interpreter, venv and first-party code, each a layer that other images share.

        `./pants package` writes it as an OCI image layout directory that skopeo, podman, umoci and registries read.
        """
    )
