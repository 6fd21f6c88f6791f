"""This module is the command line of the library.

    python -m strata validate DIRECTORY      what is wrong with an OCI image layout
    python -m strata list BLOB_OR_DIRECTORY  the files of a layer, or of all layers of a layout
    python -m strata diff REFERENCE LAYOUT   why an image differs from another one
    python -m strata audit DIRECTORY         the installers of Python packages in an OCI image layout
    python -m strata run LAYOUT -- ARGUMENTS runs the image of a layout, with an engine or without a daemon
    python -m strata check LAYOUT            vulnerable and outdated parts of its images, by files of databases
    python -m strata push LAYOUT REFERENCE   a layout's image into a registry: what is new there, and then the tag
    python -m strata pull LAYOUT REFERENCE   a registry's image into a layout
    python -m strata copy SOURCE TARGET      an image from one repository into another
    python -m strata attach REFERENCE FILE   a document, or a folder of them, to an image in a registry
    python -m strata referrers REFERENCE     what is attached to an image in a registry
    python -m strata sign IMAGE              signs an image in a registry or a layout, as cosign does
    python -m strata verify IMAGE            verifies signatures and documents of an image, by keys and a policy

A user's mistake ends with the error's own exit code (2, mostly) and the error on standard error. The steps of a build
are strata.verbs.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from strata.check.arguments import add_check_arguments
from strata.errors import StrataError
from strata.registry.arguments import (
    add_attach_arguments,
    add_copy_arguments,
    add_pull_arguments,
    add_push_arguments,
    add_referrers_arguments,
)
from strata.run.arguments import add_run_arguments, split_arguments
from strata.sign.arguments import add_sign_arguments, add_verify_arguments

COMMANDS = {
    "attach": "strata.registry.referrers.command",
    "audit": "strata.audit.command",
    "check": "strata.check.command",
    "copy": "strata.registry.command",
    "diff": "strata.diff.command",
    "list": "strata.layouts.command",
    "pull": "strata.registry.command",
    "push": "strata.registry.command",
    "referrers": "strata.registry.referrers.command",
    "run": "strata.run.command",
    "sign": "strata.sign.command",
    "validate": "strata.layouts.command",
    "verify": "strata.sign.command",
}


def main() -> int:
    """Run the command that the arguments name, and return its exit code."""
    command_line: Sequence[str] = sys.argv[1:]
    behind: Sequence[str] = ()
    if command_line[:1] == ["run"]:
        command_line, behind = split_arguments(command_line)
    arguments = _parser().parse_args(command_line)
    if behind:
        arguments.arguments = behind
    try:
        command = importlib.import_module(COMMANDS[arguments.command])
        return int(command.COMMANDS[arguments.command](arguments))
    except StrataError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="strata", description="Builds and checks layers of OCI images.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    validate = commands.add_parser("validate", help="recompute all that an OCI image layout says of itself")
    validate.add_argument("layout", type=Path, help="the directory that holds index.json")
    validate.add_argument(
        "--image-spec-only",
        action="store_true",
        help="leave out what only reproducible images must hold: for images that something else built",
    )
    validate.add_argument("-q", "--quiet", action="store_true", help="print nothing for a sound layout: for scripts")
    listing = commands.add_parser("list", help="list mode, owner, size and path of each file in a layer")
    listing.add_argument("path", type=Path, help="a layer's blob, or the directory that holds index.json")
    diff = commands.add_parser("diff", help="compare the images of two layouts, layer by layer, and name the causes")
    diff.add_argument("reference", metavar="REFERENCE", help="DIRECTORY or DIRECTORY:TAG of an OCI image layout")
    diff.add_argument("layout", metavar="LAYOUT", help="the same, to compare with the reference")
    diff.add_argument("--format", choices=("table", "json"), default="table", help="table: the default")
    diff.add_argument("--only-changed", action="store_true", help="leave out images and layers that are the same")
    diff.add_argument("--fail-on-change", action="store_true", help="exit with 1 if an image changed")
    audit = commands.add_parser(
        "audit", help="find installers of Python packages in the images of any OCI image layout"
    )
    audit.add_argument("layout", type=Path, help="the directory that holds index.json")
    audit.add_argument("--looked-for", action="store_true", help="say also which paths and contents are looked for")
    add_run_arguments(commands.add_parser("run", help="run the image of a layout, also without a daemon"))
    add_check_arguments(commands.add_parser("check", help="find what needs attention in images: vulnerable, outdated"))
    add_push_arguments(commands.add_parser("push", help="send an image from a layout to a registry"))
    add_pull_arguments(commands.add_parser("pull", help="fetch an image from a registry into a layout"))
    add_copy_arguments(commands.add_parser("copy", help="copy an image from one registry or repository to another"))
    add_attach_arguments(commands.add_parser("attach", help="attach documents to an image in a registry"))
    add_referrers_arguments(commands.add_parser("referrers", help="list what is attached to an image in a registry"))
    add_sign_arguments(commands.add_parser("sign", help="sign an image, so that cosign and others verify it"))
    add_verify_arguments(commands.add_parser("verify", help="verify an image: signatures, digests, and a policy"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
