"""This module says what `strata run` takes. It imports nothing that the command needs to run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

ENGINES = ("podman", "docker", "nerdctl")
"""Container engines: they have a store of images of their own."""

PROGRAMS = ("runc", "bwrap")
"""Programs that run unpacked files, without a daemon."""

AUTOMATIC = "auto"


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `run` takes."""
    parser.add_argument("layout", metavar="LAYOUT", help="DIRECTORY or DIRECTORY:TAG of an OCI image layout")
    parser.add_argument(
        "--runtime",
        choices=(AUTOMATIC, *ENGINES, *PROGRAMS),
        default=AUTOMATIC,
        help="what runs the image; by default the first of these that works on this machine",
    )
    parser.add_argument(
        *("-p", "--publish"),
        action="append",
        default=[],
        metavar="[HOST:]PORT",
        help="a port of the container that this machine listens on, as 8000 or 8080:8000",
    )
    parser.add_argument(
        *("-e", "--env"),
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a variable over those of the image; without a value, that of this process",
    )
    parser.add_argument(
        *("-v", "--volume"),
        action="append",
        default=[],
        metavar="PATH:PATH[:ro]",
        help="a file or directory of this machine, and where the container has it",
    )
    parser.add_argument("--user", default="", help="user or user:group, instead of the image's")
    parser.add_argument("--entrypoint", default="", metavar="PROGRAM", help="instead of the image's entry point")
    parser.add_argument("--workdir", default="", metavar="PATH", help="instead of the image's working directory")
    parser.add_argument("--writable", action="store_true", help="make the root writable: the container has a copy")
    parser.add_argument(
        "--network", choices=("host", "none"), default="host", help="none: a loopback device and nothing more"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="FOLDER",
        help="where unpacked layers are kept, for runc and bwrap; by default strata/run in the user's cache",
    )
    parser.usage = "%(prog)s [options] LAYOUT [-- ARGUMENTS]"
    parser.set_defaults(arguments=[])


def split_arguments(command_line: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return what stands before `--`, and the arguments of the app behind it, in whatever form these have.

    argparse takes a `--` behind options for the end of the positional arguments that came before them.
    """
    if "--" not in command_line:
        return command_line, ()
    place = command_line.index("--")
    return command_line[:place], command_line[place + 1 :]


ARGUMENTS = {"run": add_run_arguments}
