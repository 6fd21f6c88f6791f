"""Verb `build-wheel`: a source distribution → `files/NAME.whl`, built by the installer as a front end.

Request: `interpreter` (see SandboxInterpreter), `installer` (tool, wheels), `sdist` (name, version, path) and
`requirements`, the wheels that the build needs (name, version, path).

The build happens twice, in two directories, without a network, with a fixed environment. The result says the name and
the size of the wheel, what it `requires` (its Requires-Dist lines), and `differing`: in which members the two differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from strata.errors import sdists as errors
from strata.installers.compilers import asked_for, write_stand_ins
from strata.installers.front_end import front_end
from strata.installers.install import install
from strata.installers.installer import Installer
from strata.installers.program import run_program
from strata.installers.sdist import unpack_sdist
from strata.wheels.archive import WheelArchive
from strata.wheels.environment import SandboxInterpreter, SandboxVenv
from strata.wheels.metadata import requires_dist
from strata.wheels.normal_form import EPOCH, differing_members, write_normalised
from strata.wheels.wheel import Wheel

OUTPUT = Path("files")


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    interpreter = SandboxInterpreter.from_request(request["interpreter"])
    installer = Installer.from_request(request["installer"])
    sdist = Wheel.from_request(request["sdist"])
    requirements = [
        WheelArchive.open(Wheel.from_request(item), interpreter.feature_version) for item in request["requirements"]
    ]
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    venv = SandboxVenv.create(scratch / "venv", interpreter)
    install(installer, venv, requirements, scratch)
    tools = scratch / "tools"
    write_stand_ins(tools)
    command = front_end(installer, venv, scratch)
    built = []
    for number in ("first", "second"):
        project = unpack_sdist(sdist.path, scratch / f"{number}-source")
        output = scratch / f"{number}-wheel"
        output.mkdir()
        ended = run_program(
            [*command, str(output), str(project)],
            scratch,
            cwd=project,
            environment={
                "PATH": f"{venv.python.parent}:{tools}",
                "SOURCE_DATE_EPOCH": str(EPOCH),
                "PYTHONHASHSEED": "0",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            offline=True,
        )
        release = f"{sdist.name} {sdist.version}"
        wheels = list(output.glob("*.whl"))
        if ended.code != 0 or len(wheels) != 1:
            if asked_for(tools):
                raise errors.needs_compiler(release, asked_for(tools), ended.output)
            names = [f"{archive.wheel.name} {archive.wheel.version}" for archive in requirements]
            raise errors.build_failed(release, installer.tool, names, ended.output)
        # Who installs the wheel opens it in this way; a defect shows here, where the sdist is named.
        WheelArchive.open(Wheel(sdist.name, sdist.version, wheels[0]), interpreter.feature_version)
        built.append(output / f"normalised-{wheels[0].name}")
        write_normalised(wheels[0], built[-1])
    OUTPUT.mkdir()
    name = built[0].name.partition("-")[2]
    wheel = built[0].rename(OUTPUT / name)
    return {
        "name": name,
        "size": wheel.stat().st_size,
        "requires": requires_dist(wheel),
        "differing": differing_members(wheel, built[1]),
    }
