"""Which wheels images hold: of one lock what their code needs, no more and no less; in layers that they share."""

from __future__ import annotations

import email
import re
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.oci.container import unpack
from support.oci.examples import (
    BASE,
    INTERPRETER,
    MARKERS,
    REPORT,
    ROOTS,
    SCRIPT,
    SITE_PACKAGES,
    VENV,
    WEB,
    WHOLE_LOCK,
    WITH_JINJA2,
    layer_digests,
    layers_of,
    layers_of_kind,
    pinned,
    wheels_of,
)
from support.oci.readers import blob_path

# In bytes of a layer: from this on a wheel has a layer of its own, for certain.
_LARGE = 1 << 16


@pytest.fixture(scope="module")
def requires() -> Mapping[str, Sequence[str]]:
    """Name → what the wheel requires, of the whole lock: from the metadata in the layers."""
    found: dict[str, Sequence[str]] = {}
    metadata = re.compile(rf"{SITE_PACKAGES[1:]}/[^/]+\.dist-info/METADATA")
    for layer in layers_of(WHOLE_LOCK):
        with tarfile.open(layer) as archive:
            for member in archive:
                if metadata.fullmatch(member.name):
                    content = archive.extractfile(member)
                    assert content is not None
                    told = email.message_from_bytes(content.read())
                    found[canonicalize_name(told["Name"])] = told.get_all("Requires-Dist", [])
    return found


def required(roots: Iterable[str], requires: Mapping[str, Sequence[str]]) -> set[str]:
    """The names of all that the roots lead to."""
    followed: set[tuple[str, str]] = set()
    pending = [Requirement(root) for root in roots]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {extra for project, extra in followed if project == name}:
            followed.add((name, extra))
            lines = map(Requirement, requires[name])
            pending += [
                line for line in lines if line.marker is None or line.marker.evaluate({**MARKERS, "extra": extra})
            ]
    return {name for name, _ in followed}


def wheels(layout: Path) -> dict[str, str]:
    """Name → version of all in the image; none is in two layers."""
    found = [item for packages in wheels_of(layout).values() for item in packages.items()]
    assert len(dict(found)) == len(found)
    return dict(found)


# What is in an image


@pytest.mark.parametrize("layout", ROOTS, ids=str)
def test_an_image_holds_what_its_code_needs(layout: Path, requires: Mapping[str, Sequence[str]]) -> None:
    lock = pinned()
    assert wheels(layout) == {name: lock[name] for name in required(ROOTS[layout], requires)}


def test_transitive_requirements_and_those_of_extras_are_needed() -> None:
    assert {"pydantic-core", "starlette", "uvloop", "httptools", "websockets"} < set(wheels(WEB))


def test_what_only_another_image_needs_is_left_out() -> None:
    assert set(wheels(REPORT)) & {"fastapi", "starlette", "uvicorn", "click", "anyio"} == set()
    assert set(wheels(WEB)) & {"numpy", "pandas", "jinja2", "sqlalchemy", "rich"} == set()


def test_what_no_import_names_is_added_by_dependencies() -> None:
    assert set(wheels(WITH_JINJA2)) - set(wheels(WEB)) == {"jinja2", "markupsafe"}


def test_the_project_of_a_script_is_needed(tmp_path: Path) -> None:
    assert "fastapi" not in wheels(SCRIPT)
    assert unpack(SCRIPT, tmp_path / "bundle").run().output.startswith("Running uvicorn ")


def test_the_whole_lock() -> None:
    assert wheels(WHOLE_LOCK) == pinned()
    assert layer_digests(WHOLE_LOCK)[2:-1] == layer_digests(VENV)


# What images share


def shared(first: Path, second: Path) -> set[str]:
    """The layers of dependencies that both have, by their blobs."""
    digests = set(wheels_of(first)) & set(wheels_of(second))
    for digest in digests:
        assert blob_path(first, digest).read_bytes() == blob_path(second, digest).read_bytes()
    return digests


@pytest.mark.parametrize(
    "first, second", combinations([VENV, WHOLE_LOCK, WEB, WITH_JINJA2, SCRIPT, REPORT], 2), ids=str
)
def test_the_same_wheels_are_the_same_layer(first: Path, second: Path) -> None:
    one, other = ({frozenset(wheels): digest for digest, wheels in wheels_of(each).items()} for each in (first, second))
    both = one.keys() & other.keys()
    assert {one[wheels] for wheels in both} == {other[wheels] for wheels in both} == shared(first, second)
    # All but the few small ones, which are in one layer with others.
    assert large(first) & large(second) <= {name for wheels in both for name in wheels}


def large(layout: Path) -> set[str]:
    return {name for digest, wheels in wheels_of(layout).items() for name in wheels if size(layout, digest) >= _LARGE}


def size(layout: Path, digest: str) -> int:
    return blob_path(layout, digest).stat().st_size


def test_the_examples_share_what_is_below_their_wheels_and_the_wheels_that_both_need() -> None:
    below = [*layer_digests(BASE), *layer_digests(INTERPRETER), *layers_of_kind(VENV, "venv")]
    both = [each for each in layer_digests(WEB) if each in layer_digests(REPORT)]
    assert both[: len(below)] == below
    names = {name for digest in both[len(below) :] for name in wheels_of(WEB)[digest]}
    assert {"pydantic", "pydantic-core", "typing-extensions"} <= names <= set(wheels(WEB)) & set(wheels(REPORT))


def test_another_requirement_adds_its_own_layers_alone() -> None:
    added = [wheels for digest, wheels in wheels_of(WITH_JINJA2).items() if digest not in wheels_of(WEB)]
    assert sorted(name for wheels in added for name in wheels) == ["jinja2", "markupsafe"]
    assert set(wheels_of(WEB)) < set(wheels_of(WITH_JINJA2))
