"""This module puts values into the names of repositories and tags: `{directory}/{name}`, `{env.VERSION}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from pants.engine.addresses import Address

from strata.errors import publish as errors

GIT_COMMIT = "git_commit"
_ENVIRONMENT = "env."
_NAME = re.compile(r"\{([^{}]*)\}")


def variables_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the environment variables that some texts ask for, sorted."""
    names = {name for text in texts for name in _NAME.findall(text)}
    return tuple(sorted(name[len(_ENVIRONMENT) :] for name in names if name.startswith(_ENVIRONMENT)))


def asks_for_commit(texts: Iterable[str]) -> bool:
    """Return whether a text has `{git_commit}`."""
    return any(GIT_COMMIT in _NAME.findall(text) for text in texts)


def values_of(address: Address, digest: str, commit: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return name → value for the image of a target.

    :param digest: with its algorithm, which no tag may have: the value is the digits alone.
    :param commit: empty where no commit is checked out.
    """
    folder = PurePath(address.spec_path)
    return {
        "name": address.target_name,
        "directory": folder.name,
        "parent_directory": folder.parent.name,
        "digest": digest.partition(":")[2],
        GIT_COMMIT: commit,
        **{f"{_ENVIRONMENT}{name}": value for name, value in environment.items()},
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each `{name}` replaced. Raise StrataError where a name stands for nothing."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith(_ENVIRONMENT) and not values.get(name):
            raise errors.variable_not_set(text, name[len(_ENVIRONMENT) :])
        if name not in values:
            raise errors.unknown_name(text, name, (each for each in values if not each.startswith(_ENVIRONMENT)))
        if name == GIT_COMMIT and not values[name]:
            raise errors.no_commit(text)
        return values[name]

    return _NAME.sub(value, text)
