"""This module finds what a policy about wheels may refuse: code at each start of Python, and paths that are alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from strata.plan.overlaps import directories
from strata.protocol.dependencies_layer import Distribution

_SHOWN = 10


@dataclass(frozen=True)
class Notices:
    """What a reader should know of an image's dependencies, and a policy may refuse.

    :param starts: the paths of files with code that runs at each start of Python, each with the name of its project.
    :param alike: paths that differ only in case or in their Unicode form, each time with the names of their projects.
    """

    starts: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, distributions: Mapping[str, Distribution]) -> Notices:
        """Return what is to be told of some projects."""
        return cls(tuple(starts(distributions).items()), tuple(sorted(alike(distributions).items())))

    def lines(self) -> Iterator[str]:
        """Yield one line for each file that runs, and some for the paths that are alike."""
        for path, name in self.starts:
            yield f"runs at each start of Python: /{path}, of {name}"
        for paths, names in self.alike[:_SHOWN]:
            shown = ", ".join(f"/{path}" for path in paths)
            yield f"differ only in case or Unicode form: {shown}, of {', '.join(names)}"
        if len(self.alike) > _SHOWN:
            yield f"differ only in case or Unicode form: {len(self.alike) - _SHOWN} more"


def starts(distributions: Mapping[str, Distribution]) -> dict[str, str]:
    """Return the files with code that runs at each start of Python: path in an image → name of a project.

    :param distributions: name of a project → what its wheel installs.
    """
    return {path: name for name in sorted(distributions) for path in distributions[name].starts}


def alike(distributions: Mapping[str, Distribution]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the paths that differ only in case or in their Unicode form, each time with the names of their projects.

    Directories count, too: file systems without case would mix the files of both.
    """
    places = set[str]()
    others: dict[str, str] = {}
    for distribution in distributions.values():
        places.update(distribution.files, directories(distribution))
        others.update(_forms(distribution))
    groups: dict[str, list[str]] = {}
    for path, form in others.items():
        groups.setdefault(form, []).append(path)
    # What is such a form itself.
    for path in (groups.keys() & places) - others.keys():
        groups[path].append(path)
    return {
        tuple(sorted(paths)): tuple(name for name in sorted(distributions) if _has_one(distributions[name], paths))
        for _, paths in sorted(groups.items())
        if len(paths) > 1
    }


def _has_one(distribution: Distribution, paths: Iterable[str]) -> bool:
    return any(path in distribution.files or path in directories(distribution) for path in paths)


# Each image that has a wheel asks the same of it.
@lru_cache(maxsize=4096)
def _forms(distribution: Distribution) -> Mapping[str, str]:
    """Return the paths of files and directories that have another form, to be compared by: path → that form."""
    paths = (*distribution.files, *directories(distribution))
    forms = ((path, unicodedata.normalize("NFC", path).casefold()) for path in paths)
    return {path: form for path, form in forms if path != form}
