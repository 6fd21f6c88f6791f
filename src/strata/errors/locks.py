"""Errors of locks of projects: poetry.lock, uv.lock and pylock.toml, and of files that are none.

URLs are never shown: those of git repositories and private indexes may carry credentials.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from strata.errors import StrataError


def renewal(command: str, where: str) -> str:
    """How to renew a lock: ``run `uv lock` in src/app``."""
    folder = where.rpartition("/")[0]
    return f"run `{command}` in {folder}" if folder else f"run `{command}`"


def not_toml(where: str, problem: str) -> StrataError:
    return StrataError(
        f"{where} is not TOML.",
        found=[problem],
        fix="look for what a merge or an edit left there, or write the file again with the tool that made it.",
    )


def wrong_value(where: str, name: str, wanted: str) -> StrataError:
    return StrataError(
        f"{where}: {name} is not {wanted}.",
        fix="look for what a merge or an edit left there, or write the file again with the tool that made it.",
    )


def unreadable(where: str, kind: str, value: str) -> StrataError:
    """A text that is no marker, requirement, version or range of versions; `kind` says which, with its article."""
    return StrataError(
        f"{where}: this is not {kind}.",
        found=[value],
        fix="correct it where it was written; in a lock, write the lock again with the tool that made it.",
    )


def include_cycle(where: str, group: str) -> StrataError:
    return StrataError(
        f"{where}: the dependency group {group} includes itself.",
        fix="take one `include-group` out of [dependency-groups].",
    )


def include_unknown(where: str, group: str, included: str) -> StrataError:
    return StrataError(
        f"{where}: the dependency group {group} includes {included}, which does not exist.",
        fix="correct the `include-group` in [dependency-groups].",
    )


def pyproject_missing(where: str, pyproject: str) -> StrataError:
    return StrataError(
        f"{where} is read together with {pyproject}, which does not exist.",
        fix="keep the pyproject.toml that was locked beside its lock.",
    )


def no_project(pyproject: str, lock: str) -> StrataError:
    return StrataError(
        f"{pyproject} has no [project] with a name, so nothing says which part of {lock} is wanted.",
        fix="add [project] with name, version and dependencies, or name the lock beside the pyproject.toml of a member "
        "of the workspace.",
    )


def dynamic_dependencies(pyproject: str, names: Sequence[str]) -> StrataError:
    return StrataError(
        f"{pyproject} leaves to a build what the project needs, so whether its lock is up to date cannot be seen.",
        found=[f"dynamic: {name}" for name in names],
        fix="state them in [project], take them out of `dynamic`, and lock again.",
    )


def other_lock_version(where: str, found: str, supported: str, command: str) -> StrataError:
    return StrataError(
        f"{where} has a lock version that is not read here: {supported} are.",
        found=[f"lock version {found}"],
        fix=f"{renewal(command, where)} with a version of the tool that writes one of these.",
    )


def outdated(where: str, pyproject: str, differences: Sequence[str], command: str) -> StrataError:
    return StrataError(
        f"{where} is out of date: {pyproject} has changed since it was locked.",
        found=differences,
        fix=f"{renewal(command, where)}.",
    )


def other_python(where: str, wanted: str, python: str, command: str) -> StrataError:
    return StrataError(
        f"{where} is a lock for another interpreter version.",
        found=[f"locked for Python {wanted}", f"the interpreter of the venv is Python {python}"],
        fix="give the venv an interpreter of that range, or widen the range in pyproject.toml and "
        f"{renewal(command, where)}.",
    )


def other_platform(where: str, markers: Sequence[str], command: str) -> StrataError:
    return StrataError(
        f"{where} is a lock for other platforms.",
        found=[f"locked for {marker}" for marker in markers],
        fix=f"add the platform of the image to `environments` in [tool.uv] and {renewal(command, where)}.",
    )


def unknown_names(where: str, kind: str, unknown: Iterable[str], known: Iterable[str]) -> StrataError:
    """:param kind: `group` or `extra`, also the name of the field in singular."""
    names = ", ".join(sorted(known))
    return StrataError(
        f"{where} has no {kind} {', '.join(sorted(unknown))}.",
        found=[f"{kind}s: {names}" if names else f"no {kind}s"],
        fix=f"correct `{kind}s`, or add the {kind} to the pyproject.toml and lock again.",
    )


def conflicting(where: str, names: Sequence[str]) -> StrataError:
    return StrataError(
        f"{where} says that no venv can have all of these at once.",
        found=names,
        fix="name one of them, or make a venv of its own for each.",
    )


def not_locked(where: str, requirement: str, command: str) -> StrataError:
    return StrataError(
        f"{where} has no package that satisfies {requirement} for this interpreter and platform.",
        fix=f"{renewal(command, where)}.",
    )


def locked_twice(where: str, name: str, versions: Sequence[str], command: str) -> StrataError:
    return StrataError(
        f"{where} has more than one version of {name} for the same interpreter and platform.",
        found=versions,
        fix=f"name groups and extras that agree on one version, or {renewal(command, where)}.",
    )


def foreign_source(where: str, name: str, kind: str, command: str) -> StrataError:
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
    return StrataError(
        f"{where}: a file of {package} has no sha256, so what would be installed is not pinned.",
        found=[found] if found else [],
        fix=f"{renewal(command, where)} with an index that gives sha256 hashes.",
    )


def no_files(where: str, package: str, command: str) -> StrataError:
    return StrataError(
        f"{where}: {package} has no files, so what would be installed is not pinned.",
        fix=f"{renewal(command, where)} when the index has them.",
    )


def groups_of_requirements(where: str, names: Sequence[str]) -> StrataError:
    return StrataError(
        f"{where} is a list of requirements, which has no groups and extras to choose from.",
        found=names,
        fix="leave `groups` and `extras` out and lock what they would name, for instance with "
        "`uv pip compile --generate-hashes --extra NAME --group NAME pyproject.toml`.",
    )


def unread_format(path: str, kind: str, instead: str) -> StrataError:
    return StrataError(f"{path} is {kind}, which is not read here.", fix=instead)


def unknown_format(path: str) -> StrataError:
    return StrataError(
        f"{path} is no lock that is read here.",
        fix="name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex, or a list of requirements with hashes (a "
        "name that ends in .txt or .lock).",
    )


def two_package_managers(found: Sequence[str]) -> StrataError:
    return StrataError(
        "The venv names files of more than one package manager, and they may disagree.",
        found=found,
        fix="keep the file of the one that you use and take the other out of the venv, or make a venv for each.",
    )


def two_locks(found: Sequence[str]) -> StrataError:
    return StrataError(
        "The venv names more than one lock.",
        found=found,
        fix="keep one, or make a venv for each: an image has one venv.",
    )


def no_lock(found: Sequence[str]) -> StrataError:
    return StrataError(
        "The venv names no lock.",
        found=found,
        fix="name a poetry.lock, a uv.lock, a pylock.toml, a lock of Pex or a list of requirements with hashes in "
        "`lockfile`.",
    )
