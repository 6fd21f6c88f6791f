"""The commands that people run on layers and layouts."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from strata.errors import oci as errors
from strata.layouts.finding import Rule, printable
from strata.layouts.listing import list_layer, list_layout
from strata.layouts.validate import validate

FOUND = 1


def _validate(arguments: argparse.Namespace) -> int:
    """One finding a line; exit code 1 if there is one."""
    findings = validate(arguments.layout)
    if arguments.image_spec_only:
        findings = [finding for finding in findings if finding.rule is Rule.OCI]
    _print(map(str, findings))
    return FOUND if findings else 0


def _list(arguments: argparse.Namespace) -> int:
    if not arguments.path.exists():
        raise errors.missing_path(printable(str(arguments.path)))
    _print(list_layout(arguments.path) if arguments.path.is_dir() else list_layer(arguments.path))
    return 0


def _print(lines: Iterable[str]) -> None:
    """UTF-8 in any locale, so that a listing is the same everywhere."""
    try:
        for line in lines:
            sys.stdout.buffer.write(f"{line}\n".encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader, `head` perhaps, has seen enough. Python flushes again at exit, into nothing then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COMMANDS = {"validate": _validate, "list": _list}
