"""Pants shows the help of every target, field, option scope and goal of Strata, and peeks at every target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pants.engine.target import Target

from pants_strata import register
from pants_strata.goals.image_check import ImageCheckSubsystem
from pants_strata.goals.image_diff import ImageDiffSubsystem
from pants_strata.goals.image_report import ImageReportSubsystem
from pants_strata.goals.image_why import ImageWhySubsystem
from pants_strata.limit_options import LimitsSubsystem
from pants_strata.lint_options import StrataLintSubsystem
from pants_strata.policy_options import PolicySubsystem
from pants_strata.subsystem import DebianSubsystem, StandaloneSubsystem, StrataSubsystem
from pants_strata.tailor_options import StrataTailorSubsystem
from support.nested_pants import NestedPants, nested_pants

TARGETS = {target.alias: target for target in register.target_types()}
_SUBSYSTEMS = (
    *(StrataSubsystem, DebianSubsystem, LimitsSubsystem, StandaloneSubsystem),
    *(PolicySubsystem, StrataLintSubsystem, StrataTailorSubsystem),
)
SCOPES = [str(subsystem.options_scope) for subsystem in _SUBSYSTEMS]
GOALS = [each.name for each in (ImageCheckSubsystem, ImageDiffSubsystem, ImageReportSubsystem, ImageWhySubsystem)]
FILES = {
    "src/app/BUILD": (
        "python_sources()\npython_image(name='image', entry_point='main.py', exposed_ports=['80'])\n"
        "python_image_test(name='image-test', image=':image', expected_output=['x'])\n"
    ),
    "src/app/main.py": "",
    "src/files/BUILD": "image_files(name='settings', dependencies=['src/app'], path='/etc/app')\n",
    "src/base/BUILD": "oci_base(name='company', image='registry.example/base:1', lockfile='base.oci.json')\n",
}


@pytest.fixture(scope="module")
def project() -> Iterator[NestedPants]:
    with nested_pants(FILES) as pants:
        yield pants


@pytest.fixture(scope="module")
def everything(project: NestedPants) -> dict[str, Any]:
    """What `help-all` tells of all that Pants has loaded."""
    told: dict[str, Any] = json.loads(project.run("help-all").succeeded().stdout)
    return told


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: str(target.alias))
def test_help_all_of_a_target(everything: dict[str, Any], target: type[Target]) -> None:
    told = everything["name_to_target_type_info"][target.alias]
    fields = {field["alias"]: field for field in told["fields"]}
    assert sorted(fields) == sorted(field.alias for field in target.core_fields if not field.alias.startswith("_"))
    assert told["description"].endswith(".")
    assert [alias for alias, field in fields.items() if not field["description"] or not field["type_hint"]] == []


@pytest.mark.parametrize("scope", [*SCOPES, *GOALS])
def test_help_all_of_a_scope(everything: dict[str, Any], scope: str) -> None:
    told = everything["scope_to_help_info"][scope]
    options = [*told["basic"], *told["advanced"]]
    assert told["description"].endswith(".")
    assert options
    assert [option["display_args"] for option in options if not option["help"]] == []


@pytest.mark.parametrize("goal", GOALS)
def test_help_all_of_a_goal(everything: dict[str, Any], goal: str) -> None:
    told = everything["name_to_goal_info"][goal]
    assert (told["provider"], told["is_implemented"]) == ("pants_strata", True)


@pytest.mark.parametrize("alias", TARGETS)
def test_help_of_a_target(project: NestedPants, alias: str) -> None:
    shown = project.run("help", alias).succeeded().stdout
    lines = shown.splitlines()
    assert f"`{alias}` target" in shown
    assert [field.alias for field in TARGETS[alias].core_fields if field.alias not in lines] == []


def test_help_of_scopes_and_goals(project: NestedPants) -> None:
    shown = project.run("help", *SCOPES, *GOALS).succeeded().stdout
    assert "--strata-debian-release" in shown
    assert "--image-diff-reference" in shown
    assert "--image-check-debian-tracker" in shown
    assert "--strata-remote-cache-head-start-millis" not in shown


def test_advanced_help_of_scopes_and_goals(project: NestedPants) -> None:
    shown = project.run("help-advanced", *SCOPES, *GOALS).succeeded().stdout
    assert "--strata-remote-cache-head-start-millis" in shown


def test_peek(project: NestedPants) -> None:
    told = {target["address"]: target for target in json.loads(project.run("peek", "::").succeeded().stdout)}
    assert {target["target_type"] for target in told.values()} >= set(TARGETS)
    image = told["src/app:image"]
    assert (image["entry_point"], image["exposed_ports"], image["workdir"]) == ("main.py", ["80"], "/app")
