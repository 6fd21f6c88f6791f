"""This module has the commands `strata validate` and `strata list`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from strata.errors import oci as errors
from strata.layouts.finding import Rule, printable
from strata.layouts.layout import Layout
from strata.layouts.listing import list_layer, list_layout
from strata.layouts.rebuild import differences, rebuilt
from strata.layouts.validate import validate

FOUND = 1


def _validate(arguments: argparse.Namespace) -> int:
    """Print one finding a line, or one line that says that there is none. Return 1 if there is a finding."""
    if not arguments.layout.exists():
        raise errors.missing_layout(printable(str(arguments.layout)))
    findings = validate(arguments.layout)
    if arguments.image_spec_only:
        findings = [finding for finding in findings if finding.rule is Rule.OCI]
    if arguments.rebuild:
        with rebuilt(arguments.pants, arguments.rebuild) as again:
            findings += differences(Layout.open(arguments.layout), again)
    _print(map(str, findings))
    if not findings and not arguments.quiet:
        also = "" if arguments.image_spec_only else ", and has the form of a reproducible image"
        also += f", and {arguments.rebuild} builds the same without any cache" if arguments.rebuild else ""
        _print([f"{printable(str(arguments.layout))} is a sound OCI image layout{also}."])
    return FOUND if findings else 0


def _list(arguments: argparse.Namespace) -> int:
    """Print a line for each file of a layer, or of all layers of a layout."""
    if not arguments.path.exists():
        raise errors.missing_path(printable(str(arguments.path)))
    _print(list_layout(Layout.open(arguments.path)) if arguments.path.is_dir() else list_layer(arguments.path))
    return 0


def _print(lines: Iterable[str]) -> None:
    """Print lines in UTF-8 whatever the locale is, so that a listing is the same everywhere."""
    try:
        for line in lines:
            sys.stdout.buffer.write(f"{line}\n".encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader, `head` perhaps, has seen enough. Python flushes again at exit, into nothing then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COMMANDS = {"validate": _validate, "list": _list}
