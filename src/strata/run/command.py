"""This module has the command `strata run`."""

from __future__ import annotations

import argparse
import os
import sys

from strata.errors.running import run as errors
from strata.layouts.layout import Layout, split_tag
from strata.run.arguments import ENGINES
from strata.run.engines import Engine
from strata.run.options import cache_folder, options_of
from strata.run.programs import CannotRun, runtimes
from strata.run.unpacked import image_for_this_machine, run_unpacked


def _run(arguments: argparse.Namespace) -> int:
    """Run the image of a layout; return the exit code of its app."""
    root, tag = split_tag(arguments.layout)
    layout = Layout.open(root)
    manifest = image_for_this_machine(layout, tag)
    terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    options = options_of(arguments, os.environ, terminal=terminal)
    tried = []
    for kind, program in runtimes(arguments.runtime, os.environ):
        if program is None:
            tried.append(f"{kind}: not on PATH")
            continue
        try:
            if kind in ENGINES:
                return Engine(program, kind).run(layout, tag or _tag(layout), manifest, options)
            cache = cache_folder(arguments.cache, os.environ)
            return run_unpacked(kind, program, layout, manifest, options, cache)
        except CannotRun as reason:
            tried.append(f"{kind}: {reason}")
    raise errors.no_runtime(tried)


def _tag(layout: Layout) -> str:
    tags = layout.tags()
    return tags[0] if len(tags) == 1 else ""


COMMANDS = {"run": _run}
