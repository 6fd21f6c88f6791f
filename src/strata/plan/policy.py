"""This module finds what a policy about wheels may refuse: code at each start of Python, and paths that are alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

from strata.protocol.dependencies_layer import Distribution


def starts(distributions: Mapping[str, Distribution], allowed: Collection[str] = ()) -> dict[str, str]:
    """Return the files with code that runs at each start of Python: path in an image → name of a project.

    :param distributions: name of a project → what its wheel installs.
    :param allowed: projects that may have such files.
    """
    return {path: name for name in sorted(distributions) if name not in allowed for path in distributions[name].starts}


def alike(distributions: Mapping[str, Distribution]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the paths that differ only in case or in their Unicode form, each time with the names of their projects.

    Directories count, too: file systems without case would mix the files of both.
    """
    owners: dict[str, set[str]] = {}
    for name, distribution in distributions.items():
        for path in distribution.files:
            place = path
            # Where a project is known to have a directory, it is known to have all above it.
            while place and name not in owners.setdefault(place, set()):
                owners[place].add(name)
                place = place.rpartition("/")[0]
    forms: dict[str, list[str]] = {}
    for path in sorted(owners):
        forms.setdefault(unicodedata.normalize("NFC", path).casefold(), []).append(path)
    return {
        tuple(paths): tuple(sorted(set[str]().union(*(owners[path] for path in paths))))
        for paths in forms.values()
        if len(paths) > 1
    }
