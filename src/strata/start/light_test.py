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
light = not sys.modules.keys() & {"inspect", "dataclasses", "typing", "email", "ssl", "http.client"}
import dataclasses, email.message, http.client, ssl, typing
from strata.registry.command import dataclass
print(light, dataclasses.make_dataclass("Point", "xy"), typing.NamedTuple.__name__, dataclass.__module__)
from strata.registry.connections import HTTPConnection
print(issubclass(http.client.HTTPMessage, email.message.Message), HTTPConnection is not http.client.HTTPConnection)
import_light("strata.registry.push", "strata.registry.bases")
standard = (dataclasses, typing, email, ssl, http.client)
print([sys.modules[each.__name__] is each for each in standard], "strata.registry.bases" in sys.modules)
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
        "True <class 'types.Point'> NamedTuple strata.start.dataclasses\n"
        "True True\n[True, True, True, True, True] True\n",
        "",
    )


def test_a_process_leaves_with_its_output_and_code() -> None:
    program = """
import sys; sys.path.append(sys.argv[1])
from strata.start.light import leave
print("output", end=""); print("error", end="", file=sys.stderr)
try:
    leave(3)
finally:
    print("tidied up")
"""
    command = [sys.executable, "-IS", "-c", program, os.path.dirname(strata.__path__[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "output", "error")
    reading, writing = os.pipe()
    os.close(reading)
    unread = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (unread.returncode, unread.stderr) == (3, "error")
