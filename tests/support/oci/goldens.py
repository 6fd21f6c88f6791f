"""Golden listings: what each kind of layer holds, as text that a review of a change shows.

A test process cannot write into the repository. It leaves each listing where `./pants test` puts it into `dist`,
whether it passed or failed; ACCEPT makes golden what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import pytest

ACCEPT = "./pants test tests:: ; cp dist/test/tests*/golden/*.txt tests/images/golden/"

_GOLDEN = Path("tests/images/golden")
# Pants takes what a test writes here.
_FOUND = Path("extra-output/golden")


class Line(NamedTuple):
    """A line of strata.layouts.listing, or one that stands for `files` of them; 0 for itself alone."""

    mode: str
    owner: str
    size: int
    path: str
    target: str = ""
    files: int = 0

    @classmethod
    def parse(cls, text: str) -> Line:
        mode, owner, size, path = text.split(maxsplit=3)
        path, _, target = path.partition(" -> ")
        return cls(mode, owner, int(size), path, target)

    def __str__(self) -> str:
        files = f" ({self.files})" if self.files else ""
        target = f" -> {self.target}" if self.target else ""
        return f"{self.mode} {self.owner} {self.size:>9} {self.path}{target}{files}"


def summary(listing: Iterable[str], *crowded: str) -> list[Line]:
    """The listing with one line for all files of one directory, mode and owner, where it lies in a `crowded` one.

    Such a line ends with `/*` and the number of files, and its size is theirs together. Directories stay, so that the
    shape of the tree can be seen.
    """
    lines: dict[tuple[str, str, str], Line] = {}
    for line in map(Line.parse, listing):
        directory = line.path.rpartition("/")[0]
        if line.mode.startswith("d") or not any(f"{directory}/".startswith(f"{each}/") for each in crowded):
            lines[line.path, "", ""] = line
            continue
        key = (f"{directory}/*", line.mode, line.owner)
        before = lines.get(key, Line(line.mode, line.owner, 0, key[0]))
        lines[key] = before._replace(size=before.size + line.size, files=before.files + 1)
    return [lines[key] for key in sorted(lines)]


def check(name: str, lines: list[Line], *, exact: bool = True) -> None:
    """Compares with `tests/images/golden/NAME.txt`.

    :param exact: False where the layer is made of other packages than the locked ones, because the mirror dropped
        those. Then modes and owners of the paths that both have are compared: a new version may change all else.
    """
    found = [str(line) for line in lines]
    _FOUND.mkdir(parents=True, exist_ok=True)
    (_FOUND / f"{name}.txt").write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    golden = _GOLDEN / f"{name}.txt"
    expected = golden.read_text(encoding="utf-8").splitlines() if golden.exists() else []
    if not exact:
        found, expected = _common_rights(found, expected)
    difference = list(unified_diff(expected, found, str(golden), "found", lineterm="", n=1))
    if difference:
        pytest.fail("\n".join([*difference, "", f"To accept it: {ACCEPT}"]), pytrace=False)


def _common_rights(*listings: list[str]) -> Iterator[list[str]]:
    """Modes and owners of the paths that all listings have."""
    rights = []
    for listing in listings:
        lines = [Line.parse(line) for line in listing if not line.endswith(")")]
        rights.append({line.path: f"{line.mode} {line.owner} {line.path}" for line in lines})
    common = sorted(set.intersection(*map(set, rights)))
    return ([each[path] for path in common] for each in rights)
