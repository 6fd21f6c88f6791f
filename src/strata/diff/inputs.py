"""How two builds of a layer differ in what the layer was made from (strata.attest.build_inputs)."""

from __future__ import annotations

from collections.abc import Iterator

from strata.attest.build_inputs import Input, Inputs
from strata.diff.cause import Cause, Subject

_NOUNS = {"strata": "the code of Strata", "files": "other input files"}
_VERBS = {"installer": "installed by ", "interpreter": "made on "}


def input_causes(before: Inputs, after: Inputs, *, named_only: bool = False) -> Iterator[Cause]:
    """`installed by pip 25.2 → 25.3`, or `the code of Strata changed` where no names tell the two apart.

    :param named_only: leaves the latter out.
    """
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    # Among the files is the request, which names the other inputs and changes with them.
    for name in changed if changed == ["files"] else [name for name in changed if name != "files"]:
        old, new = before.get(name, Input("", "")), after.get(name, Input("", ""))
        if old.name and new.name and old.name != new.name:
            text = f"{_VERBS.get(name, '')}{_arrow(old.name, new.name)}"
            yield Cause(Subject.INPUT, name, old.name, new.name, text)
        elif not named_only:
            text = f"{_NOUNS.get(name, name)} changed"
            yield Cause(Subject.INPUT, name, old.digest or None, new.digest or None, text)


def _arrow(old: str, new: str) -> str:
    """`pip 25.2 → 25.3`, `pip 25.2 → uv 0.9.7`."""
    tool, _, version = new.rpartition(" ")
    return f"{old} → {version if tool and old.startswith(tool + ' ') else new}"
