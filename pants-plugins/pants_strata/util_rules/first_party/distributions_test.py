from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from pants.backend.python.macros.python_artifact import PythonArtifact
from pants.backend.python.target_types import PythonDistribution
from pants.core.goals.package import BuiltPackage, EnvironmentAwarePackageRequest
from pants.engine.addresses import Address, Addresses
from pants.engine.fs import (
    CreateDigest,
    Digest,
    DigestContents,
    DigestSubset,
    FileContent,
    MergeDigests,
    RemovePrefix,
    Snapshot,
)
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import rule
from pants.engine.target import DependenciesRequest, Target, WrappedTarget, WrappedTargetRequest
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import BuildInterpreter, BuildInterpreterRequest, Interpreter
from pants_strata.artifacts.library_slice import CompiledSlice, CompiledSliceRequest
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest
from pants_strata.artifacts.wheel import BuiltDistribution, LockedWheel
from pants_strata.target_types import PythonImageTarget
from pants_strata.util_rules.first_party.distributions import built_distributions, own_files
from pants_strata.util_rules.venvs.c_library import own_c_library
from strata.errors import StrataError
from strata.locks.environment import wheel_tags
from strata.locks.requirements import LockedRequirement
from strata.protocol import normal_wheel
from support.mocked_rules import origin, run_mocked

IMAGE, VENV = Address("app", target_name="image"), Address("third", target_name="venv")
TOOLS, MORE = Address("tools", target_name="dist"), Address("more", target_name="dist")
WHEEL = "team_tools-1.2-py3-none-any.whl"
INTERPRETER = Interpreter(VENV, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), VENV)
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)


def digest_of(text: str) -> Digest:
    return Digest(sha256(text.encode()).hexdigest(), 1)


@dataclass(frozen=True)
class Built:
    distributions: tuple[BuiltDistribution, ...]


@dataclass(frozen=True)
class OwnFiles:
    files: tuple[str, ...]


@rule
async def build(image: PythonImageTarget) -> Built:
    return Built(
        await built_distributions(
            image, LockedVenvRequest(VENV, PLATFORM, INTERPRETER.base, INTERPRETER.address), INTERPRETER
        )
    )


@rule
async def left(image: PythonImageTarget, sources: Snapshot, installed: OwnFiles) -> OwnFiles:
    return OwnFiles((await own_files(sources, installed.files, image.address)).files)


@dataclass
class Engine:
    """Pants and the step of the library.

    :param packages: distribution → the files that Pants makes of it; the image depends on all of these.
    :param requires: the Requires-Dist lines of each wheel.
    """

    packages: Mapping[Address, tuple[str, ...]] = field(default_factory=lambda: {TOOLS: (WHEEL,)})
    requires: tuple[str, ...] = ()
    locked: tuple[str, ...] = ("six",)
    steps: list[str] = field(default_factory=list)

    def target(self, request: WrappedTargetRequest) -> WrappedTarget:
        provides = PythonArtifact(name=request.address.spec_path)
        return WrappedTarget(PythonDistribution({"provides": provides}, request.address))

    def snapshot(self, digest: Digest) -> Any:
        (files,) = (files for address, files in self.packages.items() if digest == digest_of(str(address)))
        return SimpleNamespace(files=files)

    def run(self, process: Process) -> Any:
        self.steps.append(process.description)
        return SimpleNamespace(exit_code=0, output_digest=digest_of(process.description), metadata=origin())

    def result(self, _: Digest) -> DigestContents:
        told = normal_wheel.Result(7, self.requires, ("tools",), ("tools/__init__.py",), file_count=3)
        return DigestContents([FileContent("result.json", told.to_json().encode())])

    def lock(self, _: LockedVenvRequest) -> LockedVenv:
        requirements = tuple(LockedRequirement(name, "1.0", ("a" * 64,)) for name in self.locked)
        installer = InstallerRequest(VENV, VENV)
        return LockedVenv(INTERPRETER, installer, requirements, own_c_library(INTERPRETER), TAGS)

    def build(self) -> tuple[BuiltDistribution, ...]:
        image: Target = PythonImageTarget({"entry_point": "main.py"}, IMAGE)
        built: Built = run_mocked(
            build,
            [image],
            {
                (Addresses, DependenciesRequest): lambda _: Addresses(self.packages),
                (WrappedTarget, WrappedTargetRequest): self.target,
                (BuiltPackage, EnvironmentAwarePackageRequest): lambda it: BuiltPackage(
                    digest_of(str(it.field_set.address)), ()
                ),
                (Snapshot, Digest): self.snapshot,
                (BuildInterpreter, BuildInterpreterRequest): lambda _: BuildInterpreter(
                    INTERPRETER, digest_of("interpreter")
                ),
                (CompiledSlice, CompiledSliceRequest): lambda _: CompiledSlice(digest_of("library"), 0),
                (Digest, CreateDigest): lambda _: digest_of("request"),
                (Digest, MergeDigests): lambda _: digest_of("inputs"),
                (Digest, DigestSubset): lambda it: it.digest,
                (Digest, RemovePrefix): lambda _: digest_of("wheel"),
                (FallibleProcessResult, Process): self.run,
                (DigestContents, Digest): self.result,
                (LockedVenv, LockedVenvRequest): self.lock,
            },
        )
        return built.distributions

    def error(self) -> str:
        with pytest.raises(StrataError) as caught:
            self.build()
        return str(caught.value)


def test_the_wheel_of_a_distribution() -> None:
    engine = Engine({TOOLS: ("team-tools-1.2.tar.gz", WHEEL)}, requires=("six>=1", "absent; extra == 'more'"))
    (step,) = ["Write the wheel of team-tools 1.2 in its normal form"]
    wheel = LockedWheel("team-tools", "1.2", WHEEL, 7, engine.requires, ("tools",), digest_of("wheel"), file_count=3)
    assert engine.build() == (BuiltDistribution(TOOLS, wheel, ("tools/__init__.py",)),)
    assert engine.steps == [step]


def test_one_distribution_may_require_another() -> None:
    packages = {TOOLS: (WHEEL,), MORE: ("more-1.2-py3-none-any.whl",)}
    built = Engine(packages, requires=("more==1.2",)).build()
    assert [(item.address, item.wheel.name) for item in built] == [(MORE, "more"), (TOOLS, "team-tools")]


def test_an_image_without_distributions_asks_nothing() -> None:
    assert Engine({}).build() == ()


def test_no_wheel() -> None:
    assert Engine({TOOLS: ("team-tools-1.2.tar.gz",)}).error() == (
        "app:image: An image installs one wheel of a distribution, and tools:dist does not give exactly one.\n"
        "Found:\n"
        "  built: team-tools-1.2.tar.gz\n"
        "Fix: set `wheel=True` on the `python_distribution`; let its build backend write one wheel."
    )


def test_a_wheel_for_another_python() -> None:
    assert Engine({TOOLS: ("team_tools-1.2-cp39-cp39-linux_x86_64.whl",)}).error() == (
        "app:image: The wheel of tools:dist does not fit CPython 3.13.5 on linux/amd64.\n"
        "Found:\n"
        "  team_tools-1.2-cp39-cp39-linux_x86_64.whl\n"
        "Fix: make it a wheel for every platform (`py3-none-any`), or build it in an environment like the image's and "
        "lock it as a third-party requirement."
    )


def test_a_name_that_is_no_wheel_fits_nothing() -> None:
    assert "does not fit CPython 3.13.5" in Engine({TOOLS: ("odd.whl",)}).error()


def test_a_project_that_the_lock_has_too() -> None:
    assert Engine(locked=("six", "team-tools")).error() == (
        "app:image: The image would get the project team-tools from two places.\n"
        "Found:\n"
        "  team-tools 1.0, in the lock of third:venv\n"
        "  team-tools 1.2, of tools:dist\n"
        "Fix: rename one of them in `python_artifact(name=…)`, or take one out: of the `dependencies`, or of the "
        "requirements and then of the lock."
    )


def test_requirements_that_nothing_gives() -> None:
    assert Engine(requires=("six", "absent>=1")).error() == (
        "app:image: The image's distributions need projects that the lock of third:venv does not have.\n"
        "Found:\n"
        "  absent, of tools:dist\n"
        "Fix: add third-party projects to the requirements and renew the lock; add first-party ones, as "
        "`python_distribution` targets, to the `dependencies` of app:image."
    )


def test_the_app_has_what_no_wheel_installs() -> None:
    asked = []

    def only(request: DigestSubset) -> Digest:
        asked.append(request.globs.globs)
        return request.digest

    image = PythonImageTarget({"entry_point": "main.py"}, IMAGE)
    sources: Any = SimpleNamespace(files=("main.py", "tools/__init__.py"), digest=digest_of("sources"))
    answers = {(Digest, DigestSubset): only, (Snapshot, Digest): lambda _: SimpleNamespace(files=("main.py",))}
    found: OwnFiles = run_mocked(left, [image, sources, OwnFiles(("tools/__init__.py",))], answers)
    assert found.files == ("main.py",)
    assert asked == [("!tools/__init__.py", "**")]


def test_a_package_that_both_have() -> None:
    image = PythonImageTarget({"entry_point": "main.py"}, IMAGE)
    sources: Any = SimpleNamespace(files=("main.py", "tools/__init__.py", "tools/other.py"), digest=digest_of("all"))
    with pytest.raises(StrataError) as caught:
        run_mocked(left, [image, sources, OwnFiles(("tools/__init__.py", "tools/greet.py"))], {})
    assert str(caught.value) == (
        "app:image: The package tools comes from a distribution, and Python would not find the app's other files of "
        "it.\n"
        "Found:\n"
        "  tools/other.py\n"
        "Fix: add them to the `dependencies` of the `python_distribution`, or leave the distribution out of the image: "
        "Strata puts first-party sources into an image without one."
    )
