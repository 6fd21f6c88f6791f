"""The command `strata diff`."""

from __future__ import annotations

import argparse
import sys

from strata.diff.compare import compare, explained
from strata.diff.report import to_json, to_table
from strata.diff.tagged_layout import TaggedLayout

CHANGED = 1


def diff(arguments: argparse.Namespace) -> int:
    """Exit code 1 on a change where that is asked for."""
    before, after = TaggedLayout.open(arguments.reference), TaggedLayout.open(arguments.layout)
    comparisons = [
        explained(each, before.open_blob, after.open_blob)
        for each in compare(arguments.layout, before.side(), after.side())
    ]
    write = to_json if arguments.format == "json" else to_table
    sys.stdout.buffer.write(write(comparisons, only_changed=arguments.only_changed).encode())
    return CHANGED if arguments.fail_on_change and any(each.changed for each in comparisons) else 0


COMMANDS = {"diff": diff}
