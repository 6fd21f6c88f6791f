"""This module words the errors of the version of CPython: where it is written, whether it is supported, who has it.

The rules raise them while they plan, before anything is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


def version_file_invalid(path: str, line: int, word: str) -> StrataError:
    """Return the error for a `.python-version` with something else than a version of CPython 3.

    :param line: its number, from 1.
    :param word: the text in its place.
    """
    return StrataError(
        f"{path} holds something that is no version of CPython.",
        found=[f"line {line}: {word!r}"],
        fix="write one version there, as 3.13 or as 3.13.5.",
    )


def version_file_ambiguous(path: str, versions: Sequence[str]) -> StrataError:
    """Return the error for a `.python-version` with several versions."""
    return StrataError(
        f"{path} holds several versions of CPython, and an image has one.",
        found=versions,
        fix="keep one of them. For the same app on several versions, give `interpreter` several values with "
        "`parametrize(…)`.",
    )


def version_file_empty(path: str) -> StrataError:
    """Return the error for a `.python-version` with comments and blank lines alone."""
    return StrataError(
        f"{path} holds no version of CPython.", fix="write one version there, as 3.13 or as 3.13.5, or delete the file."
    )


def runtime_file(path: str, version: str, instead: str) -> StrataError:
    """Return the error for a `runtime.txt` that names a version of Python.

    :param instead: the path of the `.python-version` that is read.
    """
    return StrataError(
        f"{path} names a version of Python, but only `.python-version` is read.",
        found=[f"python-{version}"],
        fix=f"write `{'.'.join(version.split('.')[:2])}` into {instead}, and delete {path}.",
    )


def version_unknown(python: str, oldest: str, newest: str) -> StrataError:
    """Return the error for a version of CPython that is newer than those that Strata knows.

    :param oldest: the oldest version that is known, and `newest` the newest one.
    """
    return StrataError(
        f"CPython {python} is not known to this version of Strata.",
        found=[f"known: {oldest} to {newest}"],
        fix="correct the version, or take a newer version of Strata.",
    )


def end_of_life(python: str, end: str, origin: str, supported: Sequence[tuple[str, str]]) -> StrataError:
    """Return the error for a version of CPython that gets no security fixes any more.

    :param end: the day of its end of life, as 2025-10-31.
    :param origin: where the version is written.
    :param supported: the versions that get fixes, with the day of their end of life; oldest first.
    """
    newer = f"take {supported[0][0]} or a newer one" if supported else "take a newer version of Strata and of CPython"
    return StrataError(
        f"CPython {python} reached its end of life on {end}: it gets no security fixes any more.",
        found=[
            f"{origin}: {python}",
            *(f"CPython {version} gets security fixes until {day}" for version, day in supported),
        ],
        fix=f'{newer}. To build with {python} all the same, set `[strata].end_of_life = "warn"` in pants.toml.',
    )


def version_field_invalid(value: str) -> StrataError:
    """Return the error for a `version` field that is no version of CPython 3."""
    return StrataError(
        "The `version` field is no version of CPython.",
        found=[repr(value)],
        fix='write for instance `version="3.13"`, or `version="3.13.5"` for that very one.',
    )


def version_not_given(release: str) -> StrataError:
    """Return the error for an interpreter that names no version, of a release that Strata does not know."""
    return StrataError(
        f"No version of CPython is named, and Strata does not know the one of the Debian release {release}.",
        fix='set the `version` field, for instance `version="3.13"`, or write a `.python-version` file.',
    )


def source_lacks_python(
    python: str, origin: str, source: str, sources: Sequence[str], serving: Sequence[str]
) -> StrataError:
    """Return the error for a version of CPython that an interpreter's Debian release does not have.

    :param origin: where the version is written.
    :param source: the release, in words.
    :param sources: who has which versions, a line each.
    :param serving: the fields with each of which an interpreter has the version.
    """
    other = "ask for a version that is listed."
    fields = " or ".join(f"`{field}`" for field in serving)
    return StrataError(
        f"{source} has no CPython {python}.",
        found=[f"{origin}: {python}", *sources],
        fix=f"set {fields} in the target, with a `base` that goes with it, and renew its lock; or {other}"
        if serving
        else other,
    )


def version_file_disagrees(path: str, wanted: str, interpreter: str, python: str) -> StrataError:
    """Return the error for a `.python-version` with another version than the interpreter that is named for all images.

    :param wanted: the version in the file.
    :param interpreter: in words; it has the version `python`.
    """
    return StrataError(
        "Two places ask for different versions of CPython.",
        found=[f"{path}: {wanted}", f"{interpreter}: {python}"],
        fix="change one of them; or name a `python_interpreter` in the `interpreter` field of the image or of its "
        "venv, which comes before both.",
    )


def constraints_exclude_version_file(
    name: str, option: str, constraints: Sequence[str], path: str, wanted: str
) -> StrataError:
    """Return the error for a resolve that is for other versions of Python than a `.python-version` has."""
    return StrataError(
        f"The resolve {name} is not for the version of CPython in {path}.",
        found=[f"{option} in pants.toml: {', '.join(constraints)}", f"{path}: {wanted}"],
        fix="change one of them. After a change of the constraints, run `./pants generate-lockfiles "
        f"--resolve={name}`.",
    )


def version_does_not_come_along(
    python: str, origin: str, sources: Sequence[str], serving: Sequence[str]
) -> StrataError:
    """Return the error for a version of CPython that an image asks for, and that no target is declared for.

    :param origin: where the version is written.
    :param sources: who has which versions, a line each.
    :param serving: the fields with each of which an interpreter has the version.
    """
    fields = " or ".join(f"`{field}`" for field in serving)
    return StrataError(
        f"No CPython {python} comes with Strata.",
        found=[f"{origin}: {python}", *sources],
        fix=f"declare a `python_interpreter` with {fields} and a `lockfile`, write the lock with `./pants "
        "generate-lockfiles --resolve=ADDRESS`, and name the target in `interpreter`; or ask for a version that is "
        "listed."
        if serving
        else "ask for a version that is listed.",
    )


def base_is_older(
    base: str, base_glibc: Sequence[int], interpreter: str, python: str, glibc: Sequence[int]
) -> StrataError:
    """Return the error for a base whose C library is older than the one that CPython was built for.

    :param base_glibc: major and minor version of the base's glibc; `glibc` is that of the interpreter's release.
    """
    return StrataError(
        "The base is older than the interpreter, whose programs need a newer C library.",
        found=[
            f"{base}, the base: glibc {'.'.join(map(str, base_glibc))}",
            f"{interpreter}, CPython {python}: glibc {'.'.join(map(str, glibc))}",
        ],
        fix="give both one Debian `release`, or the base the newer one.",
    )
