"""This module makes scripts of the entry points that a wheel declares.

https://packaging.python.org/en/latest/specifications/entry-points/#use-for-scripts
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping

from strata.errors import wheels as errors
from strata.wheels.image_venv import IMAGE_PYTHON
from strata.wheels.limits import ENTRY_POINT_LENGTH, NAME_BYTES

_GROUPS = ("console_scripts", "gui_scripts")
# The extras at the end are of no use to who starts a script.
_FUNCTION = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<attribute>[\w.]+)\s*(\[.*\]\s*)?$")
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
    for name, value in _values(text, wheel).items():
        match = _FUNCTION.match(value)
        if match is None or not _is_file_name(name):
            raise errors.unusable_entry_point(wheel, name, value)
        module, attribute = match["module"], match["attribute"]
        imported = attribute.partition(".")[0]
        scripts[name] = _TEXT.format(python=IMAGE_PYTHON, module=module, imported=imported, attribute=attribute)
    return dict(sorted(scripts.items()))


def _values(text: str, wheel: str) -> Mapping[str, str]:
    """Return name → value of each entry point that is a script."""
    if any(len(line) > ENTRY_POINT_LENGTH for line in text.splitlines()):
        reason = f"its entry_points.txt has a line of more than {ENTRY_POINT_LENGTH} characters"
        raise errors.unreadable_wheel(wheel, reason)
    # The module importlib.metadata, which parses these too, takes as long to load as the interpreter takes to start.
    parser = _Parser(delimiters=("=",), strict=False, default_section="")
    try:
        parser.read_string(text)
    except configparser.Error:
        raise errors.unreadable_wheel(wheel, "its entry_points.txt has lines that are no entry points") from None
    return {name: value for group in _GROUPS if group in parser for name, value in parser[group].items()}


def _is_file_name(name: str) -> bool:
    return "/" not in name and name not in ("", ".", "..") and name.isprintable() and len(name.encode()) <= NAME_BYTES


class _Parser(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        """Return the name of an option as it is written: lower and upper case differ."""
        return optionstr
