"""This module makes scripts of the entry points that a wheel declares.

https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any, Optional

from strata.errors import wheels as errors
from strata.wheels.image_venv import IMAGE_PYTHON
from strata.wheels.limits import NAME_BYTES

_GROUPS = ("console_scripts", "gui_scripts")
_TEXT = """\
#!{python}
import sys
from {module} import {imported}
if __name__ == "__main__":
    sys.argv[0] = sys.argv[0].removesuffix(".exe")
    sys.exit({attribute}())
"""


def entry_point_scripts(text: str, wheel: str) -> Mapping[str, str]:
    """Return name → text of each console and GUI script, sorted by name.

    Raise StrataError for an entry point that names no function, and for a script that would lie outside of bin.

    :param text: the content of `entry_points.txt`.
    :param wheel: the file name of the wheel, for errors.
    """
    scripts = {}
    for entry_point in _entry_points(text, wheel):
        if entry_point.group not in _GROUPS:
            continue
        name, match = entry_point.name, entry_point.pattern.match(entry_point.value)
        if match is None or not match["attr"] or not _is_file_name(name):
            raise errors.unusable_entry_point(wheel, name, entry_point.value)
        module, attribute = match["module"], match["attr"]
        imported = attribute.partition(".")[0]
        scripts[name] = _TEXT.format(python=IMAGE_PYTHON, module=module, imported=imported, attribute=attribute)
    return dict(sorted(scripts.items()))


def _entry_points(text: str, wheel: str) -> Sequence[metadata.EntryPoint]:
    try:
        return list(_EntryPoints(text).entry_points)
    # Each version of the standard library has its own errors for lines that are no entry points.
    except (ValueError, TypeError, AttributeError, KeyError, configparser.Error):
        raise errors.unreadable_wheel(wheel, "its entry_points.txt has lines that are no entry points") from None


def _is_file_name(name: str) -> bool:
    return "/" not in name and name not in ("", ".", "..") and name.isprintable() and len(name.encode()) <= NAME_BYTES


class _EntryPoints(metadata.Distribution):
    """A distribution with entry points and nothing else: the standard library parses them only as part of one."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self, filename: str) -> Optional[str]:
        """Return the text of `entry_points.txt`; there is no other file."""
        return self._text if filename == "entry_points.txt" else None

    def locate_file(self, path: Any) -> Any:
        """Raise FileNotFoundError: the distribution is not installed."""
        raise FileNotFoundError(path)
