"""This module reads pylock.toml (PEP 751), version 1: the packages that an environment, extras and groups choose.

https://packaging.python.org/en/latest/specifications/pylock-toml/. Where the release of packaging in use has a model of
these locks, that validates the file, too, after the errors that are told here; which packages are chosen is decided
here, so that it is the same under each release of Pants. A test compares it with packaging's own choice.

URLs of files are not read beyond the file's name: a file is found by name and hash on the indexes of the user's
configuration.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from strata.errors import locks as lock_errors
from strata.errors.package_locks import pylocks as errors
from strata.locks.c_library import fits_but_for_c_library
from strata.locks.locked_files import file_name, one_version_each
from strata.locks.pylock.marker import applies
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import Table, read_toml
from strata.locks.version_range import allows
from strata.locks.wanted import Wanted, normalised

_COMMANDS = {
    "pip": "pip lock -o {} -r requirements.in",
    "pdm": "pdm export -f pylock -o {}",
    "poetry-plugin-export": "poetry export -f pylock.toml -o {}",
    "uv": "uv export --format pylock.toml -o {}",
}
"""The tool that wrote a lock → the command that writes it again."""

_OTHERS = "uv pip compile --format pylock.toml -o {} requirements.in"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_pylock(text: str, where: str, wanted: Wanted) -> tuple[LockedRequirement, ...]:
    """Return the packages whose markers hold with the wanted extras and groups and the default groups, sorted by name.

    Raise StrataError for a lock that is damaged, of another version, or for another interpreter or platform, for a
    group or an extra that it does not have, for packages from a folder or version control, and files without sha256.
    """
    lock = read_toml(text, where)
    version = lock.text("lock-version", "unknown")
    command = _COMMANDS.get(lock.text("created-by", ""), _OTHERS).format(where.rpartition("/")[2])
    if not re.fullmatch(r"1(\.\d+)?", version):
        raise lock_errors.other_lock_version(where, version, "those of version 1", command)
    found = _Reader(lock, command, wanted).requirements()
    _validate(lock, command)
    return found


def _validate(lock: Table, command: str) -> None:
    """Raise StrataError where packaging knows standard locks (26.0 and later) and finds this one to be none."""
    try:
        model = importlib.import_module("packaging.pylock")
    except ImportError:
        return
    try:
        model.Pylock.from_dict(lock.values)
    except (ValueError, RecursionError, model.PylockValidationError) as error:
        raise errors.not_standard(lock.where, str(error), command) from None


class _Reader:
    def __init__(self, lock: Table, command: str, wanted: Wanted) -> None:
        self._lock = lock
        self._where = lock.where
        self._command = command
        self._wanted = wanted
        self._tags = frozenset(wanted.tags)
        self._groups = wanted.groups | normalised(lock.texts("default-groups"))

    def requirements(self) -> tuple[LockedRequirement, ...]:
        lock, wanted = self._lock, self._wanted
        known_groups = (*lock.texts("dependency-groups"), *lock.texts("default-groups"))
        wanted.check_known(self._where, groups=known_groups, extras=lock.texts("extras"))
        pythons, environments = lock.text("requires-python", ""), lock.texts("environments")
        if not allows(pythons, wanted.python, self._where):
            raise lock_errors.other_python(self._where, pythons, wanted.python, self._command)
        if environments and not any(wanted.applies(marker, self._where) for marker in environments):
            raise errors.other_environment(self._where, environments, self._command)
        if "packages" not in lock:
            raise lock_errors.wrong_value(self._where, "packages", "there")
        return one_version_each(self._chosen(), self._where, self._command)

    def _chosen(self) -> Iterator[LockedRequirement]:
        for package in self._lock.tables("packages"):
            name = package.text("name")
            if not applies(package.text("marker", ""), self._where, self._wanted, self._groups):
                continue
            self._refuse_foreign(package, name)
            version = self._version(package, name)
            pythons = package.text("requires-python", "")
            if not allows(pythons, self._wanted.python, self._where):
                raise errors.package_for_other_python(
                    self._where, f"{name} {version}", pythons, self._wanted.python, self._command
                )
            hashes = self._hashes(package, f"{name} {version}")
            files = sorted(file_name(file) for file in self._files(package))
            yield LockedRequirement(canonicalize_name(name), version, hashes, files=tuple(files))

    @staticmethod
    def _files(package: Table) -> tuple[Table, ...]:
        others = (package.table(kind) for kind in ("sdist", "archive") if kind in package)
        return (*package.tables("wheels"), *others)

    def _refuse_foreign(self, package: Table, name: str) -> None:
        if "vcs" in package:
            kind = f"{package.table('vcs').text('type')} repository"
            raise lock_errors.foreign_source(self._where, name, kind, self._command)
        if "directory" in package:
            raise lock_errors.foreign_source(self._where, name, "directory", self._command)

    def _version(self, package: Table, name: str) -> str:
        version = package.text("version", "")
        if not version:
            raise errors.no_version(self._where, name, self._command)
        try:
            return str(Version(version))
        except InvalidVersion:
            raise lock_errors.unreadable(self._where, "a version (PEP 440)", version) from None

    def _hashes(self, package: Table, label: str) -> tuple[str, ...]:
        """Return the sha256 of each wheel, the source distribution, or the archive.

        Wheels that only another C library could load are left to the plan, which knows the base and who needs them.
        """
        files = self._files(package)
        if not files:
            raise lock_errors.no_files(self._where, label, self._command)
        names = [file_name(file) for file in files]
        if len(files) == len(package.tables("wheels")) and not any(
            fits_but_for_c_library(name, self._tags) for name in names
        ):
            raise errors.no_wheel(self._where, label, sorted(names), self._command)
        found = set()
        for file in files:
            value = file.table("hashes").text("sha256", "")
            if not _SHA256.fullmatch(value):
                algorithms = ", ".join(sorted(file.table("hashes")))
                raise lock_errors.file_without_sha256(self._where, label, algorithms, self._command)
            found.add(value)
        return tuple(sorted(found))
