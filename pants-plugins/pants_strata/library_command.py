"""This module starts commands of the library beside a build: on the Python of Pants, which has it, and uncached.

A command gets the path as an argument and no PYTHONPATH, which would reach programs that it starts and that are
themselves written in Python. The library needs no package beside it, so that Python starts without looking for any.
"""

from __future__ import annotations

import os
import sys

import strata

_PROGRAM = """\
import os, sys
sys.path[:0] = sys.argv.pop(1).split(os.pathsep)
from strata.__main__ import main
sys.exit(main())
"""
# Modules of the standard library are found first, and those of the library nowhere else.
_FAST_PROGRAM = """\
import sys
sys.path.append(sys.argv.pop(1))
from strata.start.light import import_light, leave
import_light('strata.registry.command', {modules})
{prepare}
from strata.__main__ import main
leave(main())
"""
_FOLDERS = os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))
_FOLDER = os.path.dirname(os.path.abspath(strata.__path__[0]))


def _fast(*modules: str, prepare: str = "") -> tuple[str, ...]:
    program = _FAST_PROGRAM.format(modules=", ".join(map(repr, modules)), prepare=prepare)
    return sys.executable, "-IS", "-c", program, _FOLDER


STRATA = (sys.executable, "-IS", "-c", _PROGRAM, _FOLDERS)
"""What stands before the arguments of `python -m strata`."""

PUSH = (*_fast("strata.registry.bases", "strata.registry.push"), "push")
"""What stands before the arguments of `python -m strata push`, which starts fast: there is one for each image."""

DIGEST = (
    *_fast("strata.fetch.host", prepare="from strata.fetch.host import HostSettings; HostSettings.enter()"),
    "digest",
)
"""What stands before the arguments of `python -m strata digest`, in a sandbox with the settings of the machine.

It starts fast, too, and takes the user's environment from the settings (util_rules/host.py): what is secret there is in
no environment of a process that Pants runs.
"""
