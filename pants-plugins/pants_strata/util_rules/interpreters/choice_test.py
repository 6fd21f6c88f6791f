from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Optional

import pytest
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents, FileContent, PathGlobs
from pants.engine.rules import rule
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.option.ranked_value import Rank, RankedValue
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.python_version import Today
from pants_strata.subsystem import DebianSubsystem, EndOfLife, StrataSubsystem
from pants_strata.target_types import PythonImageTarget, PythonInterpreterTarget, PythonVenvTarget
from pants_strata.target_types.defaults import INTERPRETER
from pants_strata.util_rules.interpreters.choice import Settings, check_version_file, image_interpreter
from strata.errors import StrataError
from support.mocked_rules import run_mocked

IMAGE, VENV = Address("src/app", target_name="image"), Address("", target_name="venv")
OLDER, NEWER = (Address("third", target_name=name) for name in ("py311", "py313"))
CPYTHONS: dict[Address, Target] = {
    OLDER: PythonInterpreterTarget({"version": "3.11", "release": "bookworm"}, OLDER),
    NEWER: PythonInterpreterTarget({"version": "3.13"}, NEWER),
    INTERPRETER: PythonInterpreterTarget({"version": "3.13"}, INTERPRETER),
}
FILE = "src/app/.python-version"


@rule
async def chosen(
    image: PythonImageTarget,
    venv: PythonVenvTarget,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    python: PythonSetup,
) -> Address:
    return await image_interpreter(image, venv, Settings(strata, debian, python, Today(date(2026, 11, 25))))


@dataclass(frozen=True)
class Agreed:
    """An interpreter and the nearest file agree."""


@rule
async def agreed(image: PythonImageTarget, venv: PythonVenvTarget, interpreter: Interpreter) -> Agreed:
    await check_version_file(image, venv, interpreter)
    return Agreed()


def files(existing: Mapping[str, str]) -> dict[Any, Any]:
    contents = DigestContents(FileContent(path, text.encode()) for path, text in existing.items())
    return {(Digest, PathGlobs): lambda _: EMPTY_DIGEST, (DigestContents, Digest): lambda _: contents}


def setup(constraints: Optional[list[str]]) -> PythonSetup:
    """The options of a repository with the resolve `apps`; None are constraints that nobody wrote."""
    rank = Rank.HARDCODED if constraints is None else Rank.CONFIG
    return create_subsystem(
        PythonSetup,
        enable_resolves=True,
        default_resolve="apps",
        resolves={"apps": "apps.lock"},
        resolves_to_interpreter_constraints={},
        interpreter_constraints=RankedValue(rank, constraints or ["CPython>=3.7,<4"]),
    )


def choice(
    version_file: Optional[str] = None,
    *,
    image: Optional[str] = None,
    venv: Optional[str] = None,
    option: str = INTERPRETER.spec,
    constraints: Optional[list[str]] = None,
    end_of_life: EndOfLife = EndOfLife.error,
) -> str:
    answer: Address = run_mocked(
        chosen,
        [
            PythonImageTarget({"entry_point": "main.py", "interpreter": image}, IMAGE),
            PythonVenvTarget({"resolve": "apps", "interpreter": venv}, VENV),
            create_subsystem(StrataSubsystem, interpreter=option, end_of_life=end_of_life),
            create_subsystem(DebianSubsystem, release="trixie"),
            setup(constraints),
        ],
        {
            (WrappedTarget, WrappedTargetRequest): lambda it: WrappedTarget(CPYTHONS[it.address]),
            (Addresses, UnparsedAddressInputs): lambda it: Addresses(
                [address for address in CPYTHONS if address.spec == it.values[0]]
            ),
            **files({} if version_file is None else {FILE: version_file}),
        },
    )
    return answer.spec


def message(*arguments: Any, **options: Any) -> str:
    with pytest.raises(StrataError) as caught:
        choice(*arguments, **options)
    return str(caught.value)


# ---- the nearest statement decides ----------------------------------------------------------------------------------


def test_fields_come_before_all_else() -> None:
    newer = ["CPython==3.13.*"]
    assert choice("3.13", image="third:py311", venv="third:py313", constraints=newer) == "third:py311"
    assert choice("3.13", venv="third:py311", option="third:py313", constraints=newer) == "third:py311"


def test_the_option_comes_before_the_resolve() -> None:
    assert choice(option="third:py311", constraints=["CPython==3.13.*"]) == "third:py311"
    assert choice("3.11", option="third:py311") == "third:py311"


@pytest.mark.parametrize(
    "version, expected",
    [
        ("3.13", "//:strata-interpreter"),
        ("3.13.5", "//:strata-interpreter"),
        ("3.11", "//:strata-interpreter-3.11"),
        ("3.12", "//:strata-interpreter-3.12"),
    ],
)
def test_a_file_chooses_among_what_comes_along(version: str, expected: str) -> None:
    assert choice(version) == expected


@pytest.mark.parametrize(
    "constraints, expected",
    [
        (None, "//:strata-interpreter"),
        (["CPython>=3.9,<4"], "//:strata-interpreter"),
        (["CPython>=3.9,<3.13"], "//:strata-interpreter-3.11"),
        (["CPython==3.11.2"], "//:strata-interpreter-3.11"),
        (["CPython==3.9.*"], "//:strata-interpreter-3.9"),
        (["CPython==3.12.*"], "//:strata-interpreter-3.12"),
        (["CPython>=3.14"], "//:strata-interpreter-3.14"),
        (["CPython==3.7.*"], "//:strata-interpreter"),
    ],
)
def test_constraints_choose_where_there_is_no_file(constraints: Optional[list[str]], expected: str) -> None:
    assert choice(constraints=constraints) == expected


def test_a_file_with_a_version_past_its_end_of_life() -> None:
    assert choice("3.9.2", end_of_life=EndOfLife.warn) == "//:strata-interpreter-3.9"
    assert message("3.9").startswith(
        "src/app:image: CPython 3.9 reached its end of life on 2025-10-31: it gets no security fixes any more.\n"
        "Found:\n"
        "  src/app/.python-version: 3.9\n"
    )


# ---- contradictions -------------------------------------------------------------------------------------------------


def test_a_file_and_the_option() -> None:
    assert message("3.11\n", option="third:py313") == (
        "src/app:image: Two places ask for different versions of CPython.\n"
        "Found:\n"
        "  src/app/.python-version: 3.11\n"
        "  third:py313, of the option `[strata].interpreter`: 3.13\n"
        "Fix: change one of them; or name a `python_interpreter` in the `interpreter` field of the image or of its "
        "venv, which comes before both."
    )


@pytest.mark.parametrize(
    "version, constraint", [("3.11", "CPython==3.13.*"), ("3.11", ">=3.11.4"), ("3.13.1", "<3.13")]
)
def test_a_file_and_constraints(version: str, constraint: str) -> None:
    assert message(version, constraints=[constraint]) == (
        "src/app:image: The resolve apps is not for the version of CPython in src/app/.python-version.\n"
        "Found:\n"
        f"  [python].interpreter_constraints in pants.toml: {constraint}\n"
        f"  src/app/.python-version: {version}\n"
        "Fix: change one of them. After a change of the constraints, run `./pants generate-lockfiles --resolve=apps`."
    )


def test_a_file_with_a_version_that_does_not_come_along() -> None:
    assert message("3.15") == (
        "src/app:image: No CPython 3.15 comes with Strata.\n"
        "Found:\n"
        "  src/app/.python-version: 3.15\n"
        "  Debian 11 (bullseye) has CPython 3.9\n"
        "  Debian 12 (bookworm) has CPython 3.11\n"
        "  Debian 13 (trixie) has CPython 3.13\n"
        "  Debian 14 (forky) has CPython 3.13, 3.14, 3.15\n"
        "  python-build-standalone has CPython 3.10, 3.11, 3.12, 3.13, 3.14\n"
        'Fix: declare a `python_interpreter` with `release="forky"` and a `lockfile`, write the lock with `./pants '
        "generate-lockfiles --resolve=ADDRESS`, and name the target in `interpreter`; or ask for a version that is "
        "listed."
    )
    assert message("3.8", end_of_life=EndOfLife.warn).endswith("\nFix: ask for a version that is listed.")
    assert message("3.16").startswith("src/app:image: CPython 3.16 is not known to this version of Strata.")


def test_a_damaged_file() -> None:
    assert message("3.11\n3.13").startswith("src/app:image: src/app/.python-version holds several versions of CPython")


def checked(version_file: str, image: Optional[str] = None) -> Agreed:
    found: Agreed = run_mocked(
        agreed,
        [
            PythonImageTarget({"entry_point": "main.py", "interpreter": image}, IMAGE),
            PythonVenvTarget({}, VENV),
            Interpreter(NEWER, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), VENV),
        ],
        files({FILE: version_file}) if image is None else {},
    )
    return found


def test_a_file_with_another_patch_version() -> None:
    for same in ("3.13", "3.13.5"):
        checked(same)
    checked("3.11", image="third:py313")
    with pytest.raises(StrataError) as caught:
        checked("3.13.7")
    assert str(caught.value).startswith(
        "src/app:image: Two places ask for different versions of CPython.\n"
        "Found:\n"
        "  src/app/.python-version: 3.13.7\n"
        "  third:py313: 3.13.5\n"
    )
