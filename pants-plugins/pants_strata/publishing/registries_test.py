"""Registries of the option, and those that a field names."""

from __future__ import annotations

import pytest

from pants_strata.publishing.registries import Registry, chosen_registries, read_registries
from strata.errors import StrataError

FORM = (
    "Fix: give it an `address` (text), and if need be `default`, `skip_push`, `plain_http`, `sign` (true or false), "
    "`repository` (text) and `extra_image_tags` (a list of texts)."
)
LIVE = Registry("registry.example", "live", default=True)
TRIAL = Registry("trial.example:5000", "trial", extra_image_tags=("next",))


def test_an_option_is_read() -> None:
    option = {
        "live": {"address": "registry.example", "default": True},
        "trial": {"address": "trial.example:5000", "extra_image_tags": ["next"]},
        "default": {"address": "a.example", "repository": "x/{name}", "skip_push": True, "plain_http": True},
    }
    other = Registry("a.example", "default", default=True, repository="x/{name}", skip_push=True, plain_http=True)
    assert read_registries(option) == (LIVE, TRIAL, other)


@pytest.mark.parametrize(
    "entry, found",
    [
        ("registry.example", "'registry.example', which is no table"),
        ({"default": True}, "no address"),
        ({"address": "a.example", "adress": "b"}, "adress, which is no setting of a registry"),
        ({"address": 5000}, "address = 5000, which is not text"),
        ({"address": "a.example", "default": "yes"}, "default = 'yes', which is not true or false"),
        (
            {"address": "a.example", "extra_image_tags": "next"},
            "extra_image_tags = 'next', which is not a list of texts",
        ),
        ({"address": "a.example", "extra_image_tags": [1]}, "extra_image_tags = [1], which is not a list of texts"),
        ({"address": "a.example", "alias": "b"}, "alias, which is no setting of a registry"),
    ],
)
def test_an_entry_of_another_form(entry: object, found: str) -> None:
    with pytest.raises(StrataError) as caught:
        read_registries({"live": entry})
    assert str(caught.value) == (
        f"`[strata.registries.live]` in pants.toml does not describe a registry.\nFound:\n  {found}\n{FORM}"
    )


@pytest.mark.parametrize(
    "names, chosen",
    [
        (["<all default registries>"], (LIVE,)),
        (["@trial", "<all default registries>"], (TRIAL, LIVE)),
        (["@trial", "trial.example:5000"], (TRIAL,)),
        (["other.example"], (Registry("other.example"),)),
        ([], ()),
    ],
)
def test_a_field_chooses(names: list[str], chosen: tuple[Registry, ...]) -> None:
    assert chosen_registries(names, [LIVE, TRIAL]) == chosen


def test_an_unknown_alias() -> None:
    end = (
        "Fix: correct the alias, or add the registry to pants.toml: `[strata.registries.live]` with "
        '`address = "registry.example"` and `default = true`.'
    )
    with pytest.raises(StrataError) as caught:
        chosen_registries(["@life"], [LIVE, TRIAL])
    assert str(caught.value) == (
        f"The `registries` field names @life, but no registry has that alias.\nFound:\n  @live\n  @trial\n{end}"
    )
    with pytest.raises(StrataError) as caught:
        chosen_registries(["@life"], [])
    assert str(caught.value) == (
        "The `registries` field names @life, but no registry has that alias.\n"
        f"Found:\n  no registries in `[strata].registries`\n{end}"
    )
