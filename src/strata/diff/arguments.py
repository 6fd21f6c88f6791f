"""This module says what `diff` takes. It imports nothing that it needs to run."""

from __future__ import annotations

import argparse


def add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `diff` takes."""
    parser.add_argument("reference", metavar="REFERENCE", help="DIRECTORY or DIRECTORY:TAG of an OCI image layout")
    parser.add_argument("layout", metavar="LAYOUT", help="the same, to compare with the reference")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="table: the default")
    parser.add_argument("--only-changed", action="store_true", help="leave out images and layers that are the same")
    parser.add_argument("--fail-on-change", action="store_true", help="exit with 1 if an image changed")


ARGUMENTS = {"diff": add_diff_arguments}
