"""This module words the errors of `image_files` targets. The rules raise them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from strata.errors import StrataError

_SHOWN = 10


def files_not_placed(prefix: str, outside: Sequence[str], dependencies: Sequence[str]) -> StrataError:
    """Return the error for an `image_files` target without files, or with files that do not have its prefix.

    :param prefix: the directory that is to be left out of paths.
    :param outside: the files that do not lie in it.
    :param dependencies: the addresses that the target depends on.
    """
    if outside:
        more = [f"and {len(outside) - _SHOWN} more"] if len(outside) > _SHOWN else []
        return StrataError(
            f"Some files do not lie in {prefix}, the directory that is to be left out of their paths.",
            found=[*outside[:_SHOWN], *more],
            fix='set `strip_prefix` to a directory that all of them lie in: one below the BUILD file, as "static", or '
            'one from the root of the repository on, as "//assets".',
        )
    return StrataError(
        "There are no files to place in an image.",
        found=[f"depends on {each}" for each in dependencies] or ["`dependencies` is empty"],
        fix="name `files` targets in `dependencies`: sources and `resources` are the app's, and lie in /app.",
    )


def no_image_files(name: str, alias: str) -> StrataError:
    """Return the error for an address in `extra_files` that is no `image_files` target.

    :param alias: the type of that target.
    """
    return StrataError(
        f"`extra_files` names {name}, which does not say where its files are placed.",
        found=[f"{name} is a `{alias}` target"],
        fix='name an `image_files` target, for instance `image_files(name="static", dependencies=[":files"], '
        'path="/srv/www")`.',
    )


def file_placed_twice(places: Mapping[str, Sequence[str]]) -> StrataError:
    """Return the error for paths at which several `image_files` targets of one image place a file.

    :param places: path → the addresses of the targets.
    """
    return StrataError(
        "Several `image_files` targets place a file at the same path.",
        found=[f"{path}: {', '.join(addresses)}" for path, addresses in sorted(places.items())],
        fix="give one of them another `path` or `strip_prefix`, or leave the file out of its `dependencies`.",
    )
