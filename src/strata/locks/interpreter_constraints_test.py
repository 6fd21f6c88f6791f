from __future__ import annotations

import pytest

from strata.errors import StrataError
from strata.locks.interpreter_constraints import allow_python


@pytest.mark.parametrize(
    "constraints",
    [
        [],
        ["CPython==3.13.*"],
        [">=3.9,<3.14"],
        ["==3.9.*", "CPython>=3.13"],
        ["CPython"],
        ["CPython[free-threaded]>=3"],
    ],
)
def test_allowed(constraints: list[str]) -> None:
    assert allow_python(constraints, "3.13.5", "pants.toml")


@pytest.mark.parametrize("constraints", [["CPython==3.9.*"], ["PyPy==3.13.*"], ["<3.13", ">3.13.5"]])
def test_not_allowed(constraints: list[str]) -> None:
    assert not allow_python(constraints, "3.13.5", "pants.toml")


def test_no_constraint() -> None:
    with pytest.raises(StrataError) as refused:
        allow_python(["CPython=>3"], "3.13.5", "pants.toml")
    assert str(refused.value) == (
        "pants.toml: this is not a range of versions.\n"
        "Found:\n  =>3\n"
        "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )
