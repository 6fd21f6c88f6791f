"""This module puts the values of variables into texts, as Go's os.Expand does: structure tests are written for it.

https://pkg.go.dev/os#Expand
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# A name in braces, whatever it is; braces that hold none, which go; a name, or one of a shell's own.
_VARIABLE = re.compile(r"\$(?:\{(?P<braces>[^}]+)\}|\{\}?|(?P<name>[A-Za-z_][A-Za-z0-9_]*|[*#$@!?0-9-]))")


def expanded(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the value of each `$NAME` and `${NAME}`; empty for those that are not set."""
    return _VARIABLE.sub(lambda found: values.get(found["braces"] or found["name"] or "", ""), text)
