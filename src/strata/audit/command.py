"""The command `strata audit`."""

from __future__ import annotations

import argparse
import sys

from strata.audit.layout import audit_layout
from strata.audit.projects import PROJECTS
from strata.errors import oci as errors
from strata.layouts.finding import printable

FOUND = 1


def audit(arguments: argparse.Namespace) -> int:
    """Exit code 1 where an image holds what nobody asked for, or lacks what it says it holds."""
    if not arguments.layout.exists():
        raise errors.missing_path(printable(str(arguments.layout)))
    lines = []
    if arguments.looked_for:
        lines += [f"looked for: {project.name}: {each}" for project in PROJECTS for each in project.looked_for()]
    audits = list(audit_layout(arguments.layout))
    lines += [printable(line) for each in audits for line in each.lines()]
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return 0 if all(each.sound for each in audits) else FOUND


COMMANDS = {"audit": audit}
