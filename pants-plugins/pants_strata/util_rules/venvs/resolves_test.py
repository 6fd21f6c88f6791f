from __future__ import annotations

from dataclasses import dataclass

import pytest
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address, Addresses
from pants.engine.rules import QueryRule, rule
from pants.engine.target import Dependencies, DependenciesRequest
from pants.testutil.rule_runner import RuleRunner
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.debian_packages import DebianPackages
from pants_strata.artifacts.interpreter import Interpreter
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import EntryPointField, ImageResolveField, VenvField, VenvResolveField
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.venvs.locked_venv import read_requirements_of
from pants_strata.util_rules.venvs.resolves import check_resolves, image_venv
from strata.locks.environment import wheel_tags
from strata.oci.platform import Platform
from support.lockfiles.pex_locks import lock, package, resolve, with_header
from support.rules import message, repository, write

IMAGE = Address("src/web", target_name="image")
RESOLVES = "--python-resolves={'one': 'third/one.lock', 'two': 'third/two.txt', 'none': 'third/none.lock'}"
OPTIONS = (
    "--python-enable-resolves=true",
    RESOLVES,
    "--python-default-resolve=one",
    "--python-interpreter-constraints=['CPython==3.13.*']",
    "--python-resolves-to-interpreter-constraints={'two': ['CPython>=3.9,<3.12', 'PyPy']}",
)


@dataclass(frozen=True)
class Wheels:
    """The venv of an image, and what its lock has for CPython 3.13.5."""

    venv: str
    locked: str


@rule
async def wheels(address: Address, strata: StrataSubsystem, python: PythonSetup) -> Wheels:
    image = await engine.target(address)
    venv = await image_venv(image[VenvField], image[ImageResolveField], image[EntryPointField], strata, python)
    closure = await image_closure(address)
    check_resolves(closure, venv[VenvResolveField].value, python, str(address))
    interpreter = Interpreter(
        address=Address("", target_name="strata-interpreter"),
        platform=Platform("linux", "amd64"),
        version="3.13.5",
        glibc=(2, 41),
        debian=DebianPackages((), FrozenDict()),
        base=Address("", target_name="strata-base"),
    )
    found = await read_requirements_of(venv, interpreter, wheel_tags("3.13.5", (2, 41), interpreter.platform), python)
    return Wheels(str(venv.address), " ".join(f"{one.name}=={one.version}" for one in found))


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([wheels, QueryRule(Wheels, [Address]), QueryRule(Addresses, [DependenciesRequest])])


def prepare(runner: RuleRunner, build: str, *options: str) -> None:
    write(
        runner,
        {
            "third/one.lock": with_header(lock(resolve(package("click", "8.1.8")), requirements=["click"])),
            "third/two.txt": f"click==8.0.0 --hash=sha256:{'0' * 64}\n",
            "third/BUILD": "python_requirement(name='click', requirements=['click'])\n"
            "python_requirement(name='old', requirements=['old'], resolve='two')\n",
            "src/web/BUILD": build,
            "src/web/main.py": "import click",
            "src/other/BUILD": "",
        },
        *OPTIONS,
        *options,
    )


def ask(runner: RuleRunner, build: str, *options: str, name: str = "image") -> Wheels:
    prepare(runner, build, *options)
    return runner.request(Wheels, [Address("src/web", target_name=name)])


def error(runner: RuleRunner, build: str, *options: str) -> str:
    prepare(runner, build, *options)
    return message(runner, Wheels, IMAGE)


SOURCES = "python_sources()\n"
PLAIN = SOURCES + "python_image(name='image', entry_point='main.py')"
WIDE = "--python-resolves-to-interpreter-constraints={}"


def test_the_default_resolve(runner: RuleRunner) -> None:
    assert ask(runner, PLAIN) == Wheels("//:strata-venv-of-one", "click==8.1.8")


def test_the_resolve_of_the_sources(runner: RuleRunner) -> None:
    build = PLAIN.replace("sources(", "sources(resolve='two'")
    assert ask(runner, build, WIDE) == Wheels("//:strata-venv-of-two", "click==8.0.0")


def test_sources_of_several_resolves(runner: RuleRunner) -> None:
    parametrized = PLAIN.replace("sources(", "sources(resolve=parametrize('one', 'two')")
    assert ask(runner, parametrized, WIDE).venv == "//:strata-venv-of-one"
    named = parametrized.replace("entry_point", "resolve='two', entry_point")
    assert ask(runner, named, WIDE) == Wheels("//:strata-venv-of-two", "click==8.0.0")


def test_a_script_has_the_default_resolve(runner: RuleRunner) -> None:
    assert ask(runner, "python_image(name='image', script='run')").venv == "//:strata-venv-of-one"


def test_a_venv_of_a_resolve(runner: RuleRunner) -> None:
    build = PLAIN.replace("entry_point", "venv=':venv', entry_point") + "\npython_venv(name='venv', resolve='one')"
    assert ask(runner, build) == Wheels("src/web:venv", "click==8.1.8")


@pytest.mark.parametrize(
    "build, options, expected",
    [
        (
            PLAIN.replace("entry_point", "resolve='three', entry_point"),
            (),
            "src/web:image: There is no resolve three.\n"
            "Found:\n  [python].resolves has none, one, two\n"
            "Fix: name one of these in `resolve`, or add it to `[python].resolves` in pants.toml.",
        ),
        (
            PLAIN.replace("entry_point", "venv=':venv', entry_point") + "\npython_venv(name='venv', resolve='three')",
            (),
            "src/web:venv: There is no resolve three.\n"
            "Found:\n  [python].resolves has none, one, two\n"
            "Fix: name one of these in `resolve`, or add it to `[python].resolves` in pants.toml.",
        ),
        (
            PLAIN.replace("entry_point", "venv=':venv', entry_point")
            + "\npython_venv(name='venv', resolve='one', lockfile='a.lock')",
            (),
            "src/web:venv: A venv takes its wheels from exactly one of `lockfile` and `resolve`.\n"
            "Found:\n  lockfile: a.lock\n  resolve: one\n"
            "Fix: take one of them out.",
        ),
        (
            "python_image(name='image', script='run', resolve='none')",
            (),
            "//:strata-venv-of-none: The lock file third/none.lock of the resolve none does not exist.\n"
            "Fix: run `./pants generate-lockfiles --resolve=none`.",
        ),
        (
            PLAIN,
            ("--python-enable-resolves=false",),
            "src/web:image: The image names no venv, and the repository has no resolves that could give its wheels.\n"
            "Found:\n  `[python].enable_resolves` is false\n"
            "Fix: set `[python].enable_resolves = true` and `[python].resolves` in pants.toml, or name a `python_venv` "
            "in the `venv` field or in `[strata].venv`.",
        ),
        (
            PLAIN.replace("entry_point", "resolve='one', entry_point"),
            ("--python-enable-resolves=false",),
            "src/web:image: The resolve one is named, but resolves are not in use.\n"
            "Found:\n  `[python].enable_resolves` is false\n"
            "Fix: set `[python].enable_resolves = true` in pants.toml, or name a lock in `lockfile` of a "
            "`python_venv`.",
        ),
        (
            PLAIN.replace("entry_point", "dependencies=['third:old'], entry_point"),
            (),
            "src/web:image: The image takes its wheels from the resolve one, but depends on targets of other "
            "resolves.\n"
            "Found:\n  third:old: resolve two\n"
            "Fix: give these targets and the image one `resolve`; a target that several resolves use has "
            "`resolve=parametrize(…)`. `./pants dependencies --transitive src/web:image` tells what leads there.",
        ),
        (
            PLAIN.replace("sources(", "sources(resolve='two'"),
            (),
            "//:strata-venv-of-two: The resolve two is not for the interpreter of the image.\n"
            "Found:\n"
            "  [python].resolves_to_interpreter_constraints in pants.toml: CPython>=3.9,<3.12, PyPy\n"
            "  //:strata-interpreter, the `python_interpreter`: CPython 3.13.5\n"
            "Fix: let the constraints allow CPython 3.13.5 and run `./pants generate-lockfiles --resolve=two`, or name "
            "a `python_interpreter` with another `version` in `[strata].interpreter`.",
        ),
        (
            PLAIN,
            ("--python-interpreter-constraints=['==3.9.*']",),
            "//:strata-venv-of-one: The resolve one is not for the interpreter of the image.\n"
            "Found:\n"
            "  [python].interpreter_constraints in pants.toml: ==3.9.*\n"
            "  //:strata-interpreter, the `python_interpreter`: CPython 3.13.5\n"
            "Fix: let the constraints allow CPython 3.13.5 and run `./pants generate-lockfiles --resolve=one`, or name "
            "a `python_interpreter` with another `version` in `[strata].interpreter`.",
        ),
    ],
    ids=range(9),
)
def test_errors(runner: RuleRunner, build: str, options: tuple[str, ...], expected: str) -> None:
    assert error(runner, build, *options) == expected


def test_a_venv_of_each_resolve_owns_no_file(runner: RuleRunner) -> None:
    prepare(runner, PLAIN)
    runner.write_files({"requirements.txt": "", "pyproject.toml": ""})
    found = runner.request(Addresses, [DependenciesRequest(runner.get_target(IMAGE)[Dependencies])])
    assert {str(address) for address in found} == {"//:strata-venv-of-one", "src/web/main.py"}
