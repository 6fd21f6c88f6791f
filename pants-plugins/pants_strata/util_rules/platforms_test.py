from __future__ import annotations

from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.rules import QueryRule
from pants.engine.target import InvalidFieldException
from pants.testutil.rule_runner import RuleRunner

from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.platforms import locked_platforms, platforms_of
from strata.errors import StrataError
from support.rules import repository, write

ADDRESS = Address("src/app", target_name="image")
BOTH = "['linux/arm64', 'linux/amd64']"


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([QueryRule(StrataSubsystem, []), QueryRule(DebianSubsystem, [])])


def options(runner: RuleRunner, *given: str) -> tuple[StrataSubsystem, DebianSubsystem]:
    write(runner, {}, *given)
    return runner.request(StrataSubsystem, []), runner.request(DebianSubsystem, [])


def chosen(runner: RuleRunner, *given: str, field: Any = None) -> list[str]:
    return [str(each) for each in platforms_of(PlatformsField(field, ADDRESS), ADDRESS, *options(runner, *given))]


def refusal(runner: RuleRunner, *given: str) -> str:
    with pytest.raises(StrataError) as caught:
        chosen(runner, *given)
    return str(caught.value)


def test_without_a_word_images_are_for_one_platform(runner: RuleRunner) -> None:
    assert chosen(runner) == ["linux/amd64"]
    assert locked_platforms(*options(runner)) == ("linux/amd64",)


def test_the_option_is_for_images_and_for_locks(runner: RuleRunner) -> None:
    given = f"--strata-platforms={BOTH}"
    assert chosen(runner, given) == ["linux/amd64", "linux/arm64"]
    assert platforms_of(None, ADDRESS, *options(runner, given)) == platforms_of(
        PlatformsField(None, ADDRESS), ADDRESS, *options(runner, given)
    )
    assert locked_platforms(*options(runner, given)) == ("linux/amd64", "linux/arm64")


def test_the_field_comes_before_the_option(runner: RuleRunner) -> None:
    assert chosen(runner, field=["linux/arm64", "linux/amd64", "linux/arm64"]) == ["linux/amd64", "linux/arm64"]
    assert chosen(runner, f"--strata-platforms={BOTH}", field=["linux/arm64"]) == ["linux/arm64"]


def test_locks_may_be_for_more_platforms_than_images(runner: RuleRunner) -> None:
    given = ("--strata-platforms=['linux/amd64']", f"--strata-debian-platforms={BOTH}")
    assert chosen(runner, *given) == ["linux/amd64"]
    assert locked_platforms(*options(runner, *given)) == ("linux/amd64", "linux/arm64")


def test_locks_for_a_platform_of_which_nothing_says_whether_images_are_built_for_it(runner: RuleRunner) -> None:
    given = f"--strata-debian-platforms={BOTH}"
    assert refusal(runner, given) == (
        "src/app:image: Locks hold packages for linux/arm64, and nothing says whether images are built for it.\n"
        "Found:\n"
        "  `[strata-debian].platforms` names linux/arm64\n"
        "  `[strata].platforms` is linux/amd64, by default\n"
        'Fix: set `[strata].platforms` in pants.toml: `["linux/amd64", "linux/arm64"]` builds images for all of them, '
        'and `[strata-debian].platforms` is not needed then; `["linux/amd64"]` builds as before, while some images '
        "have a `platforms` field of their own, or machines with another processor build them."
    )
    assert chosen(runner, given, field=["linux/amd64"]) == ["linux/amd64"]


@pytest.mark.parametrize(
    "given, found",
    [
        ("--strata-platforms=['linux/s390x', 'linux/amd64']", "unknown: linux/s390x"),
        ("--strata-debian-platforms=['arm64']", "unknown: arm64"),
        ("--strata-platforms=[]", "`[strata].platforms` is empty"),
    ],
)
def test_options_that_cannot_be_used(runner: RuleRunner, given: str, found: str) -> None:
    assert refusal(runner, given) == (
        "src/app:image: The options for platforms do not say what images are to be built for.\n"
        f"Found:\n  {found}\n"
        "Fix: name linux/amd64 or linux/arm64, or both, in `[strata].platforms` in pants.toml."
    )


@pytest.mark.parametrize(
    "value, found", [(["linux/arm64", "linux/arm/v7", "x"], "'linux/arm/v7', 'x'"), ([], "no platform")]
)
def test_a_field_that_cannot_be_used(value: list[str], found: str) -> None:
    with pytest.raises(InvalidFieldException) as caught:
        PlatformsField(value, ADDRESS)
    assert str(caught.value) == (
        "The `platforms` field in target src/app:image must hold 'linux/amd64' or 'linux/arm64', or both, but holds "
        f"{found}. Leave it out for those of `[strata].platforms`."
    )
