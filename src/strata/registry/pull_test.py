from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.layouts.finding import Rule
from strata.layouts.layout import Layout
from strata.layouts.validate import validate
from strata.registry.provider import Provider, Settings
from strata.registry.pull import pull
from strata.registry.push import push
from strata.registry.reference import Reference
from strata.registry.remote import RemoteSource
from strata.registry.retries import Retries
from support.oci.layouts import write_example
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with fake_registry() as registry:
        yield registry


@pytest.fixture
def layout(tmp_path: Path, registry: FakeRegistry) -> Layout:
    """An image that is in the registry as team/app:1."""
    write_example(tmp_path / "pushed")
    layout = Layout.open(tmp_path / "pushed")
    push(layout, layout.roots()[0], provider(registry, actions="pull,push"), tags=["1"])
    registry.requests.clear()
    return layout


def provider(registry: FakeRegistry, name: str = "team/app:1", **named: Any) -> Provider:
    settings = Settings(jobs=1, retries=Retries(attempts=3))
    return Provider(Reference.parse(f"{registry.address}/{name}"), settings=settings, environment={}, **named)


def findings(root: Path) -> list[str]:
    return [str(each) for each in validate(root) if each.rule is Rule.OCI]


def test_image_comes_back(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    digest = pull(provider(registry), tmp_path / "pulled")
    pulled = Layout.open(tmp_path / "pulled")
    assert (digest, findings(pulled.root), pulled.tags()) == (layout.roots()[0].digest, [], ["1"])
    assert pulled.read(pulled.roots()[0]) == layout.read(layout.roots()[0])


def test_layout_takes_several_images(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    pull(provider(registry), tmp_path / "pulled")
    registry.requests.clear()
    pull(provider(registry, f"team/app@{layout.roots()[0].digest}"), tmp_path / "pulled", tag="2")
    pull(provider(registry), tmp_path / "pulled", tag="2")
    assert Layout.open(tmp_path / "pulled").tags() == ["1", "2"]
    assert registry.asked("blobs") == []


def test_blob_is_continued_after_a_cut(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    blob = max(next(layout.manifests()).layers, key=lambda each: each.size)
    content = (layout.root / blob.blob_path).read_bytes()
    cut = {"Content-Length": str(len(content)), "Connection": "close"}
    registry.faults = [Fault(f"GET .*{blob.digest}", status=200, headers=cut, body=content[:50])]
    pull(provider(registry), tmp_path / "pulled")
    ranges = [each.headers.get("Range") for each in registry.requests if blob.digest in each.path]
    assert (ranges, findings(tmp_path / "pulled")) == ([None, "bytes=50-"], [])


@pytest.mark.parametrize("status", [0, 429, 503])
def test_fault_at_each_request(registry: FakeRegistry, layout: Layout, tmp_path: Path, status: int) -> None:
    for number in range(20):
        registry.faults = [Fault("", status=status, skip=number)]
        pull(provider(registry), tmp_path / str(number))
        assert findings(tmp_path / str(number)) == []
        if registry.faults[0].times:
            assert number == 5
            return
    pytest.fail("more requests than a small image needs")


def test_damaged_blob_is_not_kept(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    blob = next(layout.manifests()).layers[0]
    registry.blobs["team/app", blob.digest] = b"x" * blob.size
    with pytest.raises(StrataError) as caught:
        pull(provider(registry), tmp_path / "pulled")
    assert str(caught.value).replace(registry.address, "registry.example").split("\n")[0] == (
        "registry.example/team/app:1: the bytes are not those that were asked for."
    )
    assert not (tmp_path / "pulled" / blob.blob_path).exists()
    assert not (tmp_path / "pulled/index.json").exists()
    assert [name for _, _, names in os.walk(tmp_path / "pulled") for name in names if name.startswith(".pull")] == []


def test_damaged_manifest(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    digest = layout.roots()[0].digest
    media_type, content = registry.manifests["team/app", digest]
    registry.manifests["team/app", digest] = (media_type, content + b" ")
    with pytest.raises(StrataError, match="the bytes are not those that were asked for"):
        pull(provider(registry, f"team/app@{digest}"), tmp_path / "pulled")


def test_disk_is_full(registry: FakeRegistry, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StrataError) as caught:
        pull(provider(registry), tmp_path / "pulled")
    assert str(caught.value) == (
        f"{tmp_path}/pulled cannot be written: the disk is full.\nFix: make room and pull again."
    )


def test_copy_between_registries(registry: FakeRegistry, layout: Layout) -> None:
    source = RemoteSource(provider(registry))
    with fake_registry() as other:
        push(source, source.resolve(), provider(other, "live/app:2", actions="pull,push"), tags=["2"])
        assert other.tags("live/app") == {"2": layout.read(layout.roots()[0])}
        assert other.incomplete() == []
