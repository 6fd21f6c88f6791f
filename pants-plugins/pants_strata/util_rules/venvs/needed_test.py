from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

import pytest
from pants.engine.addresses import Address
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import RuleRunner

from pants_strata import engine
from pants_strata.util_rules.venvs.needed import check_locked, needed_requirements
from strata.errors import StrataError
from support.rules import repository, write

IMAGE = Address("src/web", target_name="image")


@dataclass(frozen=True)
class Needed:
    requirements: Optional[tuple[tuple[str, str], ...]]


@rule
async def needed(address: Address) -> Needed:
    found = await needed_requirements(await engine.target(address))
    return Needed(None if found is None else tuple((name, str(owner)) for name, owner in found.items()))


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([needed, QueryRule(Needed, [Address])])


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
