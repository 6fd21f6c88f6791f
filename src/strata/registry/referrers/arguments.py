"""This module says what `attach` and `referrers` take. It imports nothing that they need to run."""

from __future__ import annotations

import argparse
from pathlib import Path

from strata.registry.arguments import add_settings


def add_attach_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `attach` takes."""
    parser.add_argument("reference", metavar="REFERENCE", help="registry.example/team/app:tag, or @sha256:DIGEST")
    parser.add_argument("document", type=Path, metavar="FILE", help="a document, or a folder of them: NAME.attest")
    parser.add_argument(
        "--artifact-type", default="", metavar="TYPE", help="of a file whose name tells no type: its media type"
    )
    parser.add_argument(
        "--platform",
        default="",
        metavar="OS/ARCHITECTURE",
        help="the image of an index that a file is about; by default the index itself",
    )
    add_settings(parser)


def add_referrers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `referrers` takes."""
    parser.add_argument("reference", metavar="REFERENCE", help="registry.example/team/app:tag, or @sha256:DIGEST")
    parser.add_argument("--artifact-type", default="", metavar="TYPE", help="list only those of a type")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    add_settings(parser)


ARGUMENTS = {"attach": add_attach_arguments, "referrers": add_referrers_arguments}
