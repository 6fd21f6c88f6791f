"""This module starts commands of the library beside a build: on the Python of Pants, which has it, and uncached.

A command gets the path as an argument and no PYTHONPATH, which would reach programs that it starts and that are
themselves written in Python. The library needs no package beside it, so that Python starts without looking for any.
"""

from __future__ import annotations

import os
import sys

_PROGRAM = (
    "import os, sys; sys.path[:0] = sys.argv.pop(1).split(os.pathsep); "
    "from strata.__main__ import main; sys.exit(main())"
)
STRATA = (
    *(sys.executable, "-IS", "-c", _PROGRAM),
    os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
)
"""What stands before the arguments of `python -m strata`."""
