from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.rules import rule
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest, Venv, VenvRequest
from pants_strata.util_rules.venvs.c_library import own_c_library
from pants_strata.util_rules.venvs.imports import with_imported_wheels
from strata.errors import StrataError
from strata.errors.fetch import no_fitting_wheel
from strata.locks.environment import wheel_tags
from strata.locks.requirements import LockedRequirement
from strata.protocol import fetch_wheel
from strata.protocol.app_layer import Import
from support.mocked_rules import run_mocked

VENV, IMAGE = Address("third", target_name="venv"), Address("src/app", target_name="image")
LOCK = LockedVenvRequest(VENV, PLATFORM, Address("third", target_name="base"), Address("third", target_name="cpython"))
DIGEST = Digest("d" * 64, 1)
INTERPRETER = Interpreter(VENV, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), VENV)
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)
OFFERED = {"requests": ("requests",), "opencv-a": ("cv2",), "opencv-b": ("cv2",), "six": ("six",), "no-wheel": ()}


@dataclass(frozen=True)
class App:
    imports: tuple[Import, ...]


@rule
async def widened(venv: Venv, request: VenvRequest, app: App) -> Venv:
    return await with_imported_wheels(venv, request, app.imports, image=IMAGE)


def imported(module: str, *, certain: bool = True) -> Import:
    return Import(module, "app/main.py", 3, certain)


@dataclass
class Engine:
    """The rest of the build: a lock with the wheels that are offered, and notes of the requests."""

    offered: Mapping[str, Sequence[str]] = field(default_factory=lambda: OFFERED)
    fetched: list[str] = field(default_factory=list)
    built: list[VenvRequest] = field(default_factory=list)

    def lock(self, request: LockedVenvRequest) -> LockedVenv:
        assert request == LOCK
        requirements = tuple(LockedRequirement(name, "1.0", ("a" * 64,)) for name in self.offered)
        installer = InstallerRequest(VENV, VENV)
        return LockedVenv(INTERPRETER, installer, requirements, own_c_library(INTERPRETER), TAGS)

    def fetch(self, request: FetchRequest) -> FetchResult:
        wanted = request.wanted
        assert isinstance(wanted, fetch_wheel.Request)
        assert (wanted.python, wanted.platform, wanted.sdist) == ("3.13", "linux/amd64", False)
        self.fetched.append(wanted.name)
        if wanted.name == "no-wheel":
            error = no_fitting_wheel("no-wheel 1.0", wanted.python, wanted.platform, ["no_wheel-1.0-cp39.whl"])
            return FetchResult(error=error)
        return FetchResult(DIGEST, "a.whl", fetch_wheel.Result("a.whl", 1, (), tuple(self.offered[wanted.name])))

    def build(self, request: VenvRequest) -> Venv:
        self.built.append(request)
        return Venv((), frozenset(["flask", *(request.roots or ())]), frozenset(), frozenset())

    def widen(self, *imports: Import, roots: Optional[tuple[str, ...]] = ("flask",)) -> Venv:
        venv = Venv((), frozenset(["flask"]), frozenset(), frozenset(["json"]))
        arguments: list[Any] = [venv, VenvRequest(LOCK, roots, "all", "gzip"), App(imports)]
        result: Venv = run_mocked(
            widened,
            arguments,
            {
                (LockedVenv, LockedVenvRequest): self.lock,
                (FetchResult, FetchRequest): self.fetch,
                (Venv, VenvRequest): self.build,
            },
        )
        return result


def refusal(*imports: Import) -> str:
    with pytest.raises(StrataError) as caught:
        Engine().widen(*imports)
    return str(caught.value)


def test_an_app_that_finds_all_its_imports_fetches_nothing() -> None:
    engine = Engine()
    venv = engine.widen(imported("flask"), imported("flask.json"), imported("json.decoder"))
    assert venv.modules == {"flask"}
    assert (engine.fetched, engine.built) == ([], [])


def test_the_only_wheel_that_provides_an_import_is_added() -> None:
    engine = Engine()
    venv = engine.widen(imported("requests"), imported("requests.auth"), imported("six", certain=False))
    assert sorted(engine.fetched) == sorted(OFFERED)
    assert [request.roots for request in engine.built] == [("flask", "requests", "six")]
    assert venv.modules == {"flask", "requests", "six"}


def test_the_whole_lock_is_not_widened() -> None:
    engine = Engine()
    assert engine.widen(imported("requests"), roots=None).modules == {"flask"}
    assert engine.built == []


def test_imports_that_may_not_take_place_are_no_errors() -> None:
    engine = Engine()
    assert engine.widen(imported("cv2", certain=False), imported("absent", certain=False)).modules == {"flask"}
    assert engine.built == []


def test_several_wheels_provide_an_import() -> None:
    assert refusal(imported("cv2")) == (
        "src/app:image: The app imports cv2, and several locked wheels provide it, so that none was chosen.\n"
        "Found:\n"
        "  imported in app/main.py:3\n"
        "  provided by opencv-a 1.0\n"
        "  provided by opencv-b 1.0\n"
        "Fix: say which one it is, in the BUILD file of your requirements, for instance "
        '`python_requirement(name="opencv-a", requirements=["opencv-a"], modules=["cv2"])`.'
    )


def test_no_wheel_provides_an_import() -> None:
    assert refusal(imported("requests"), imported("absent.module"), imported("other")) == (
        "src/app:image: The app imports modules that are neither in the repository, nor in any locked wheel, nor in "
        "the standard library.\n"
        "Found:\n"
        "  absent.module, in app/main.py:3\n"
        "  other, in app/main.py:3\n"
        "Fix: lock the project that provides each; for first-party code, see that a `python_sources` target owns it "
        "and `./pants roots` lists its source root; write `# pants: no-infer-dep` behind an import that the image can "
        "do without."
    )
