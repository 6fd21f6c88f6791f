"""This module has the command `strata audit`."""

from __future__ import annotations

import argparse
import sys

from strata.audit.layout import audit_layout
from strata.audit.projects import ALL
from strata.layouts.finding import printable
from strata.layouts.layout import Layout

FOUND = 1


def audit(arguments: argparse.Namespace) -> int:
    """Print the audit of each image. Return 1 where one holds what nobody asked for, or lacks what it declares."""
    layout = Layout.open(arguments.layout)
    lines = []
    if arguments.looked_for:
        lines += [f"looked for: {project.name}: {each}" for project in ALL for each in project.looked_for()]
    audits = list(audit_layout(layout))
    lines += [printable(line) for each in audits for line in each.lines()]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return 0 if all(each.sound for each in audits) else FOUND


COMMANDS = {"audit": audit}
