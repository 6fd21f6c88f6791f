"""This module is the command line of the library.

    python -m strata validate DIRECTORY      what is wrong with an OCI image layout
    python -m strata list BLOB_OR_DIRECTORY  the files of a layer, or of all layers of a layout
    python -m strata diff REFERENCE LAYOUT   why an image differs from another one
    python -m strata audit DIRECTORY         the installers of Python packages in an OCI image layout
    python -m strata run LAYOUT -- ARGUMENTS runs the image of a layout, with an engine or without a daemon
    python -m strata test LAYOUT FILE        tests the image of a layout, by files of container-structure-test
    python -m strata check LAYOUT            vulnerable and outdated parts of its images, by files of databases
    python -m strata push LAYOUT REFERENCE   a layout's image into a registry: what is new there, and then the tag
    python -m strata pull LAYOUT REFERENCE   a registry's image into a layout
    python -m strata copy SOURCE TARGET      an image from one repository into another
    python -m strata digest REFERENCE        the digest that a registry has at a tag
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
from functools import partial

from strata.errors import StrataError

COMMANDS = {
    "attach": ("strata.registry.referrers", "attach documents to an image in a registry"),
    "audit": ("strata.audit", "find installers of Python packages in the images of any OCI image layout"),
    "check": ("strata.check", "find what needs attention in images: vulnerable, outdated"),
    "copy": ("strata.registry", "copy an image from one registry or repository to another"),
    "digest": ("strata.registry", "print the digest that a registry has at a tag"),
    "diff": ("strata.diff", "compare the images of two layouts, layer by layer, and name the causes"),
    "list": ("strata.layouts", "list mode, owner, size and path of each file in a layer"),
    "pull": ("strata.registry", "fetch an image from a registry into a layout"),
    "push": ("strata.registry", "send an image from a layout to a registry"),
    "referrers": ("strata.registry.referrers", "list what is attached to an image in a registry"),
    "run": ("strata.run", "run the image of a layout, also without a daemon"),
    "sign": ("strata.sign", "sign an image, so that cosign and others verify it"),
    "test": ("strata.image_tests", "test the image of a layout by structure tests, without a daemon"),
    "validate": ("strata.layouts", "recompute all that an OCI image layout says of itself"),
    "verify": ("strata.sign", "verify an image: signatures, digests, and a policy"),
}
"""Command → the package that has it, and what it does.

The package's module `arguments` says what the command takes, and its module `command` runs it; both by the name of the
command. They are imported for that command alone: `publish` starts one for each image.
"""


def main() -> int:
    """Run the command that the arguments name, and return its exit code."""
    command_line: Sequence[str] = sys.argv[1:]
    behind: Sequence[str] = ()
    if command_line[:1] == ["run"]:
        from strata.run.arguments import split_arguments

        command_line, behind = split_arguments(command_line)
    name = command_line[0] if command_line else ""
    if name not in COMMANDS:
        overview = _overview()
        overview.parse_args(command_line)
        overview.error("the command stands first")
    package, purpose = COMMANDS[name]
    # A parser makes a formatter for each argument; without a width that imports `shutil`, to ask for the terminal's.
    width = None if {"-h", "--help"} & {*command_line} else 78
    parser = argparse.ArgumentParser(
        prog=f"strata {name}",
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        formatter_class=partial(argparse.HelpFormatter, width=width),
    )
    importlib.import_module(f"{package}.arguments").ARGUMENTS[name](parser)
    arguments = parser.parse_args(command_line[1:])
    if behind:
        arguments.arguments = behind
    try:
        return int(importlib.import_module(f"{package}.command").COMMANDS[name](arguments))
    except StrataError as error:
        print(error, file=sys.stderr)
        return 2


def _overview() -> argparse.ArgumentParser:
    """Return a parser that knows the names of the commands: to list them, or to refuse another name."""
    parser = argparse.ArgumentParser(prog="strata", description="Builds and checks layers of OCI images.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (_, purpose) in COMMANDS.items():
        commands.add_parser(name, help=purpose)
    return parser


if __name__ == "__main__":
    sys.exit(main())
