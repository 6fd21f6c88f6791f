"""The verb `build-wheel` builds a wheel of a source distribution, with the installer as the build front end.

It builds twice, in two directories, without a network and with a fixed environment, and reports in which members the
two wheels differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from strata.errors import StrataError
from strata.errors import builds as errors
from strata.installers.compiler_stand_ins import started_compilers, write_stand_ins
from strata.installers.front_end import front_end
from strata.installers.install import install
from strata.installers.program import Ended, run_program
from strata.installers.sandbox_venv import SandboxVenv
from strata.installers.sdist import unpack_sdist
from strata.oci.tar import EPOCH
from strata.protocol.build_wheel import Request, Result
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.metadata import read_metadata
from strata.wheels.normal_form import differing_members, write_normalised

OUTPUT = Path("files")


def run(request: Request) -> Result:
    """Build the wheel.

    Raise StrataError for a source distribution that cannot be unpacked or built, and for a wheel that cannot be read.
    """
    scratch = Path("scratch").absolute()
    scratch.mkdir()
    first, second = _Builder.prepare(request, scratch).build_twice()
    OUTPUT.mkdir()
    wheel = first.rename(OUTPUT / first.name)
    metadata = read_metadata(wheel)
    return Result(
        name=wheel.name,
        size=wheel.stat().st_size,
        requires=metadata.requires,
        import_names=metadata.import_names,
        license=metadata.license,
        bundled=metadata.bundled,
        file_count=metadata.file_count,
        differing=tuple(differing_members(wheel, second)),
    )


@dataclass(frozen=True)
class _Builder:
    """A venv with the build backend, and the command of the front end.

    :param tools: the directory of the stand-ins for compilers.
    """

    request: Request
    requirements: Sequence[WheelArchive]
    venv: SandboxVenv
    command: Sequence[str]
    tools: Path
    scratch: Path

    @classmethod
    def prepare(cls, request: Request, scratch: Path) -> _Builder:
        """Install the requirements of the build into a new venv."""
        feature = request.interpreter.feature_version
        requirements = [WheelArchive.open(wheel, feature) for wheel in request.requirements]
        venv, tools = SandboxVenv.create(scratch / "venv", request.interpreter), scratch / "tools"
        install(request.installer, venv, requirements, scratch)
        write_stand_ins(tools, request.interpreter.command(Path.cwd()))
        return cls(request, requirements, venv, front_end(request.installer, venv, scratch), tools, scratch)

    def build_twice(self) -> tuple[Path, Path]:
        """Return two wheels in normal form, which were built in directories of their own."""
        return self._build(self.scratch / "first"), self._build(self.scratch / "second")

    def _build(self, folder: Path) -> Path:
        sdist, output, normal = self.request.sdist, folder / "output", folder / "normal"
        project = unpack_sdist(sdist.path, folder / "source")
        for directory in (output, normal):
            directory.mkdir()
        ended = self._run([*self.command, str(output), str(project)], project)
        wheels = list(output.glob("*.whl"))
        if ended.code != 0 or len(wheels) != 1:
            raise self._failure(ended)
        # Later steps open the wheel in this way. A defect is found here, where an error can name the sdist.
        feature = self.request.interpreter.feature_version
        WheelArchive.open(Wheel(sdist.name, sdist.version, wheels[0]), feature)
        write_normalised(wheels[0], normal / wheels[0].name)
        return normal / wheels[0].name

    def _run(self, command: Sequence[str], project: Path) -> Ended:
        environment = {
            "PATH": f"{self.venv.python.parent}:{self.tools}",
            "SOURCE_DATE_EPOCH": str(EPOCH),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return run_program(command, self.scratch, cwd=project, environment=environment, offline=True)

    def _failure(self, ended: Ended) -> StrataError:
        release = f"{self.request.sdist.name} {self.request.sdist.version}"
        started = started_compilers(self.tools)
        if started:
            return errors.needs_compiler(release, started, ended.output)
        names = [f"{archive.wheel.name} {archive.wheel.version}" for archive in self.requirements]
        return errors.build_failed(release, self.request.installer.tool, names, ended.output)
