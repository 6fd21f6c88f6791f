"""./pants, run in a checkout with a space in its path, with a PATH that holds only what it may need.

The Python index is a folder of wheels made here; its Pants prints how it was started.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LAUNCHER = Path("pants").resolve()
PYTHON = Path(sys.base_prefix, "bin", "python3.9")
PROGRAMS = ("awk", "bash", "cat", "dirname", "grep", "mkdir", "readlink", "sh", "sha256sum", "shasum", "uname")

PANTS_MAIN = """\
import json, os, sys
shown = {name: value for name, value in os.environ.items() if name.startswith("PANTS_") or name == "XDG_CACHE_HOME"}
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "pid": os.getpid(), "environment": shown}))
sys.exit(int(os.environ.get("EXIT_CODE", "0")))
"""
PEX_MAIN = """\
import sys
with open(sys.argv[sys.argv.index("--output-file") + 1], "w") as file:
    file.write("the pex CLI")
"""


@dataclass(frozen=True)
class Machine:
    """A home, a PATH of one folder, an index and a checkout, all below `root`."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def checkout(self) -> Path:
        return self.root / "a checkout"

    @property
    def environments(self) -> list[str]:
        """Names of what lies where environments are made, but for locks."""
        made = self.root / "home" / ".cache" / "strata" / "pants"
        return sorted(path.name for path in made.glob("*") if path.suffix != ".lock")

    def program(self, name: str, script: str) -> Path:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def add_python(self) -> None:
        self.program("python3.9", f'exec "{PYTHON}" "$@"')

    def start(self, *arguments: str, cwd: str = ".", launcher: str | None = None, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [launcher or str(self.checkout / "pants"), *arguments],
            cwd=self.checkout / cwd,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **options: Any) -> Ran:
        return finish(self.start(*arguments, **options))


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str
    pid: int

    @property
    def pants(self) -> dict[str, Any]:
        """What the stand-in for Pants printed."""
        told: dict[str, Any] = json.loads(self.stdout)
        return told


def finish(process: subprocess.Popen[str]) -> Ran:
    stdout, stderr = process.communicate(timeout=120)
    return Ran(process.returncode, stdout, stderr, process.pid)


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> str:
    """Write a pure wheel into `folder`; its line of a hashed requirements file."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**files, **{f"{stem}.dist-info/{key}": value for key, value in metadata.items()}}.items():
            archive.writestr(member, text)
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def make_machine(root: Path) -> Machine:
    for folder in ("bin", "home", "index", "a checkout/3rdparty/tools", "a checkout/src/deep"):
        (root / folder).mkdir(parents=True)
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            (root / "bin" / name).symlink_to(found)
    checkout, index = root / "a checkout", root / "index"
    shutil.copy(LAUNCHER, checkout / "pants")
    (checkout / "pants.toml").write_text(
        '[GLOBAL]\npants_version = "2.17.1"\nplugins = [\n  "a-plugin==1.0",  # why\n]\n[python]\nplugins = ["no"]\n'
    )
    lines = [
        wheel(index, "a-plugin", "1.0", {"a_plugin.py": ""}),
        wheel(index, "pantsbuild-pants", "2.17.1", {"pants/__init__.py": "", "pants/__main__.py": PANTS_MAIN}),
        wheel(index, "pex", "2.1.137", {"pex/__init__.py": "", "pex/__main__.py": PEX_MAIN}),
    ]
    (checkout / "3rdparty/tools/pants.txt").write_text("# How to renew.\n" + "".join(lines))
    environment = {
        "HOME": str(root / "home"),
        "PATH": str(root / "bin"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(index),
        "PIP_NO_INDEX": "1",
        "TMPDIR": str(root),
    }
    return Machine(root, environment)
