"""This module words the errors of the locks of projects: poetry.lock, uv.lock, pylock.toml, and files that are no lock.

Reading a venv's lock raises them (strata.locks), which happens in a rule. `where` is the path of a file, `command` the
command that renews a lock. No message shows a URL: those of git repositories and private indexes may hold credentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strata.errors import StrataError


def renewal(command: str, where: str) -> str:
    """Return how to renew a lock, as the end of a sentence: ``run `uv lock` in src/app``."""
    folder = where.rpartition("/")[0]
    return f"run `{command}` in {folder}" if folder else f"run `{command}`"


def not_toml(where: str, problem: str) -> StrataError:
    """Return the error for a text that is not TOML.

    :param problem: what the parser says.
    """
    return StrataError(
        f"{where} is not TOML.",
        found=[problem],
        fix="look for what a merge or an edit left there, or write the file again with the tool that made it.",
    )


def nested_too_deeply(where: str) -> StrataError:
    """Return the error for a lock with a marker, or a value, that is nested deeper than anything sensible."""
    return StrataError(
        f"{where} has a value that is nested too deeply to be read.",
        fix="look for what a merge or an edit left there, or write the file again with the tool that made it.",
    )


def wrong_value(where: str, name: str, wanted: str) -> StrataError:
    """Return the error for a value of another kind than is expected.

    :param name: the key that has the value.
    :param wanted: the expected kind, with its article: `a string`.
    """
    return StrataError(
        f"{where}: {name} is not {wanted}.",
        fix="look for what a merge or an edit left there, or write the file again with the tool that made it.",
    )


def unreadable(where: str, kind: str, value: str) -> StrataError:
    """Return the error for a text that cannot be parsed as what it should be.

    :param kind: what it should be, with its article: `a requirement (PEP 508)`.
    :param value: the text.
    """
    return StrataError(
        f"{where}: this is not {kind}.",
        found=[value],
        fix="correct it where it was written; in a lock, write the lock again with the tool that made it.",
    )


def include_cycle(where: str, group: str) -> StrataError:
    """Return the error for a dependency group that includes itself, also through others (PEP 735)."""
    return StrataError(
        f"{where}: the dependency group {group} includes itself.",
        fix="take one `include-group` out of [dependency-groups].",
    )


def include_unknown(where: str, group: str, included: str) -> StrataError:
    """Return the error for a dependency group that includes a group which does not exist (PEP 735)."""
    return StrataError(
        f"{where}: the dependency group {group} includes {included}, which does not exist.",
        fix="correct the `include-group` in [dependency-groups].",
    )


def pyproject_missing(where: str, pyproject: str) -> StrataError:
    """Return the error for a lock of Poetry or uv without a pyproject.toml beside it.

    :param pyproject: the path where it should be.
    """
    return StrataError(
        f"{where} is read together with {pyproject}, which does not exist.",
        fix="keep the pyproject.toml that was locked beside its lock.",
    )


def no_project(pyproject: str, lock: str) -> StrataError:
    """Return the error for a pyproject.toml without the name of a project, which says where a uv.lock is entered."""
    return StrataError(
        f"{pyproject} has no [project] with a name, so nothing says which part of {lock} is wanted.",
        fix="add [project] with name, version and dependencies, or name the lock beside the pyproject.toml of a member "
        "of the workspace.",
    )


def dynamic_dependencies(pyproject: str, names: Sequence[str]) -> StrataError:
    """Return the error for a project whose dependencies only a build of it would tell.

    :param names: the fields of [project] that are dynamic.
    """
    return StrataError(
        f"{pyproject} leaves to a build what the project needs, so whether its lock is up to date cannot be seen.",
        found=[f"dynamic: {name}" for name in names],
        fix="state them in [project], take them out of `dynamic`, and lock again.",
    )


def other_lock_version(where: str, found: str, supported: str, command: str) -> StrataError:
    """Return the error for a lock with another version of its format than is read.

    :param supported: the versions that are read, as a plural.
    """
    return StrataError(
        f"{where} has a lock version that is not read here: {supported} are.",
        found=[f"lock version {found}"],
        fix=f"remove it, and {renewal(command, where)} with a version of the tool that writes one of these.",
    )


def outdated(where: str, pyproject: str, differences: Sequence[str], command: str) -> StrataError:
    """Return the error for a lock whose pyproject.toml has changed since.

    :param differences: what differs, a line each; may be empty.
    """
    return StrataError(
        f"{where} is out of date: {pyproject} has changed since it was locked.",
        found=differences,
        fix=f"{renewal(command, where)}.",
    )


def other_python(where: str, wanted: str, python: str, command: str) -> StrataError:
    """Return the error for a lock that excludes the interpreter's version.

    :param wanted: the range of the lock.
    :param python: the interpreter's version, 3.13.5.
    """
    return StrataError(
        f"{where} is a lock for another interpreter version.",
        found=[f"locked for Python {wanted}", f"the interpreter of the venv is Python {python}"],
        fix="give the venv an interpreter of that range, or widen the range in pyproject.toml and "
        f"{renewal(command, where)}.",
    )


def other_platform(where: str, markers: Sequence[str], command: str) -> StrataError:
    """Return the error for a uv.lock that excludes the image's platform.

    :param markers: the markers of the platforms that the lock is for.
    """
    return StrataError(
        f"{where} is a lock for other platforms.",
        found=[f"locked for {marker}" for marker in markers],
        fix=f"add the platform of the image to `environments` in [tool.uv] and {renewal(command, where)}.",
    )


def unknown_names(where: str, kind: str, unknown: Iterable[str], known: Iterable[str]) -> StrataError:
    """Return the error for groups or extras that a lock does not have.

    :param kind: `group` or `extra`, also the name of the field in singular.
    """
    names = ", ".join(sorted(known))
    return StrataError(
        f"{where} has no {kind} {', '.join(sorted(unknown))}.",
        found=[f"{kind}s: {names}" if names else f"no {kind}s"],
        fix=f"correct `{kind}s`, or add the {kind} to the pyproject.toml and lock again.",
    )


def conflicting(where: str, names: Sequence[str]) -> StrataError:
    """Return the error for groups and extras that exclude each other.

    :param names: the names that were chosen, each with its kind.
    """
    return StrataError(
        f"{where} says that no venv can have all of these at once.",
        found=names,
        fix="name one of them, or make a venv of its own for each.",
    )


def not_locked(where: str, requirement: str, command: str) -> StrataError:
    """Return the error for a requirement that nothing in the lock satisfies."""
    return StrataError(
        f"{where} has no package that satisfies {requirement} for this interpreter and platform.",
        fix=f"take it from version control again where a merge damaged it, or remove it and {renewal(command, where)}.",
    )


def locked_twice(where: str, name: str, versions: Sequence[str], command: str) -> StrataError:
    """Return the error for two versions of a project in one environment."""
    return StrataError(
        f"{where} has more than one version of {name} for the same interpreter and platform.",
        found=versions,
        fix=f"name groups and extras that agree on one version, or {renewal(command, where)}.",
    )


def foreign_source(where: str, name: str, kind: str, command: str) -> StrataError:
    """Return the error for a package from elsewhere than an index.

    :param kind: `directory`, `editable` or `virtual` for a folder of the repository; otherwise what it is taken from.
    """
    if kind in ("directory", "editable", "virtual"):
        return StrataError(
            f"{where}: {name} is a folder of the repository, not a package of an index.",
            fix=f"let the app's targets depend on the code of {name}, replace {name} in pyproject.toml by what it "
            f"needs, and {renewal(command, where)}.",
        )
    return StrataError(
        f"{where}: {name} is taken from a {kind}, which other machines may not reach or may find changed.",
        fix=f"publish a wheel of {name} to an index or a find-links folder, depend on its version, and "
        f"{renewal(command, where)}.",
    )


def file_without_sha256(where: str, package: str, found: str, command: str) -> StrataError:
    """Return the error for a file that no sha256 pins.

    :param found: the hash that the file has; may be empty.
    """
    return StrataError(
        f"{where}: a file of {package} has no sha256, so what would be installed is not pinned.",
        found=[found] if found else [],
        fix=f"{renewal(command, where)} with an index that gives sha256 hashes.",
    )


def no_files(where: str, package: str, command: str) -> StrataError:
    """Return the error for a locked package without files."""
    return StrataError(
        f"{where}: {package} has no files, so what would be installed is not pinned.",
        fix=f"{renewal(command, where)} when the index has them.",
    )


def groups_of_requirements(where: str, names: Sequence[str]) -> StrataError:
    """Return the error for groups or extras that are asked of a list of requirements.

    :param names: those that are asked for.
    """
    return StrataError(
        f"{where} is a list of requirements, which has no groups and extras to choose from.",
        found=names,
        fix="leave `groups` and `extras` out and lock what they would name, for instance with "
        "`uv pip compile --generate-hashes --extra NAME --group NAME pyproject.toml`.",
    )


def unread_format(path: str, kind: str, instead: str) -> StrataError:
    """Return the error for a file in a known format that is not read.

    :param kind: the format, with its article.
    :param instead: how to come to a file that is read.
    """
    return StrataError(f"{path} is {kind}, which is not read here.", fix=instead)


def unknown_format(path: str) -> StrataError:
    """Return the error for a file in no known format."""
    return StrataError(
        f"{path} is no lock that is read here.",
        fix="name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex, or a list of requirements with hashes (a "
        "name that ends in .txt or .lock).",
    )


def two_package_managers(found: Sequence[str]) -> StrataError:
    """Return the error for a venv with files of more than one package manager.

    :param found: the paths, each with the name of its format.
    """
    return StrataError(
        "The venv names files of more than one package manager, and they may disagree.",
        found=found,
        fix="keep the file of the one that you use and take the other out of the venv, or make a venv for each.",
    )


def two_locks(found: Sequence[str]) -> StrataError:
    """Return the error for a venv with more than one lock of one format.

    :param found: the paths, each with the name of its format.
    """
    return StrataError(
        "The venv names more than one lock.",
        found=found,
        fix="keep one, or make a venv for each: an image has one venv.",
    )


def no_lock(found: Sequence[str]) -> StrataError:
    """Return the error for a venv none of whose files is a lock.

    :param found: the paths of its files.
    """
    return StrataError(
        "The venv names no lock.",
        found=found,
        fix="name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex or a list of requirements with hashes in "
        "`lockfile`.",
    )
