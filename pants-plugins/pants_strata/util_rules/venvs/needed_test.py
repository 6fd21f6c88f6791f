from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Optional

import pytest
from pants.backend.python.subsystems.setup import PythonSetup
from pants.engine.addresses import Address, Addresses
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import RuleRunner
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts import PLATFORM
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.interpreter import InterpreterRequest
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import EntryPointField, ImageResolveField, VenvField
from pants_strata.util_rules.debian import packages
from pants_strata.util_rules.first_party.closure import image_closure
from pants_strata.util_rules.interpreters import interpreter
from pants_strata.util_rules.interpreters.interpreter import get_interpreter
from pants_strata.util_rules.venvs import locked_venv
from pants_strata.util_rules.venvs.locked_venv import get_locked_venv
from pants_strata.util_rules.venvs.needed import check_locked, needed_requirements
from pants_strata.util_rules.venvs.resolves import image_venv
from strata.debian.lock_reader import read_debian_lock
from strata.debian.releases import DEFAULT
from strata.debian.shipped import shipped_base_lock, shipped_interpreter_lock
from strata.errors import StrataError
from strata.locks.reader import read_lock
from support.rules import repository, write

IMAGE = Address("src/web", target_name="image")


IMAGES = 300
FOLDER = 30
PACKAGES = 150
CPYTHON = Address("third", target_name="cpython")
THIRD = """\
debian_packages(name="base", lockfile="base.lock.json")
python_interpreter(name="cpython", lockfile="cpython.lock.json")
python_installer(name="pip")
python_venv(name="venv", lockfile="apps.lock")
"""


@dataclass(frozen=True)
class Needed:
    requirements: Optional[tuple[tuple[str, str], ...]]


@rule
async def needed(address: Address) -> Needed:
    image = await engine.target(address)
    found = await needed_requirements(image, await image_closure(address))
    return Needed(None if found is None else tuple((name, str(owner)) for name, owner in found.items()))


@dataclass(frozen=True)
class Plan:
    """How many releases the lock has for an image, and what the image needs of them."""

    locked: int
    needed: tuple[str, ...]


@dataclass(frozen=True)
class Plans:
    plans: tuple[Plan, ...]


@rule
async def plan(address: Address, strata: StrataSubsystem, python: PythonSetup) -> Plan:
    """Ask in the order of the rule that builds an image."""
    image = await engine.target(address)
    venv = await image_venv(image[VenvField], image[ImageResolveField], image[EntryPointField], strata, python)
    python_of_image = await get_interpreter(InterpreterRequest(CPYTHON, PLATFORM))
    locked = await get_locked_venv(LockedVenvRequest(venv.address, PLATFORM, python_of_image.base, CPYTHON))
    return Plan(len(locked.requirements), tuple(await needed_requirements(image, await image_closure(address)) or ()))


get_plan = engine.asker(plan)


@rule
async def plan_all(addresses: Addresses) -> Plans:
    return Plans(await engine.concurrently(get_plan(address) for address in addresses))


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([needed, plan, plan_all, QueryRule(Needed, [Address]), QueryRule(Plans, [Addresses])])


def ask(runner: RuleRunner, code: str, *targets: str, fields: str = "") -> Optional[tuple[tuple[str, str], ...]]:
    write(
        runner,
        {
            "third/BUILD": "\n".join(targets),
            "src/web/BUILD": f"python_sources()\npython_image(name='image', entry_point='main.py'{fields})\n"
            "python_venv(name='venv')",
            "src/web/main.py": code,
        },
        "--strata-venv=src/web:venv",
        "--strata-interpreter=src/web:cpython",
        "--strata-installer=src/web:pip",
    )
    runner.write_files(
        {
            "src/web/BUILD.tools": "python_interpreter(name='cpython', base=':base')\n"
            "python_installer(name='pip')\ndebian_packages(name='base')"
        }
    )
    return runner.request(Needed, [IMAGE]).requirements


FLASK = "python_requirement(name='flask', requirements=['Flask[async]>=3'])"


def test_what_imports_lead_to(runner: RuleRunner) -> None:
    others = "python_requirement(name='others', requirements=['ruamel.yaml', 'six; sys_platform == \"win32\"'])"
    assert ask(runner, "import flask", FLASK, others) == (("Flask[async]>=3", "third:flask"),)
    assert ask(runner, "import flask\nimport six", FLASK, others) == (
        ("Flask[async]>=3", "third:flask"),
        ("ruamel.yaml", "third:others"),
        ('six; sys_platform == "win32"', "third:others"),
    )


def test_what_dependencies_name(runner: RuleRunner) -> None:
    found = ask(runner, "", FLASK, fields=", dependencies=['third:flask']")
    assert found == (("Flask[async]>=3", "third:flask"),)


def test_nothing_where_no_import_leads_to_what_is_declared(runner: RuleRunner) -> None:
    assert ask(runner, "import json", FLASK) == ()


def test_all_of_the_lock_on_request(runner: RuleRunner) -> None:
    assert ask(runner, "import flask", FLASK, fields=", whole_lock=True") is None


def test_all_of_the_lock_where_nothing_is_declared(runner: RuleRunner) -> None:
    assert ask(runner, "import flask") is None


def test_stubs_for_type_checkers_are_not_needed(runner: RuleRunner) -> None:
    stubs = (
        "python_requirement(name='named', requirements=['types-requests'])",
        "python_requirement(name='said', requirements=['mypy-requests'], type_stub_modules=['requests'])",
        "python_requirement(name='real', requirements=['requests'])",
    )
    dependencies = "', '".join(f"third:{name}" for name in ("named", "said", "real"))
    found = ask(runner, "", *stubs, fields=f", dependencies=['{dependencies}']")
    assert found == (("requests", "third:real"),)


def test_a_requirement_that_the_lock_does_not_have() -> None:
    owner, venv = Address("third", target_name="flask"), Address("third", target_name="venv")
    with pytest.raises(StrataError) as caught:
        check_locked({"Flask[async]>=3": owner, "six": owner}, {"six"}, image=IMAGE, venv=venv)
    assert str(caught.value) == (
        "src/web:image: The image needs requirements that the lock of third:venv does not have.\n"
        "Found:\n"
        "  Flask[async]>=3, of third:flask\n"
        "Fix: renew the lock from the requirements, name another `venv`, or take what is not needed out of the "
        "dependencies. `./pants dependencies --transitive src/web:image` tells what leads there."
    )


def test_names_are_compared_in_their_normal_form() -> None:
    owner = Address("third", target_name="yaml")
    check_locked({"Ruamel.YAML[jinja2]": owner}, {"ruamel-yaml"}, image=IMAGE, venv=owner)


# ---- what is read once: the last test, since its targets stay


async def unfetched(request: DebianPackagesRequest) -> DebianPackages:
    return DebianPackages(await packages.locked_packages(request), FrozenDict())


def counted(counts: Counter[str], function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        counts[function.__name__] += 1
        return function(*arguments, **named)

    return call


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a lock was read, by the reader."""
    found: Counter[str] = Counter()
    monkeypatch.setattr(locked_venv, "read_lock", counted(found, read_lock))
    monkeypatch.setattr(packages, "read_debian_lock", counted(found, read_debian_lock))
    monkeypatch.setattr(interpreter, "get_debian_packages", unfetched)
    return found


def build_file(folder: int, needed: int) -> str:
    """The images of one folder, each of which needs another package, from `needed` on."""
    targets = ["python_sources()"]
    for number in range(folder * FOLDER, (folder + 1) * FOLDER):
        name = f"package{(number + needed) % PACKAGES}"
        targets += [
            f"python_requirement(name='{number}', requirements=['{name}'], modules=['{name}'])",
            f"python_image(name='image{number}', entry_point='main.py', dependencies=[':{number}'])",
        ]
    return "\n".join(targets)


def test_images_over_one_lock_read_it_once(runner: RuleRunner, counts: Counter[str]) -> None:
    files = {
        "third/BUILD": THIRD,
        "third/apps.lock": "".join(f"package{n}==1.0 --hash=sha256:{n:064x}\n" for n in range(PACKAGES)),
        "third/base.lock.json": shipped_base_lock(DEFAULT),
        "third/cpython.lock.json": shipped_interpreter_lock("3.13"),
        **{f"src/apps{number}/BUILD": build_file(number, 0) for number in range(IMAGES // FOLDER)},
        **{f"src/apps{number}/main.py": "" for number in range(IMAGES // FOLDER)},
    }
    own = {name: f"--strata-{name}=third:{target}" for name, target in [("base", "base"), ("interpreter", "cpython")]}
    write(runner, files, *own.values(), "--strata-installer=third:pip", "--strata-venv=third:venv")
    assert planned(runner) == [Plan(PACKAGES, (f"package{number % PACKAGES}",)) for number in range(IMAGES)]
    # The locks of the base and of the interpreter, too.
    assert counts == {"read_lock": 1, "read_debian_lock": 2}
    runner.write_files({"src/apps0/BUILD": build_file(0, 1)})
    assert planned(runner)[7] == Plan(PACKAGES, ("package8",))
    assert counts == {"read_lock": 1, "read_debian_lock": 2}


def planned(runner: RuleRunner) -> list[Plan]:
    images = Addresses(Address(f"src/apps{number // FOLDER}", target_name=f"image{number}") for number in range(IMAGES))
    return list(runner.request(Plans, [images]).plans)
