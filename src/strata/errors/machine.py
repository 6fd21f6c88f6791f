"""This module words the errors of the machine that runs a step. Any verb may raise them (strata.verbs)."""

from __future__ import annotations

from strata.errors import StrataError


def no_room(verb: str, detail: str) -> StrataError:
    """Return the error for a step that cannot write its files.

    :param detail: what the system says, for one line.
    """
    return StrataError(
        f"The step {verb} cannot write its files: there is no room left.",
        found=[detail],
        fix="make room where Pants runs steps (`[GLOBAL].local_execution_root_dir`) and keeps its caches "
        "(`~/.cache/pants`), and build again: nothing that was written in part is used.",
    )
