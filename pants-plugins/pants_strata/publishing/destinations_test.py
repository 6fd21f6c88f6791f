"""Names in repositories and tags, and the places that they come to."""

from __future__ import annotations

import pytest
from pants.engine.addresses import Address

from pants_strata.publishing.destinations import Destination, destination
from pants_strata.publishing.names import asks_for_commit, values_of, variables_in
from pants_strata.publishing.registries import Registry
from strata.errors import StrataError

DIGEST = "sha256:" + "ab" * 32
VALUES = values_of(Address("src/shop/web", target_name="image"), DIGEST, "c0ffee", {"VERSION": "1.4"})
LIVE = Registry("registry.example")
NAMES = "{name}, {directory}, {parent_directory}, {digest}, {git_commit}, {env.NAME}"


def test_every_name() -> None:
    repository = "{parent_directory}/{directory}/{name}"
    place = destination(repository, ["{env.VERSION}", "{git_commit}", "{digest}", "1.4"], LIVE, VALUES)
    assert place == Destination(LIVE, "shop/web/image", ("1.4", "c0ffee", "ab" * 32))


def test_a_registry_with_a_repository_and_tags_of_its_own() -> None:
    registry = Registry("a.example:5000", repository="copies/{target_repository}", extra_image_tags=("v{env.VERSION}",))
    place = destination("team/{directory}", ["1"], registry, VALUES)
    assert (place.repository, place.tags) == ("copies/team/web", ("1", "v1.4"))


def test_what_is_asked_for() -> None:
    assert variables_in(["{env.B}-{name}", "{env.A}{env.B}", "env.C"]) == ("A", "B")
    assert (asks_for_commit(["a", "v{git_commit}"]), asks_for_commit(["git_commit"])) == (True, False)


def test_arguments_and_description() -> None:
    place = Destination(Registry("a.example", plain_http=True), "team/app", ("1", "latest"))
    assert place.arguments(DIGEST) == (f"a.example/team/app:1@{DIGEST}", "--tag=latest", "--plain-http=a.example")
    assert place.description(DIGEST) == f"a.example/team/app:1,latest@{DIGEST}"
    untagged = Destination(LIVE, "team/app", ())
    assert untagged.arguments(DIGEST) == (f"registry.example/team/app@{DIGEST}",)
    assert untagged.description(DIGEST) == f"registry.example/team/app@{DIGEST}"


def test_names_that_are_asked_for() -> None:
    place = Destination(Registry("a.example", plain_http=True), "team/app", ("1", "latest"))
    assert place.names(DIGEST) == ("a.example/team/app:1", "a.example/team/app:latest", "--plain-http=a.example")
    assert Destination(LIVE, "team/app", ()).names(DIGEST) == (f"registry.example/team/app@{DIGEST}",)


@pytest.mark.parametrize(
    "repository, tag, message",
    [
        (
            "team/{folder}",
            "1",
            f"'team/{{folder}}' has {{folder}}, which stands for nothing.\nFound:\n  {NAMES}\n"
            "Fix: use one of these, or leave it out.",
        ),
        (
            "team/app",
            "{env.BUILD}",
            "'{env.BUILD}' asks for the environment variable BUILD, which is not set or empty.\n"
            "Fix: set it: `BUILD=… ./pants publish …`.",
        ),
        (
            "Team/app",
            "1",
            "'registry.example/Team/app:1' is no reference to an image: 'Team/app' has capitals, and names of "
            "repositories have none.\nFix: write registry.example/team/app:tag, with a port after the host "
            "(registry.example:5000) where it has one.",
        ),
        (
            "team/app",
            "{name}/{digest}",
            f"'registry.example/team/app:image/{'ab' * 32}' is no reference to an image: "
            f"'image/{'ab' * 32}' is no tag.\n"
            "Fix: write registry.example/team/app:tag, with a port after the host (registry.example:5000) where it has "
            "one.",
        ),
    ],
)
def test_what_cannot_be_a_name(repository: str, tag: str, message: str) -> None:
    with pytest.raises(StrataError) as caught:
        destination(repository, [tag], LIVE, VALUES)
    assert str(caught.value) == message


def test_no_commit_is_checked_out() -> None:
    values = values_of(Address("", target_name="image"), DIGEST, "", {})
    with pytest.raises(StrataError) as caught:
        destination("team/app", ["{git_commit}"], LIVE, values)
    assert str(caught.value) == (
        "'{git_commit}' asks for the Git commit, but no commit is checked out here, or there is no `git` on PATH.\n"
        "Fix: publish from a Git checkout, or take the name from the environment: {env.NAME}."
    )
