"""This module says what `validate` and `list` take. It imports nothing that they need to run."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_validate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `validate` takes."""
    parser.add_argument("layout", type=Path, help="the directory that holds index.json")
    parser.add_argument(
        "--image-spec-only",
        action="store_true",
        help="leave out what only reproducible images must hold: for images that something else built",
    )
    parser.add_argument(
        "--rebuild",
        metavar="ADDRESS",
        help="build this target without any cache, and compare each layer and config: run it at the repository's root",
    )
    parser.add_argument("--pants", default="./pants", help="the program that starts Pants, for --rebuild")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing for a sound layout: for scripts")


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `list` takes."""
    parser.add_argument("path", type=Path, help="a layer's blob, or the directory that holds index.json")


ARGUMENTS = {"list": add_list_arguments, "validate": add_validate_arguments}
