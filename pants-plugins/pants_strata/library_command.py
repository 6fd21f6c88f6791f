"""This module starts commands of the library beside a build: on the Python of Pants, which has it, and uncached.

A command gets the path as an argument and no PYTHONPATH, which would reach programs that it starts and that are
themselves written in Python. The library needs no package beside it, so that Python starts without looking for any.
"""

from __future__ import annotations

import os
import sys

_PATH = "import os, sys; sys.path[:0] = sys.argv.pop(1).split(os.pathsep); "
_LIGHT = "from strata.start.light import import_light; import_light('strata.registry.command', {}); "
_PUSH = _LIGHT.format("'strata.registry.bases', 'strata.registry.push'")
_DIGEST = _LIGHT.format("'strata.fetch.host'")
_HOST = "from strata.fetch.host import HostSettings; HostSettings.enter(); "
_MAIN = "from strata.__main__ import main; sys.exit(main())"


def _command(program: str) -> tuple[str, ...]:
    return sys.executable, "-IS", "-c", program, os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))


STRATA = _command(_PATH + _MAIN)
"""What stands before the arguments of `python -m strata`."""

PUSH = (*_command(_PATH + _PUSH + _MAIN), "push")
"""What stands before the arguments of `python -m strata push`, which starts fast: there is one for each image."""

DIGEST = (*_command(_PATH + _DIGEST + _HOST + _MAIN), "digest")
"""What stands before the arguments of `python -m strata digest`, in a sandbox with the settings of the machine.

It starts fast, too, and takes the user's environment from the settings (util_rules/host.py): what is secret there is in
no environment of a process that Pants runs.
"""
