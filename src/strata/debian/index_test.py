from __future__ import annotations

import random
from contextlib import suppress

import pytest

from strata.debian.index import IndexText, PackageIndex
from strata.errors import StrataError

FIELDS = {
    "Package": "app",
    "Version": "1.0-1",
    "Architecture": "amd64",
    "Depends": "lib (>= 1), other",
    "Provides": "virtual (= 2)",
    "Filename": "pool/app.deb",
    "Size": "10",
    "SHA256": "a" * 64,
}


def paragraph(**changes: str) -> str:
    return "".join(f"{name}: {value}\n" for name, value in {**FIELDS, **changes}.items())


def refused(text: str) -> str:
    with pytest.raises(StrataError) as caught:
        PackageIndex([IndexText("debian", text)]).find("app")
    return str(caught.value)


@pytest.mark.parametrize(
    "field, value, found",
    [
        ("Version", "12.:+deb12u5", "'12.:+deb12u5'"),
        ("Version", "", "''"),
        ("Depends", "lib (>< 12)", "'lib (>< 12)'"),
        ("Depends", "lib (>= 1:)", "'1:'"),
    ],
)
def test_values_that_cannot_be_read(field: str, value: str, found: str) -> None:
    assert refused(paragraph(**{field: value})) == (
        f"The package index describes app with a field {field} that cannot be read.\n"
        f"Found:\n  {found}\n"
        "Fix: check that the mirror serves a complete index of a Debian release."
    )


@pytest.mark.parametrize("size", ["", "-1", "9" * 5000, "ten"])
def test_size_that_is_none(size: str) -> None:
    assert refused(paragraph(Size=size)) == (
        "The package index describes app without a usable field Size.\n"
        "Fix: check that the mirror serves a complete index of a Debian release."
    )


def test_other_packages_may_be_damaged() -> None:
    index = PackageIndex([IndexText("debian", paragraph() + "\n" + paragraph(Package="other", Version="no version"))])
    assert index.find("app") is not None


def test_any_damage_is_read_or_refused() -> None:
    chance, text = random.Random(7), paragraph()
    for _ in range(500):
        place = chance.randrange(len(text))
        changed = text[:place] + chance.choice([":", "", "\n", " ", "(", "~", "é", "\0", "1" * 20]) + text[place + 1 :]
        with suppress(StrataError):
            index = PackageIndex([IndexText("debian", changed)])
            for name in ("app", "virtual", "lib"):
                index.candidates(name)
