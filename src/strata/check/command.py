"""The command `strata check`."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from strata.check.checks import Fixes
from strata.check.inventory import Inventories
from strata.check.sources import Checked, Sources, report_on
from strata.diff.tagged_layout import TaggedLayout

FAILED = 1


def check(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a finding reaches the threshold."""
    sources = Sources(
        tuple(arguments.osv),
        arguments.debian_tracker,
        arguments.ignore,
        arguments.fail_on,
        arguments.end_of_life_days,
        arguments.only_fixed,
    )
    inventories = Inventories()
    images = []
    for name in arguments.layouts:
        layout = TaggedLayout.open(name)
        images += [Checked(name, inventories.of(each, layout.open_blob), Fixes()) for each in layout.side().images]
    report = report_on(images, sources, date.today())
    sys.stdout.buffer.write((report.to_json() if arguments.json else report.to_text()).encode())
    return FAILED if report.failed else 0


COMMANDS = {"check": check}
