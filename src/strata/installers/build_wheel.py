"""The verb `build-wheel` builds a wheel of a source distribution, with the installer as a front end.

The build happens twice, in two directories, without a network, with a fixed environment.
"""

from __future__ import annotations

from pathlib import Path

from strata.errors import sdists as errors
from strata.installers.compilers import asked_for, write_stand_ins
from strata.installers.front_end import front_end
from strata.installers.install import install
from strata.installers.program import run_program
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.sdist import unpack_sdist
from strata.protocol.build_wheel import Request, Result
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.metadata import requires_dist
from strata.wheels.normal_form import EPOCH, differing_members, write_normalised

OUTPUT = Path("files")


def run(request: Request) -> Result:
    interpreter, installer, sdist = request.interpreter, request.installer, request.sdist
    requirements = [WheelArchive.open(wheel, interpreter.feature_version) for wheel in request.requirements]
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
    return Result(
        name=name,
        size=wheel.stat().st_size,
        requires=tuple(requires_dist(wheel)),
        differing=tuple(differing_members(wheel, built[1])),
    )
