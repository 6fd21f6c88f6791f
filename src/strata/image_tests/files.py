"""This module tests the files of an image: those of its layers, without what a runtime adds."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Iterable, Iterator
from typing import Optional

from strata.image_tests.outcome import Outcome
from strata.image_tests.tree import ImageTree, Node
from strata.layouts.links import TooManyLinks
from strata.oci.tar_reader import DIRECTORY, SYMLINK
from strata.protocol.images.try_image import ANY, FileCase

_EXECUTE = {"any": 0o111, "owner": 0o100, "group": 0o010, "other": 0o001}
EXECUTABLE_BY = tuple(_EXECUTE)
"""Who a file may have to be executable by."""

_MOST_BYTES = 16 << 20


def file_outcome(case: FileCase, tree: ImageTree) -> Outcome:
    """Return what is at the path, compared with what must be."""
    begin = time.monotonic()
    return Outcome(case.name, time.monotonic() - begin, list(_problems(case, tree)))


def permissions(node: Node) -> str:
    """Return the kind and the mode of a file as Go writes them: `-rwxr-xr-x`, `dtrwxrwxrwx`, `Lrwxrwxrwx`.

    https://pkg.go.dev/io/fs#FileMode.String
    """
    mode = 0o777 if node.kind == SYMLINK else node.mode
    kinds = [
        ("d", node.kind == DIRECTORY),
        ("L", node.kind == SYMLINK),
        ("u", mode & stat.S_ISUID),
        ("g", mode & stat.S_ISGID),
        ("t", mode & stat.S_ISVTX),
    ]
    letters = "".join(letter for letter, has in kinds if has) or "-"
    return letters + "".join(letter if mode & 1 << 8 - place else "-" for place, letter in enumerate("rwxrwxrwx"))


def _problems(case: FileCase, tree: ImageTree) -> Iterator[str]:
    try:
        node = tree.find(case.path)
        if not case.exists:
            if node is not None:
                yield f"{case.path} is there: {permissions(node)}"
            return
        if node is None:
            yield f"{case.path} is not there"
            return
        yield from _mode_problems(case, node)
        if case.expected or case.excluded:
            yield from _content_problems(case, tree)
    except TooManyLinks as problem:
        yield f"{case.path} cannot be followed: {problem}"


def _mode_problems(case: FileCase, node: Node) -> Iterator[str]:
    found = permissions(node)
    if case.permissions not in ("", found):
        yield f"{case.path} has the permissions {found}, not {case.permissions}"
    if case.executable_by and not node.mode & _EXECUTE[case.executable_by]:
        yield f"{case.path} with the permissions {found} is not executable by {case.executable_by}"
    for what, wanted, owner in (("user", case.uid, node.uid), ("group", case.gid, node.gid)):
        if wanted not in (ANY, owner):
            yield f"{case.path} belongs to the {what} {owner}, not {wanted}"


def _content_problems(case: FileCase, tree: ImageTree) -> Iterator[str]:
    content = tree.read(case.path, _MOST_BYTES + 1)
    if content is None:
        yield f"{case.path} is not a file with a content"
    elif len(content) > _MOST_BYTES:
        yield f"{case.path} has more than {_MOST_BYTES} bytes, too many to compare"
    else:
        yield from unmatched(content.decode(errors="replace"), case.path, case.expected, case.excluded)


def unmatched(text: str, what: str, expected: Iterable[str], excluded: Iterable[str]) -> Iterator[str]:
    """Yield a line for each pattern that a text should match and does not, or should not match and does.

    :param what: what has the text, the subject of the lines.
    """
    for pattern in expected:
        if not _search(pattern, text):
            yield f"{what} does not match {pattern!r}"
    for pattern in excluded:
        found = _search(pattern, text)
        if found:
            yield f"{what} matches {pattern!r}: {found[0][:200]!r}"


def _search(pattern: str, text: str) -> Optional[re.Match[str]]:
    return re.search(pattern, text)
