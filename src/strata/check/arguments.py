"""This module says what `check` takes. It imports nothing that it needs to run."""

from __future__ import annotations

import argparse
from pathlib import Path

THRESHOLDS = ("low", "medium", "high", "critical", "never")
"""The severities from which on a check can fail."""

DEFAULT_THRESHOLD = "high"
DEFAULT_DAYS = 180


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `check` takes."""
    parser.add_argument("layouts", metavar="LAYOUT", nargs="+", help="DIRECTORY or DIRECTORY:TAG of a layout")
    parser.add_argument(
        "--osv",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="an OSV export of PyPI: a folder, a zip archive or a JSON file; may be given several times",
    )
    parser.add_argument("--debian-tracker", type=Path, metavar="FILE", help="the JSON of Debian's security tracker")
    parser.add_argument("--ignore", type=Path, metavar="FILE", help="a TOML file of what to ignore, until when and why")
    parser.add_argument(
        "--fail-on",
        choices=THRESHOLDS,
        default=DEFAULT_THRESHOLD,
        help=f"the severity from which on the exit code is 1 (default: {DEFAULT_THRESHOLD})",
    )
    parser.add_argument(
        "--end-of-life-days",
        type=int,
        default=DEFAULT_DAYS,
        metavar="N",
        help=f"report a version of CPython from N days before its end of life (default: {DEFAULT_DAYS})",
    )
    parser.add_argument("--only-fixed", action="store_true", help="leave out vulnerabilities that no version mends yet")
    parser.add_argument("--json", action="store_true", help="print JSON")


ARGUMENTS = {"check": add_check_arguments}
