"""This module runs verbs as Pants does: in a directory, on the interpreter artifact, with an empty environment.

The interpreter is the one that Pants packages, base and all, unpacked; installers are the wheels that it packages.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import strata.verbs
from strata.errors.unworded import worded
from strata.interpreters.paths import interpreter_below
from strata.protocol import dependencies_layer, proof
from strata.protocol.installers import prepare_installer
from strata.protocol.installers.installer import SandboxInstaller
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.message import Message, Request
from strata.protocol.wheel import Wheel
from support.oci.container import Ran, UnpackedImage, emulator
from support.oci.examples import BASE, INTERPRETER, installed_packages, layer_of, layers_of
from support.oci.readers import require_root, run
from support.programs import require
from support.venvs.wheels import WheelFile

PLATFORM = "linux/amd64"
R = TypeVar("R", bound=Message)
_TREE = ".python"
_LOADER = "./emulated-loader"
_LIBRARY = Path(strata.verbs.__file__).parents[1]
# VmHWM is of this program alone; the other is of the largest that it started.
_START = f"""\
import json, re, resource, sys
sys.path.insert(0, {str(_LIBRARY)!r})
from pathlib import Path
from strata.verbs import run_verb
code = run_verb(sys.argv[1], Path(sys.argv[2]))
own = int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) << 10
started = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10
json.dump([own, started], open("memory.json", "w"))
sys.exit(code)
"""


@dataclass(frozen=True)
class Interpreter:
    """The root directory of an image without dependencies: its Python serves builds, and containers have it as root."""

    root: Path
    version: str
    platform: str = PLATFORM

    @classmethod
    def unpack(cls, root: Path, layouts: Path = Path()) -> Interpreter:
        """Unpack the layers that Pants wrote below the directory `layouts`."""
        for layer in [*layers_of(layouts / BASE), *layers_of(layouts / INTERPRETER)]:
            with tarfile.open(layer) as archive:
                # These layers are made by the repository itself, and read as their writer's user.
                archive.extractall(root)  # noqa: S202
        (version,) = (
            version
            for name, version in installed_packages(layer_of(layouts / INTERPRETER)).items()
            if re.fullmatch(r"python3\.\d+-minimal", name)
        )
        return cls(root, version.partition("-")[0])

    def run(self, request: Request[R], sandbox: Path) -> R:
        """Return the result of a verb. Raise StrataError as a rule would.

        `memory.json` is left in the sandbox: the most that the process used, and any that it started, in bytes.
        """
        sandbox.mkdir(exist_ok=True)
        (sandbox / _TREE).symlink_to(self.root.absolute())
        if self.platform != PLATFORM:
            self._write_loader(sandbox / _LOADER)
        (sandbox / "request.json").write_text(request.to_json())
        done = subprocess.run(
            [*self.in_sandbox().command(), "-I", "-B", "-c", _START, request.verb, "request.json"],
            cwd=sandbox,
            env={},
            stderr=subprocess.PIPE,
        )
        if done.returncode != 0:
            raise worded(done.stderr.decode().strip().splitlines()[-1])
        return request.read_result((sandbox / "result.json").read_text())

    def prove(self, tool: str, wheels: Iterable[WheelFile], sandbox: Path, machine: str = "x86_64") -> proof.Result:
        """Install wheels that lie in the folder `wheels` of the sandbox, and compare what was installed with them."""
        return self.run(proof.Request(self.in_sandbox(), self.installer(tool), machine, _listed(wheels)), sandbox)

    def layer(self, wheels: Iterable[WheelFile], sandbox: Path, *, bytecode: bool = True) -> dependencies_layer.Result:
        """Write the layer of the same wheels."""
        return self.run(
            dependencies_layer.Request(self.in_sandbox(), _listed(wheels), "all" if bytecode else "none", "gzip"),
            sandbox,
        )

    def installer(self, tool: str) -> SandboxInstaller:
        """Return a tool that Pants packaged, ready to start."""
        wheels = sorted(Path("tests.installers", tool).absolute().glob("*.whl"))
        wheels.sort(key=lambda wheel: not wheel.name.startswith(f"{tool}-"))
        sandbox = self.root.parent / f"{self.root.name}-{tool}"
        if not sandbox.exists():
            self.run(prepare_installer.Request(self.in_sandbox(), tool, tuple(wheels)), sandbox)
        return SandboxInstaller(tool, sandbox.absolute() / "installer" / prepare_installer.PROGRAMS[tool])

    def in_sandbox(self) -> SandboxInterpreter:
        """Return where the interpreter lies in a sandbox."""
        interpreter = interpreter_below(_TREE, self.platform, self.version)
        return interpreter if self.platform == PLATFORM else replace(interpreter, loader=_LOADER)

    def command(self, loader: Path) -> list[str]:
        """Return the command that starts the interpreter outside of a sandbox; for an emulated one, write `loader`."""
        here = interpreter_below(str(self.root.absolute()), self.platform, self.version)
        if self.platform != PLATFORM:
            self._write_loader(loader)
            here = replace(here, loader=str(loader))
        return here.command()

    def _write_loader(self, path: Path) -> None:
        """Write a script in the place of the loader, so that the emulator runs also what the interpreter starts."""
        loader = interpreter_below(str(self.root.absolute()), self.platform, self.version).loader
        path.write_text(f'#!/bin/sh\nexec "{emulator()}" "{loader}" "$@"\n')
        path.chmod(0o755)


def _listed(wheels: Iterable[WheelFile]) -> tuple[Wheel, ...]:
    return tuple(Wheel(wheel.project, wheel.version, Path("wheels", wheel.file_name)) for wheel in wheels)


def contained(
    interpreter: Interpreter, venv: Path, *command: str, wheels: Path = Path("/var/empty"), mode: str = "rw"
) -> Ran:
    """Run a command in a container whose /opt/venv is a directory of the host, without a network.

    :param mode: `ro` where the venv is read-only.
    """
    require_root()
    bundle = venv.parent / "bundle"
    bundle.mkdir(exist_ok=True)
    if not (bundle / "config.json").exists():
        run(require("runc", "runc"), "spec", "--bundle", str(bundle))
    spec = json.loads((bundle / "config.json").read_bytes())
    spec["process"]["env"] = ["PATH=/opt/venv/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/tmp"]
    spec["process"]["cwd"] = "/"
    spec["mounts"].append({"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"})
    for destination, source in (("/opt/venv", venv), ("/wheels", wheels)):
        if source.exists():
            spec["mounts"].append(
                {"destination": destination, "type": "bind", "source": str(source), "options": ["rbind", mode]}
            )
    return UnpackedImage(interpreter.root, spec).run(*command, seconds=300)
