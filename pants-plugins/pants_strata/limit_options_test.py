from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import pytest
from pants.option.option_types import IntOption
from pants.testutil.option_util import create_subsystem

from pants_strata.library_slice import modules_of, without_prose
from pants_strata.limit_options import LimitsSubsystem
from strata.debian import limits as debian
from strata.fetch import limits as fetch
from strata.standalone import limits as standalone
from strata.verbs import VERBS
from strata.wheels import limits as wheels

MODULES = {"wheel": wheels, "debian": debian, "standalone": standalone, "file": fetch, "page": fetch}


def constant(option: str) -> tuple[ModuleType, str]:
    prefix, _, rest = option.partition("_")
    return MODULES[prefix], option.upper() if MODULES[prefix] is fetch else rest.upper()


def defaults() -> dict[str, Any]:
    return {name: option._default for name, option in vars(LimitsSubsystem).items() if isinstance(option, IntOption)}


@cache
def sliced(verb: str) -> dict[str, str]:
    return {path: without_prose(source) for path, source in modules_of(verb).items()}


def applied(verb: str, **limits: int) -> dict[str, str]:
    """Return the slice of a verb with these limits."""
    return create_subsystem(LimitsSubsystem, **{**defaults(), **limits}).applied(sliced(verb))


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_defaults_leave_a_slice_as_it_is(verb: str) -> None:
    assert applied(verb) == sliced(verb)


@pytest.mark.parametrize("option", sorted(defaults()))
def test_a_limit_is_the_constant_of_its_module(option: str) -> None:
    """It changes those slices that have the module, and nothing else in them."""
    module, name = constant(option)
    assert defaults()[option] == getattr(module, name)
    path = f"{module.__name__.replace('.', '/')}.py"
    reading = {verb for verb in VERBS if path in sliced(verb)}
    assert 0 < len(reading) < len(VERBS)
    for verb in VERBS:
        before, after = sliced(verb), applied(verb, **{option: 7})
        assert {each for each in before if before[each] != after[each]} == ({path} if verb in reading else set())
        if verb in reading:
            assert constants(after[path]) == {**constants(before[path]), name: 7}


def constants(source: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    exec(source, values)
    return {name: value for name, value in values.items() if name.isupper()}
