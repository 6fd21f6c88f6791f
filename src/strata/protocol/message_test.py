"""Messages as JSON: every verb's request and result, and what does not fit them."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, Optional, Union, get_args, get_origin, get_type_hints

import pytest

from strata.protocol.message import Message, Request
from strata.verbs import VERBS, protocol

_SAMPLES: Mapping[Any, Any] = {
    str: "a text with ünïcode",
    int: 7,
    bool: True,
    Path: Path("a/file"),
    Any: {"any": [1, None]},
}


def sample(annotation: Any) -> Any:
    """Return a value that a field with the annotation may have. Collections hold one item, and options are taken."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return (sample(arguments[0]),)
    if origin is Literal:
        return arguments[-1]
    if origin is Union:
        return sample(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"a key": sample(arguments[1])}
    if is_dataclass(annotation):
        hints = get_type_hints(annotation)
        return annotation(**{each.name: sample(hints[each.name]) for each in fields(annotation)})
    return _SAMPLES[annotation]


MESSAGES = {
    f"{verb} {kind}": getattr(importlib.import_module(protocol(verb)), kind)
    for verb in VERBS
    for kind in ("Request", "Result")
}


@pytest.mark.parametrize("kind", MESSAGES.values(), ids=MESSAGES)
def test_a_message_comes_back_from_its_text(kind: type[Message]) -> None:
    message = sample(kind)
    again = kind.from_json(message.to_json())
    assert again == message
    assert again.to_json() == message.to_json()
    assert json.loads(message.to_json()).keys() == {each.name for each in fields(kind)}


@pytest.mark.parametrize("verb", VERBS)
def test_a_request_names_its_verb_and_reads_its_result(verb: str) -> None:
    messages = importlib.import_module(protocol(verb))
    request, result = sample(messages.Request), sample(messages.Result)
    assert request.verb == verb
    assert request.read_result(result.to_json()) == result


@dataclass(frozen=True)
class Inner(Message):
    path: Path
    mode: Literal["slow", "fast"] = "fast"


@dataclass(frozen=True)
class Outer(Message):
    name: str
    count: int
    flag: bool
    maybe: Optional[str]
    inner: tuple[Inner, ...]
    by_name: Mapping[str, Inner] = field(hash=False)
    anything: Any = None


OUTER = Outer("n", 1, False, None, (Inner(Path("a")),), {"b": Inner(Path("c"), "slow")}, [{"x": 1}])
TEXT = (
    '{"anything":[{"x":1}],"by_name":{"b":{"mode":"slow","path":"c"}},"count":1,"flag":false,'
    '"inner":[{"mode":"fast","path":"a"}],"maybe":null,"name":"n"}'
)


def test_the_text_is_canonical() -> None:
    assert OUTER.to_json() == TEXT
    assert Outer.from_json(TEXT) == OUTER


def test_equal_messages_have_one_text_in_whatever_order_they_were_built() -> None:
    one, other = Inner(Path("1")), Inner(Path("2"))
    first = replace(OUTER, by_name={"b": one, "a": other}, anything={"y": 1, "x": 2})
    second = replace(OUTER, by_name={"a": other, "b": one}, anything={"x": 2, "y": 1})
    assert first == second
    assert first.to_json() == second.to_json()
    spaced = json.dumps(dict(reversed(json.loads(TEXT).items())), indent=2)
    assert Outer.from_json(spaced).to_json() == TEXT


def test_other_messages_have_other_texts() -> None:
    others = [replace(OUTER, name="m"), replace(OUTER, maybe=""), replace(OUTER, inner=()), replace(OUTER, by_name={})]
    assert len({TEXT, *(other.to_json() for other in others)}) == 5


def test_an_option_may_hold_a_value() -> None:
    assert Outer.from_json(replace(OUTER, maybe="yes").to_json()).maybe == "yes"


def changed(**values: Any) -> str:
    """Return the text of OUTER with other values, of which some may not fit."""
    return json.dumps({**json.loads(TEXT), **values})


ALL_FIELDS = "['anything', 'by_name', 'count', 'flag', 'inner', 'maybe', 'name']"


@pytest.mark.parametrize(
    "text, message",
    [
        (
            changed(other=1),
            "Outer has the fields ['anything', 'by_name', 'count', 'flag', 'inner', 'maybe', 'name', 'other'], "
            f"not {ALL_FIELDS}",
        ),
        (
            json.dumps({name: value for name, value in json.loads(TEXT).items() if name != "flag"}),
            f"Outer has the fields ['anything', 'by_name', 'count', 'inner', 'maybe', 'name'], not {ALL_FIELDS}",
        ),
        # A default serves who makes a message; a text has every field.
        (changed(inner=[{"path": "a"}]), "Outer.inner has the fields ['path'], not ['mode', 'path']"),
        (changed(name=1), "Outer.name is 1, not of the type str"),
        (changed(name=None), "Outer.name is None, not of the type str"),
        (changed(count="1"), "Outer.count is '1', not of the type int"),
        (changed(count=1.0), "Outer.count is 1.0, not of the type int"),
        (changed(count=True), "Outer.count is True, not of the type int"),
        (changed(flag=1), "Outer.flag is 1, not of the type bool"),
        (changed(maybe=1), "Outer.maybe is 1, not of the type str"),
        (changed(inner={}), "Outer.inner is {}, not of the type list"),
        (changed(inner=["a"]), "Outer.inner is 'a', not of the type dict"),
        (changed(by_name=[]), "Outer.by_name is [], not of the type dict"),
        (
            changed(by_name={"b": {"path": 1, "mode": "slow"}}),
            "Outer.by_name['b'].path is 1, not of the type str",
        ),
        (
            changed(by_name={"b": {"path": "c", "mode": "idle"}}),
            "Outer.by_name['b'].mode is 'idle', not one of ('slow', 'fast')",
        ),
        ("[]", "Outer is [], not of the type dict"),
        ("null", "Outer is None, not of the type dict"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        Outer.from_json(text)
    assert str(refusal.value) == message


def test_a_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        Outer.from_json("{")


def test_a_result_of_another_verb_is_refused() -> None:
    request: Request[Any] = sample(MESSAGES["fetch-debian Request"])
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        request.read_result(sample(MESSAGES["venv-layer Result"]).to_json())
    assert str(refusal.value) == "Result has the fields ['layer', 'standard_library'], not ['name']"
