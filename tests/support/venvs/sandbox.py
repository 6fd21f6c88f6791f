"""The library's processes as Pants runs them: in a directory, on the interpreter artifact, with an empty environment.

The interpreter is the one that Pants packages, base and all, unpacked; installers are the wheels that it packages.
"""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import strata.verbs
from strata.errors import StrataError
from strata.interpreters.paths import interpreter_paths
from support.container import Ran, UnpackedImage
from support.examples import BASE, INTERPRETER, installed_packages, layer_of, layers_of
from support.programs import require
from support.readers import require_root, run
from support.venvs.wheels import WheelFile

PLATFORM = "linux/amd64"
_TREE = ".python"
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

    @classmethod
    def unpack(cls, root: Path) -> Interpreter:
        for layer in [*layers_of(BASE), *layers_of(INTERPRETER)]:
            with tarfile.open(layer) as archive:
                # These layers are made by the repository itself, and read as their writer's user.
                archive.extractall(root)  # noqa: S202
        (version,) = (
            version
            for name, version in installed_packages(layer_of(INTERPRETER)).items()
            if re.fullmatch(r"python3\.\d+-minimal", name)
        )
        return cls(root, version.partition("-")[0])

    def run(self, verb: str, request: Mapping[str, Any], sandbox: Path) -> Any:
        """The result of a verb. Raises StrataError as a rule would.

        `memory.json` is left in the sandbox: the most that the process used, and any that it started, in bytes.
        """
        sandbox.mkdir(exist_ok=True)
        (sandbox / _TREE).symlink_to(self.root.absolute())
        fields = self.fields()
        (sandbox / "request.json").write_text(json.dumps({**request, "interpreter": fields}))
        command = [fields["loader"], "--inhibit-cache", "--library-path", fields["library_path"], fields["python"]]
        done = subprocess.run(
            [*command, "-I", "-B", "-c", _START, verb, "request.json"], cwd=sandbox, env={}, stderr=subprocess.PIPE
        )
        if done.returncode != 0:
            raise StrataError.from_json(done.stderr.decode().strip().splitlines()[-1], done.returncode)
        return json.loads((sandbox / "result.json").read_bytes())

    def install(self, tool: str, wheels: Iterable[WheelFile], sandbox: Path) -> Any:
        """The result of `install` for wheels that lie in the folder `wheels` of the sandbox."""
        return self.run("install", {"installer": self.installer(tool), "wheels": _listed(wheels)}, sandbox)

    def layer(self, wheels: Iterable[WheelFile], sandbox: Path, *, bytecode: bool = True) -> Any:
        """The result of `dependencies-layer` for the same."""
        request = {"wheels": _listed(wheels), "bytecode": bytecode, "compression": "gzip"}
        return self.run("dependencies-layer", request, sandbox)

    def installer(self, tool: str) -> Mapping[str, Any]:
        """How a request tells the library of a tool that Pants packaged; the tool's own wheel comes first."""
        wheels = sorted(Path("tests.venvs", tool).absolute().glob("*.whl"))
        wheels.sort(key=lambda wheel: not wheel.name.startswith(f"{tool}-"))
        return {"tool": tool, "wheels": [str(wheel) for wheel in wheels]}

    def fields(self) -> Mapping[str, str]:
        paths = interpreter_paths(PLATFORM, self.version)
        parts = {"loader": paths.loader, "library_path": paths.library_path, "python": paths.python}
        return {**{name: f"{_TREE}/{path}" for name, path in parts.items()}, "version": self.version}


def _listed(wheels: Iterable[WheelFile]) -> list[dict[str, str]]:
    return [{"name": wheel.project, "version": wheel.version, "path": f"wheels/{wheel.file_name}"} for wheel in wheels]


def contained(
    interpreter: Interpreter, venv: Path, *command: str, wheels: Path = Path("/var/empty"), mode: str = "rw"
) -> Ran:
    """Runs a command in a container whose /opt/venv is a directory of the host, without a network.

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
