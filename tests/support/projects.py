"""A small project for tests that build it with real Pants: every field of an image is set, the wheels are made here."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from support.nested_pants import NestedPants
from support.venvs.wheels import Member, WheelFile

# Prints what a process sees of its container.
_PROBE = """\
import json
import os
import sys


def main():
    seen = {"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ), "ids": [os.getuid(), os.getgid()]}
    print(json.dumps({**seen, "path": sys.path, "main": sys.argv[0]}))
"""

WHEELS = [
    WheelFile("probe", files={"probe/__init__.py": _PROBE}, entry_points="[console_scripts]\nprobe = probe:main\n"),
    WheelFile(
        "Plain_Words",
        "2.1",
        files={
            "plain/words/__init__.py": "WORDS = ('a', 'b')\n",
            "plain/words/table.csv": "a,b\n",
            "Plain_Words-2.1.data/scripts/words": Member(b"#!python\nprint('words')\n", 0o100755),
        },
    ),
    WheelFile("more.words", files={"plain/more/__init__.py": "", "plain/more/empty.txt": ""}),
]

_FIELDS = """\
    args=["one", "two words"],
    env={"GREETING": "grüß Gott", "LANG": "C"},
    user="1234:5678",
    workdir="/tmp",
    labels={"team": "web"},
    annotations={"org.opencontainers.image.source": "https://code.example/app"},
    exposed_ports=["8000", "53/udp"],
    stop_signal="SIGINT",
    healthcheck=["probe"],
    healthcheck_options={"interval": "30s", "retries": "2"},
    extra_files=[":settings"],
"""

# A point release of Debian that removes a locked package does not concern these tests.
SETTINGS = '\n[strata-debian]\ngone = "renew"\n'

FILES = {
    "3rdparty/python/BUILD": """\
python_interpreter(name="cpython", lockfile="cpython.lock.json")

python_installer(name="pip")

python_venv(name="venv", lockfile="requirements.lock")

python_venv(name="venv-with-pip", lockfile="with-pip.lock")
""",
    "src/app/BUILD": f"""\
python_sources(dependencies=[":texts"])

resources(name="texts", sources=["*.txt", "run.sh"])

files(name="settings-files", sources=["etc/**"])

image_files(
    name="settings",
    dependencies=[":settings-files"],
    path="/etc/probe",
    strip_prefix="etc",
    mode="0440",
    owner="1234:5678",
)

python_image(name="image", entry_point="main.py", venv="3rdparty/python:venv")

python_image(name="with-pip", entry_point="main.py", venv="3rdparty/python:venv-with-pip")

python_image(name="script", script="probe", venv="3rdparty/python:venv")

python_image(
    name="full",
    entry_point="main.py:run",
    venv="3rdparty/python:venv",
{_FIELDS})
""",
    "src/app/etc/level/name": "debug\n",
    "src/app/main.py": """\
from probe import main  # pants: no-infer-dep

from words.greeting import greet


def run():
    main()


if __name__ == "__main__":
    greet()
    run()
""",
    "src/app/notes.txt": "notes\n",
    "src/app/run.sh": "#!/bin/sh\n",
    "src/app/unrelated.py": "",
    "src/words/BUILD": "python_sources()\n",
    "src/words/greeting.py": "def greet():\n    return 'good morning'\n",
    "src/words/unneeded.py": "",
}


def offer_wheels(folder: Path, pip: Path) -> Mapping[str, str]:
    """Writes the wheels into a folder, with the wheel `pip`; path → text of the project's locks."""
    shutil.copy(pip, folder)
    lines = [_line(wheel.project, wheel.version, wheel.write(folder)) for wheel in WHEELS]
    version = pip.name.split("-")[1]
    return {
        "3rdparty/python/requirements.lock": "".join(lines),
        "3rdparty/python/with-pip.lock": "".join([*lines, _line("pip", version, pip)]),
    }


def write_project(pants: NestedPants, locks: Mapping[str, str]) -> None:
    pants.write({**FILES, **locks})
    (pants.root / "src/app/run.sh").chmod(0o755)


def _line(project: str, version: str, wheel: Path) -> str:
    return f"{project}=={version} --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n"
