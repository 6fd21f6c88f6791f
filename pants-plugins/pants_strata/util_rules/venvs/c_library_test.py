from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestContents, FileContent, PathGlobs
from pants.engine.rules import rule
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.testutil.option_util import create_subsystem
from pants.util.frozendict import FrozenDict

from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.fetched_file import FetchRequest, FetchResult
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.subsystem import DebianSubsystem
from pants_strata.target_types import DebianPackagesTarget
from pants_strata.util_rules.lock_requests import base_lock
from pants_strata.util_rules.venvs.c_library import c_library_of, own_c_library
from pants_strata.util_rules.venvs.wheels import fetch_wheels
from strata.debian.lock import DebianLock, LockedPackage, PlatformPackages, debian_lock_text
from strata.errors import StrataError
from strata.errors import fetch as fetch_errors
from strata.locks.c_library import CLibrary
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.poetry.content_hash import hash_of
from strata.locks.reader import read_lock
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import read_toml
from strata.protocol import fetch_wheel
from support.lockfiles.pex_locks import lock as pex_lock
from support.lockfiles.pex_locks import package, resolve, with_header
from support.mocked_rules import run_mocked

VENV, CPYTHON, BASE = (Address("third", target_name=name) for name in ("venv", "cpython", "base"))
DIGEST = Digest("d" * 64, 1)
INTERPRETER = Interpreter(CPYTHON, PLATFORM, "3.13.5", (2, 41), DebianPackages((), FrozenDict()), BASE)
BOOKWORM = CLibrary("the base third:base", (2, 36))
HASH = "a" * 64
NEWER, MUSL, OLD, SDIST = (
    "demo-1.0-cp313-cp313-manylinux_2_39_x86_64.whl",
    "demo-1.0-cp313-cp313-musllinux_1_2_x86_64.whl",
    "demo-1.0-cp313-cp313-manylinux2014_x86_64.whl",
    "demo-1.0.tar.gz",
)

NEWER_GLIBC = (
    "third:venv: demo 1.0: no wheel runs with the image's C library.\n"
    "Found:\n"
    f"  {NEWER} needs glibc 2.39, says its tag manylinux_2_39_x86_64\n"
    "  the base third:base has glibc 2.36\n"
    "Fix: lock a version of demo that has a wheel for glibc 2.36 or older; or use a `base` with glibc 2.39 or newer, "
    "and a `python_interpreter` that goes with it."
)
ONLY_MUSL = (
    "third:venv: demo 1.0: no wheel runs with the image's C library.\n"
    "Found:\n"
    f"  {MUSL} needs musl, says its tag musllinux_1_2_x86_64\n"
    "  the base third:base has glibc 2.36\n"
    "Fix: lock a version of demo that has a wheel for glibc 2.36 or older."
)
WITH_SDIST = (
    "third:venv: demo 1.0: no wheel runs with the image's C library.\n"
    "Found:\n"
    f"  {NEWER} needs glibc 2.39, says its tag manylinux_2_39_x86_64\n"
    f"  {MUSL} needs musl, says its tag musllinux_1_2_x86_64\n"
    "  the base third:base has glibc 2.36\n"
    "Fix: lock a version of demo that has a wheel for glibc 2.36 or older; or use a `base` with glibc 2.39 or newer, "
    "and a `python_interpreter` that goes with it; or let Strata build demo-1.0.tar.gz without a compiler: "
    '`allow_sdists=["demo"]` in a `python_venv`.'
)

# ---- one release in each format of locks -----------------------------------------------------------------------------

Lock = tuple[str, str, "str | None"]
"""The path of a lock, its text, and the text of the pyproject.toml beside it."""


def pex(files: Sequence[str]) -> Lock:
    document = pex_lock(resolve(package("demo", "1.0", files=files)), requirements=["demo"])
    return "third/web.lock", with_header(document), None


def pylock(files: Sequence[str]) -> Lock:
    def entry(file: str) -> str:
        return f'{{url = "https://index.example/{file}", hashes = {{sha256 = "{HASH}"}}}}'

    wheels = ", ".join(entry(file) for file in files if file.endswith(".whl"))
    sdists = "".join(f"sdist = {entry(file)}\n" for file in files if not file.endswith(".whl"))
    head = 'lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "demo"\nversion = "1.0"\n'
    return "third/pylock.toml", f"{head}wheels = [{wheels}]\n{sdists}", None


def uv(files: Sequence[str]) -> Lock:
    def entry(file: str) -> str:
        return f'{{ url = "https://index.example/{file}", hash = "sha256:{HASH}" }}'

    wheels = ", ".join(entry(file) for file in files if file.endswith(".whl"))
    sdists = "".join(f"sdist = {entry(file)}\n" for file in files if not file.endswith(".whl"))
    text = (
        'version = 1\nrequires-python = ">=3.9"\n[[package]]\nname = "app"\nversion = "0"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "demo" }]\n[package.metadata]\nrequires-dist = [{ name = "demo" }]\n'
        '[[package]]\nname = "demo"\nversion = "1.0"\nsource = { registry = "https://index.example/simple" }\n'
        f"wheels = [{wheels}]\n{sdists}"
    )
    pyproject = '[project]\nname = "app"\nversion = "0"\nrequires-python = ">=3.9"\ndependencies = ["demo"]\n'
    return "third/uv.lock", text, pyproject


def poetry(files: Sequence[str]) -> Lock:
    pyproject = '[tool.poetry]\nname = "app"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.9"\ndemo = "*"\n'
    entries = ", ".join(f'{{file = "{file}", hash = "sha256:{HASH}"}}' for file in files)
    text = (
        f'[[package]]\nname = "demo"\nversion = "1.0"\noptional = false\npython-versions = "*"\ngroups = ["main"]\n'
        f'files = [{entries}]\n[metadata]\nlock-version = "2.1"\npython-versions = "^3.9"\n'
        f'content-hash = "{hash_of(read_toml(pyproject, "pyproject.toml"))}"\n'
    )
    return "third/poetry.lock", text, pyproject


FORMATS = [pex, pylock, uv, poetry]


def requirements_of(lock: Lock, glibc: tuple[int, int] = (2, 36)) -> tuple[LockedRequirement, ...]:
    where, text, pyproject = lock
    environment = marker_environment("3.13.5", PLATFORM)
    return read_lock(text, pyproject, where, environment=environment, tags=wheel_tags("3.13.5", glibc, PLATFORM))


# ---- the rule --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    requirements: tuple[LockedRequirement, ...]
    c_library: CLibrary | None
    sdists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wheels:
    wheels: tuple[LockedWheel, ...]


@rule
async def wheels_of(wanted: Wanted) -> Wheels:
    found = await fetch_wheels(
        wanted.requirements,
        wheel_tags("3.13.5", wanted.c_library.glibc if wanted.c_library else (2, 41), PLATFORM),
        python="3.13",
        platform=str(PLATFORM),
        where=VENV,
        c_library=wanted.c_library,
        sdists=wanted.sdists,
    )
    return Wheels(found)


def fetched(wanted: Wanted, error: StrataError | None = None) -> list[str]:
    """The names of the fetched projects. Without an error, an index has the file that was asked for."""
    asked = []

    def fetch(request: FetchRequest) -> FetchResult:
        assert isinstance(request.wanted, fetch_wheel.Request)
        asked.append(request.wanted.name)
        return FetchResult(error=error) if error else FetchResult(DIGEST, OLD, fetch_wheel.Result(OLD, 1, (), ()))

    run_mocked(wheels_of, [wanted], {(FetchResult, FetchRequest): fetch})
    return asked


def refusal(wanted: Wanted, error: StrataError | None = None) -> str:
    """The message of a refusal; without an error of an index, nothing may be fetched."""
    with pytest.raises(StrataError) as caught:
        fetched(wanted, error or AssertionError("something was fetched"))  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize("lock", FORMATS)
@pytest.mark.parametrize(
    "files, message", [([NEWER], NEWER_GLIBC), ([MUSL], ONLY_MUSL), ([NEWER, MUSL, SDIST], WITH_SDIST)]
)
def test_locks_that_name_files_are_refused_before_anything_is_fetched(
    lock: Callable[[Sequence[str]], Lock], files: Sequence[str], message: str
) -> None:
    assert refusal(Wanted(requirements_of(lock(files)), BOOKWORM)) == message


@pytest.mark.parametrize("lock", FORMATS)
def test_another_wheel_of_the_release_serves(lock: Callable[[Sequence[str]], Lock]) -> None:
    assert fetched(Wanted(requirements_of(lock([NEWER, MUSL, OLD, SDIST])), BOOKWORM)) == ["demo"]


@pytest.mark.parametrize("lock", FORMATS)
def test_a_newer_base_serves(lock: Callable[[Sequence[str]], Lock]) -> None:
    trixie = CLibrary("the base third:base", (2, 41))
    assert fetched(Wanted(requirements_of(lock([NEWER, MUSL]), (2, 41)), trixie)) == ["demo"]


@pytest.mark.parametrize("lock", FORMATS)
def test_a_source_distribution_that_may_be_built_serves(lock: Callable[[Sequence[str]], Lock]) -> None:
    assert fetched(Wanted(requirements_of(lock([NEWER, SDIST])), BOOKWORM, ("demo",))) == ["demo"]
    assert refusal(Wanted(requirements_of(lock([NEWER])), BOOKWORM, ("demo",))) == NEWER_GLIBC


@pytest.mark.parametrize(
    "error, message",
    [
        (fetch_errors.no_fitting_wheel("demo 1.0", "3.13", "linux/amd64", [NEWER]), NEWER_GLIBC),
        (fetch_errors.only_sdist("demo 1.0", [SDIST], [MUSL, NEWER]), WITH_SDIST),
    ],
)
def test_a_lock_of_hashes_is_refused_once_an_index_names_the_files(error: StrataError, message: str) -> None:
    requirements = requirements_of(("third/requirements.lock", f"demo==1.0 --hash=sha256:{HASH}\n", None))
    assert [one.files for one in requirements] == [()]
    assert refusal(Wanted(requirements, BOOKWORM), error) == message


def test_wheels_of_other_processors_have_the_error_that_they_had() -> None:
    error = fetch_errors.no_fitting_wheel("demo 1.0", "3.13", "linux/amd64", ["demo-1.0-cp313-cp313-win_amd64.whl"])
    assert refusal(Wanted((LockedRequirement("demo", "1.0", (HASH,)),), BOOKWORM), error) == f"third:venv: {error}"


def test_wheels_that_are_chosen_without_a_c_library_are_not_compared() -> None:
    requirement = LockedRequirement("uv", "1.0", (HASH,), files=("uv-1.0-py3-none-musllinux_1_1_x86_64.whl",))
    assert fetched(Wanted((requirement,), None)) == ["uv"]


# ---- the C library of an image ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    c_library: CLibrary


@rule
async def found_library(interpreter: Interpreter, debian: DebianSubsystem) -> Found:
    return Found(await c_library_of(interpreter.base, interpreter, debian))


def c_library(*packages: LockedPackage) -> CLibrary:
    """The C library of an image whose base has these packages. No file of a package may be fetched for it."""
    debian = create_subsystem(DebianSubsystem, release="trixie")
    target = DebianPackagesTarget({"lockfile": "base.lock.json"}, BASE)
    inputs = base_lock(target, debian).inputs
    text = debian_lock_text(DebianLock(inputs, (PlatformPackages("linux/amd64", packages),)))
    found: Found = run_mocked(
        found_library,
        [INTERPRETER, debian],
        {
            (WrappedTarget, WrappedTargetRequest): lambda _: WrappedTarget(target),
            (Digest, PathGlobs): lambda _: DIGEST,
            (DigestContents, Digest): lambda _: DigestContents([FileContent("third/base.lock.json", text.encode())]),
        },
    )
    return found.c_library


def locked(name: str, version: str) -> LockedPackage:
    return LockedPackage(name, version, "amd64", f"pool/{name}_{version}_amd64.deb", 1, HASH, "debian")


def test_the_base_decides() -> None:
    assert c_library(locked("libc6", "2.41-12"), locked("tzdata", "2025b-0")) == CLibrary(BOOKWORM.owner, (2, 41))


def test_a_base_that_is_older_than_the_interpreter() -> None:
    with pytest.raises(StrataError) as caught:
        c_library(locked("libc6", "2.36-9+deb12u10"))
    assert str(caught.value) == (
        "third:base: The base is older than the interpreter, whose programs need a newer C library.\n"
        "Found:\n"
        "  third:base, the base: glibc 2.36\n"
        "  third:cpython, CPython 3.13.5: glibc 2.41\n"
        "Fix: give both one Debian `release`, or the base the newer one."
    )


def test_a_newer_base_does_not_help_an_older_interpreter() -> None:
    assert c_library(locked("libc6", "2.42-1")) == own_c_library(INTERPRETER)


def test_the_interpreter_brings_what_the_base_lacks() -> None:
    assert c_library(locked("tzdata", "2025b-0")) == own_c_library(INTERPRETER)
    assert own_c_library(INTERPRETER) == CLibrary("the interpreter third:cpython", (2, 41))


def test_a_version_that_is_unreadable() -> None:
    with pytest.raises(StrataError) as caught:
        c_library(locked("libc6", "snapshot"))
    assert str(caught.value).startswith("third:base: ")
    assert "snapshot" in str(caught.value)
