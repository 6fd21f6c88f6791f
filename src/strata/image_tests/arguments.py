"""This module says what `strata test` takes. It imports nothing that the command needs to run."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_test_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `test` takes."""
    parser.add_argument("layout", metavar="LAYOUT", type=Path, help="DIRECTORY of an OCI image layout")
    parser.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="structure tests, in YAML or JSON, of container-structure-test's schema 2.0.0",
    )
    parser.add_argument(
        "--runtime",
        choices=("auto", "runc", "bwrap"),
        default="auto",
        help="what starts containers; by default the first that works on this machine",
    )
    parser.add_argument(
        "--timeout", type=int, default=60, metavar="SECONDS", help="the time that each command may take; 60"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="where unpacked layers are kept; by default strata/run in the user's cache",
    )


ARGUMENTS = {"test": add_test_arguments}
