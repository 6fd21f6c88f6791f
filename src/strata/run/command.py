"""This module has the command `strata run`."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator

from strata.errors.running import run as errors
from strata.layouts.finding import printable
from strata.layouts.layout import Layout, Manifest, split_tag
from strata.oci.platform import Platform
from strata.run.arguments import AUTOMATIC, ENGINES, PROGRAMS
from strata.run.engines import CannotRun, Engine
from strata.run.options import cache_folder, options_of
from strata.run.unpacked import run_unpacked

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# Where distributions put programs of root, whatever PATH a user has.
_ALSO = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def _run(arguments: argparse.Namespace) -> int:
    """Run the image of a layout; return the exit code of its app."""
    root, tag = split_tag(arguments.layout)
    layout = Layout.open(root)
    manifest = _image(layout, tag)
    terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    options = options_of(arguments, os.environ, terminal=terminal)
    tried = []
    for kind, program in _runtimes(arguments.runtime):
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


def _runtimes(wanted: str) -> Iterator[tuple[str, str | None]]:
    """Yield the runtimes to try, each with the path of its program where there is one."""
    search = os.pathsep.join([os.environ.get("PATH", ""), _ALSO])
    # Without root, runc knows one user alone, whom it calls root; bwrap gives the app the user that it asks for.
    programs = PROGRAMS if os.geteuid() == 0 else PROGRAMS[::-1]
    for kind in (*ENGINES, *programs) if wanted == AUTOMATIC else (wanted,):
        yield kind, shutil.which(kind, path=search)


def _image(layout: Layout, tag: str | None) -> Manifest:
    images = layout.images(tag)
    wanted = Platform("linux", _ARCHITECTURES.get(platform.machine(), platform.machine()))
    if wanted not in images:
        raise errors.no_image(printable(str(layout.root)), str(wanted), [f"{each}" for each in images])
    return images[wanted]


def _tag(layout: Layout) -> str:
    tags = layout.tags()
    return tags[0] if len(tags) == 1 else ""


COMMANDS = {"run": _run}
