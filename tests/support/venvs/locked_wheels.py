"""A lock of wheels of the test's making, for rules whose other answers are of the test's making, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.fs import Digest
from pants.engine.rules import rule
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.installer import InstallerRequest
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.venv import LockedVenv, LockedVenvRequest, VenvRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.target_types import PythonVenvTarget
from pants_strata.util_rules.venvs.c_library import own_c_library
from pants_strata.util_rules.venvs.chosen import choose_wheels
from strata.locks.environment import wheel_tags
from strata.locks.requirements import LockedRequirement
from strata.protocol import fetch_wheel
from support.mocked_rules import Answers, run_mocked

ADDRESS = Address("third", target_name="venv")
INSTALLER_ADDRESS = Address("third", target_name="installer")
DIGEST = Digest("d" * 64, 1)
LARGE = 1_000_000

_INTERPRETER = Interpreter(
    ADDRESS, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), Address("third", target_name="base")
)
_TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)

LOCK = LockedVenvRequest(ADDRESS, PLATFORM, _INTERPRETER.base, _INTERPRETER.address)


@dataclass(frozen=True)
class _Chosen:
    wheels: tuple[LockedWheel, ...]


@rule
async def _choose(request: VenvRequest, locked: LockedVenv) -> _Chosen:
    return _Chosen(await choose_wheels(PythonVenvTarget({}, ADDRESS), locked, request.roots, request.built))


@dataclass
class LockedWheels:
    """A wheel for each name of `requires`, of version 1.0, and notes of those that were fetched.

    :param requires: name of a project → what its wheel requires, as PEP 508 has it.
    :param size: of each wheel, in bytes.
    :param crowded: the names of those with a thousand files.
    """

    requires: Mapping[str, Sequence[str]]
    size: int = LARGE
    crowded: Collection[str] = ()
    fetched: list[str] = field(default_factory=list)

    def venv(self, _: LockedVenvRequest) -> LockedVenv:
        """Return what the lock says."""
        requirements = tuple(LockedRequirement(name, "1.0", ("a" * 64,)) for name in self.requires)
        installer = InstallerRequest(INSTALLER_ADDRESS, ADDRESS)
        return LockedVenv(_INTERPRETER, installer, requirements, own_c_library(_INTERPRETER), _TAGS)

    def choose(self, roots: Optional[Sequence[str]], built: Sequence[LockedWheel] = ()) -> tuple[LockedWheel, ...]:
        """Return what the plugin chooses."""
        request = VenvRequest(LOCK, None if roots is None else tuple(roots), "all", "gzip", tuple(built))
        chosen: _Chosen = run_mocked(_choose, [request, self.venv(LOCK)], self.answers())
        return chosen.wheels

    def answers(self) -> Answers:
        """Return the answers of fetches."""
        return {(FetchResult, FetchRequest): self._fetch}

    def _fetch(self, request: FetchRequest) -> FetchResult:
        wanted = request.wanted
        assert isinstance(wanted, fetch_wheel.Request)
        self.fetched.append(wanted.name)
        file = f"{wanted.name}-1.0-py3-none-any.whl"
        count = 1000 if wanted.name in self.crowded else 1
        requires = tuple(self.requires[wanted.name])
        told = fetch_wheel.Result(file, self.size, requires, (wanted.name,), file_count=count)
        return FetchResult(DIGEST, file, told)
