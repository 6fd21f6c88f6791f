"""This module says what `audit` takes. It imports nothing that it needs to run."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_audit_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `audit` takes."""
    parser.add_argument("layout", type=Path, help="the directory that holds index.json")
    parser.add_argument("--looked-for", action="store_true", help="say also which paths and contents are looked for")


ARGUMENTS = {"audit": add_audit_arguments}
