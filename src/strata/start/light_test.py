from __future__ import annotations

import os
import subprocess
import sys

import strata


def test_a_part_of_the_library_is_light_and_nothing_else() -> None:
    program = """
import sys
from strata.start.light import import_light
import_light("strata.registry.command")
light = "inspect" not in sys.modules and "dataclasses" not in sys.modules and "typing" not in sys.modules
import dataclasses, typing
from strata.registry.command import dataclass
print(light, dataclasses.make_dataclass("Point", "xy"), typing.NamedTuple.__name__, dataclass.__module__)
import_light("strata.registry.push")
print(sys.modules["dataclasses"] is dataclasses, sys.modules["typing"] is typing)
"""
    done = subprocess.run(
        [
            sys.executable,
            "-IS",
            "-c",
            f"import sys; sys.path[:0] = [{os.path.dirname(strata.__path__[0])!r}]\n{program}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (
        "True <class 'types.Point'> NamedTuple strata.start.dataclasses\nTrue True\n",
        "",
    )
