"""The verb `build-wheel` builds a wheel of a source distribution, with the installer as the build front end.

It builds twice, in two directories, without a network and with a fixed environment, and reports in which members the
two wheels differ.
"""

from __future__ import annotations

from pathlib import Path

from strata.errors import sdists as errors
from strata.installers.compiler_stand_ins import started_compilers, write_stand_ins
from strata.installers.front_end import front_end
from strata.installers.install import install
from strata.installers.program import run_program
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.sdist import unpack_sdist
from strata.oci.tar import EPOCH
from strata.protocol.build_wheel import Request, Result
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.metadata import requires_dist
from strata.wheels.normal_form import differing_members, write_normalised

OUTPUT = Path("files")


def run(request: Request) -> Result:
    """Build the wheel.

    Raise StrataError for a source distribution that cannot be unpacked or built, and for a wheel that cannot be read.
    """
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
            if started_compilers(tools):
                raise errors.needs_compiler(release, started_compilers(tools), ended.output)
            names = [f"{archive.wheel.name} {archive.wheel.version}" for archive in requirements]
            raise errors.build_failed(release, installer.tool, names, ended.output)
        # Later steps open the wheel in this way. A defect is found here, where an error can name the sdist.
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
