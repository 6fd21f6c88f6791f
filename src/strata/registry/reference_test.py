from __future__ import annotations

import pytest

from strata.errors import StrataError
from strata.registry.reference import Reference, host_of, is_loopback

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    "text, parts",
    [
        ("registry.example/app", ("registry.example", "app", "", "")),
        ("registry.example:5000/team/app:1.2", ("registry.example:5000", "team/app", "1.2", "")),
        ("localhost/app:latest", ("localhost", "app", "latest", "")),
        ("localhost:5000/a/b/c", ("localhost:5000", "a/b/c", "", "")),
        ("[::1]:5000/app:v1", ("[::1]:5000", "app", "v1", "")),
        (f"registry.example/app@{DIGEST}", ("registry.example", "app", "", DIGEST)),
        (f"registry.example:443/a__b/c-d.e:T_1@{DIGEST}", ("registry.example:443", "a__b/c-d.e", "T_1", DIGEST)),
    ],
)
def test_references(text: str, parts: tuple[str, str, str, str]) -> None:
    reference = Reference.parse(text)
    assert (reference.registry, reference.repository, reference.tag, reference.digest) == parts
    assert str(reference) == text


FIX = "\nFix: write registry.example/team/app:tag, with a port after the host (registry.example:5000) where it has one."


@pytest.mark.parametrize(
    "text, reason",
    [
        ("app", "it does not begin with the host of a registry"),
        ("team/app:1", "it does not begin with the host of a registry"),
        ("", "it does not begin with the host of a registry"),
        ("-bad.example/app", "'-bad.example' is no host"),
        ("user:secret.example/app", "'user:secret.example' is no host"),
        ("registry.example/Team/app", "'Team/app' has capitals, and names of repositories have none"),
        ("registry.example/team//app", "'team//app' is no name of a repository"),
        ("registry.example/", "'' is no name of a repository"),
        ("registry.example/app:", "'' is no tag"),
        (f"registry.example/app:{'x' * 129}", f"{'x' * 129!r} is no tag"),
        ("registry.example/app@sha256:abc", "'sha256:abc' is no digest (sha256:HEX or sha512:HEX)"),
        (f"registry.example/{'a' * 240}", "its name is longer than 255 characters"),
    ],
)
def test_bad_references(text: str, reason: str) -> None:
    with pytest.raises(StrataError) as caught:
        Reference.parse(text)
    assert str(caught.value) == f"{text!r} is no reference to an image: {reason}.{FIX}"


def test_loopback() -> None:
    assert [each for each in ("localhost:5000", "127.3.2.1", "[::1]:80", "a.localhost") if not is_loopback(each)] == []
    assert [
        each
        for each in ("registry.example", "10.0.0.1:80", "localhost.example", "[::2]", "127.1", "[", "127.\0")
        if is_loopback(each)
    ] == []
    assert host_of("[::1]:80") == "::1"
