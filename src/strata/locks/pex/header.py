"""This module reads the comment lines that Pants writes before the JSON of a lock of Pex.

They say by which command the lock is written again, and hold metadata as JSON: from which requirements it was made and
for which interpreters. Pants has no digest of the lock itself there.
Source: pants/core/util_rules/lockfile_metadata.py and pants/backend/python/util_rules/lockfile_metadata.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from strata.errors.package_locks import pex_locks as errors

_BEGIN = "--- BEGIN PANTS LOCKFILE METADATA: DO NOT EDIT OR REMOVE ---"
_END = "--- END PANTS LOCKFILE METADATA ---"
_COMMAND = re.compile(r"To regenerate, run:\n\s*\n\s+(?P<command>\S[^\n]*)\n")
_WITHOUT_HEADER = "write it again with `pex3 lock create`"


@dataclass(frozen=True)
class Header:
    """The header of a lock; a lock that Pants did not write has none, and all but `renew` is empty.

    :param renew: how to write the lock again, as part of a sentence: ``run `./pants generate-lockfiles …` ``.
    """

    renew: str
    requirements: tuple[str, ...] = ()
    interpreter_constraints: tuple[str, ...] = ()


def split(text: str, where: str) -> tuple[Header, str]:
    """Return the header of a lock and its JSON. Raise StrataError for metadata that cannot be read."""
    lines = text.splitlines()
    comments = [line.strip()[2:] for line in lines if line.lstrip().startswith("//")]
    # An empty line stays for each comment, so that a message about the JSON names the line of the file.
    body = "\n".join("" if line.lstrip().startswith("//") else line for line in lines)
    return _read(comments, where), body


def _read(comments: list[str], where: str) -> Header:
    command = _COMMAND.search("\n".join([*comments, ""]))
    renew = f"run `{command['command'].strip()}`" if command else _WITHOUT_HEADER
    stripped = [line.strip() for line in comments]
    if _BEGIN not in stripped:
        return Header(renew)
    begin = stripped.index(_BEGIN)
    try:
        metadata = json.loads("\n".join(stripped[begin + 1 : stripped.index(_END, begin)]))
        requirements = metadata.get("generated_with_requirements", [])
        constraints = metadata.get("valid_for_interpreter_constraints", [])
    except (ValueError, AttributeError, RecursionError):
        raise errors.damaged_header(where, renew) from None
    for values in (requirements, constraints):
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise errors.damaged_header(where, renew)
    return Header(renew, tuple(requirements), tuple(constraints))
