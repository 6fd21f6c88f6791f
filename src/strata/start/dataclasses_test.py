from __future__ import annotations

import dataclasses as standard
from typing import Any, ClassVar

import pytest

from strata.start import dataclasses as light


def classes(module: Any) -> tuple[Any, Any]:
    @module.dataclass(frozen=True, order=True)
    class Base:
        kind: ClassVar[str] = "base"
        name: str
        size: int = 1

    @module.dataclass(frozen=True)
    class Derived(Base):
        labels: dict[str, str] = module.field(default_factory=dict, hash=False)
        secret: str = module.field(default="", repr=False, compare=False)

    return Base, Derived


@pytest.fixture(params=[standard, light], ids=["standard", "light"])
def module(request: Any) -> Any:
    """Each test holds for the module of the standard library, too."""
    return request.param


def test_fields_and_defaults(module: Any) -> None:
    base, derived = classes(module)
    made = derived("a", labels={"b": "c"})
    assert (made.name, made.size, made.labels, made.secret) == ("a", 1, {"b": "c"}, "")
    assert [each.name for each in module.fields(derived)] == ["name", "size", "labels", "secret"]
    assert derived("a").labels is not derived("a").labels
    assert (base.size, derived.secret) == (1, "")
    assert not hasattr(derived, "labels")
    assert (module.is_dataclass(derived), module.is_dataclass(made), module.is_dataclass(1)) == (True, True, False)
    assert module.asdict(base("a", 2)) == {"name": "a", "size": 2}
    assert module.asdict(derived(name=base("a")))["name"] == {"name": "a", "size": 1}


def test_comparisons(module: Any) -> None:
    base, derived = classes(module)
    assert base("a") == base("a", 1) != base("a", 2)
    assert base("a") != derived("a")
    assert derived("a", secret="x") == derived("a", secret="y")
    assert hash(derived("a", labels={"b": "c"})) == hash(derived("a"))
    assert hash(base("a")) == hash(("a", 1))
    assert sorted([base("b"), base("a", 2), base("a")]) == [base("a"), base("a", 2), base("b")]


def test_copies(module: Any) -> None:
    _, derived = classes(module)
    assert module.replace(derived("a", 3), name="b") == derived("b", 3)
    with pytest.raises(TypeError):
        module.replace(derived("a"), unknown=1)


def test_representation(module: Any) -> None:
    _, derived = classes(module)
    assert repr(derived("a", secret="word")).endswith("Derived(name='a', size=1, labels={})")


def test_frozen(module: Any) -> None:
    made = classes(module)[0]("a")
    with pytest.raises(AttributeError, match="cannot assign to field 'name'"):
        made.name = "b"
    with pytest.raises(AttributeError):
        del made.name
    assert made.name == "a"


@pytest.mark.parametrize("given, named", [((), {}), (("a", 1, 2), {}), (("a",), {"name": "b"}), (("a",), {"no": 1})])
def test_wrong_arguments(module: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        classes(module)[0](*given, **named)
