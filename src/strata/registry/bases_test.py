from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.oci.annotations import BASE_NAME
from strata.oci.descriptor import Descriptor
from strata.registry.bases import LayoutOnBases, bases_of
from strata.registry.provider import Provider, Settings
from strata.registry.push import push
from strata.registry.reference import Reference
from strata.registry.retries import Retries
from support.oci.layouts import ExampleLayout, write_example
from support.servers.fake_registry import FakeRegistry, fake_registry


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """The registry of the base."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with fake_registry() as registry:
        yield registry


@pytest.fixture
def target() -> Iterator[FakeRegistry]:
    """Another one."""
    with fake_registry() as registry:
        yield registry


def provider(text: str, actions: str = "pull") -> Provider:
    settings = Settings(jobs=1, retries=Retries(attempts=2))
    return Provider(Reference.parse(text), actions=actions, settings=settings, environment={})


def write(root: Path, name: str) -> tuple[ExampleLayout, Layout]:
    """A layout whose manifest names a base."""

    def named(manifest: Any) -> Any:
        return {**manifest, "annotations": {BASE_NAME: name}}

    return write_example(root, manifest=named), Layout.open(root)


def send(layout: Layout, target: FakeRegistry) -> None:
    (root,) = layout.roots()
    source = LayoutOnBases(layout, [provider(str(each)) for each in bases_of(layout, root)])
    push(source, root, provider(f"{target.address}/team/app:1", "pull,push"), tags=["1"])


def test_layers_that_a_layout_lacks_come_from_the_base(
    base: FakeRegistry, target: FakeRegistry, tmp_path: Path
) -> None:
    example, layout = write(tmp_path, f"{base.address}/company/base:1")
    lacking = tmp_path / example.layers[0]
    base.add_blob("company/base", lacking.read_bytes())
    lacking.unlink()
    send(layout, target)
    assert (list(target.tags("team/app")), target.incomplete()) == (["1"], [])
    digest = f"sha256:{lacking.name}"
    assert base.asked() == [f"{method} /v2/company/base/blobs/{digest}" for method in ("HEAD", "GET")]


def test_the_base_is_not_asked_for_what_the_layout_has(
    base: FakeRegistry, target: FakeRegistry, tmp_path: Path
) -> None:
    send(write(tmp_path, f"{base.address}/company/base:1")[1], target)
    assert (target.incomplete(), base.asked()) == ([], [])


def test_layer_that_is_nowhere(base: FakeRegistry, target: FakeRegistry, tmp_path: Path) -> None:
    example, layout = write(tmp_path, f"{base.address}/company/base:1")
    lacking = tmp_path / example.layers[0]
    lacking.unlink()
    with pytest.raises(StrataError) as caught:
        send(layout, target)
    assert str(caught.value) == (
        f"{base.address}/company/base:1: the registry does not have it.\n"
        "Found:\n"
        "  HTTP 404\n"
        "  BLOB_UNKNOWN: blob unknown to registry\n"
        "Fix: check the repository and the tag or digest; some registries want a repository to be made before the "
        "first push, and say this where the user may not see it."
    )
    assert target.tags("team/app") == {}


@pytest.mark.parametrize("name", ["", "debian", "library/debian:13", "https://registry.example/x"])
def test_names_of_bases_that_are_no_references(tmp_path: Path, name: str) -> None:
    _, layout = write(tmp_path, name)
    (root,) = layout.roots()
    assert bases_of(layout, root) == []


def test_bases_below_an_index(tmp_path: Path) -> None:
    _, layout = write(tmp_path, f"registry.example/company/base:1@sha256:{'a' * 64}")
    index = (tmp_path / "index.json").read_bytes()
    descriptor = Descriptor.of("application/vnd.oci.image.index.v1+json", index)
    (tmp_path / descriptor.blob_path).write_bytes(index)
    assert [each.name for each in bases_of(layout, descriptor)] == ["registry.example/company/base"]
