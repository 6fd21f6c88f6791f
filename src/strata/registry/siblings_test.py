"""Blobs that are mounted from other images of the registry: which of these are asked, and how many."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.layouts.layout import Layout
from strata.registry.provider import Provider, Settings
from strata.registry.push import Pushed, push
from strata.registry.reference import Reference
from support.oci.layouts import write_example
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with fake_registry() as registry:
        yield registry


def images(folder: Path, count: int, size: int = 1 << 20) -> list[Layout]:
    """Images with a config and three layers in common, and one layer of their own."""
    common = [os.urandom(size) for _ in range(3)]
    for number in range(count):
        write_example(folder / f"image{number}", blobs=[*common, os.urandom(4000)])
    return [Layout.open(folder / f"image{number}") for number in range(count)]


def pushed(registry: FakeRegistry, layout: Layout, to: str, *siblings: str) -> Pushed:
    provider = Provider(Reference.parse(f"{registry.address}/{to}:1"), actions="pull,push", settings=Settings(jobs=1))
    named = [Reference.parse(f"{registry.address}/{sibling}") for sibling in siblings]
    return push(layout, layout.roots()[0], provider, tags=["1"], siblings=named)


def test_ten_siblings_send_what_is_new(registry: FakeRegistry, tmp_path: Path) -> None:
    layouts = images(tmp_path, 10)
    names = [f"team/app{number}" for number in range(10)]
    done = [
        pushed(registry, layout, name, *(f"{other}:1" for other in names if other != name))
        for layout, name in zip(layouts, names)
    ]
    assert [each.mounted for each in done] == [0] + [4] * 9
    total = sum(blob.size for layout in layouts for each in layout.manifests() for blob in (each.config, *each.layers))
    assert sum(each.sent for each in done) <= 0.12 * total
    assert registry.incomplete() == []


def test_no_more_siblings_are_asked_than_pays(registry: FakeRegistry, tmp_path: Path) -> None:
    """768 kB are missing: three questions. The fourth sibling has them all."""
    first, second = images(tmp_path, 2, 256 << 10)
    pushed(registry, first, "team/d")
    registry.requests.clear()
    done = pushed(registry, second, "team/new", *(f"team/{name}:1" for name in "abcd"))
    assert done.mounted == 0
    assert registry.asked("GET") == [f"GET /v2/team/{name}/manifests/1" for name in "abc"]


def test_no_sibling_is_asked_once_all_is_found(registry: FakeRegistry, tmp_path: Path) -> None:
    first, second = images(tmp_path, 2)
    pushed(registry, first, "team/a")
    registry.requests.clear()
    assert pushed(registry, second, "team/new", "team/a:1", "team/b:1").mounted == 4
    assert registry.asked("GET") == ["GET /v2/team/a/manifests/1"]


def test_after_an_edit_no_sibling_is_asked(registry: FakeRegistry, tmp_path: Path) -> None:
    first, second = images(tmp_path, 2)
    pushed(registry, first, "team/app")
    registry.requests.clear()
    assert pushed(registry, second, "team/app", "team/a:1").uploaded == 1
    assert registry.asked("team/a/") == []


def test_index_of_a_sibling_names_the_blobs_of_each_platform(registry: FakeRegistry, tmp_path: Path) -> None:
    first, second = images(tmp_path, 2)
    digest = pushed(registry, first, "team/a").digest
    manifest = registry.manifests["team/a", digest]
    place = {"mediaType": manifest[0], "digest": digest, "size": len(manifest[1])}
    index = {"schemaVersion": 2, "manifests": [place]}
    media_type = "application/vnd.oci.image.index.v1+json"
    provider = Provider(Reference.parse(f"{registry.address}/team/a:all"), actions="pull,push")
    headers = {"Content-Type": media_type}
    provider.send(
        "PUT", provider.url("manifests/all"), action="store", body=json.dumps(index).encode(), headers=headers
    )
    assert pushed(registry, second, "team/new", "team/a:all").mounted == 4


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_a_sibling_that_cannot_be_read_is_left_out(registry: FakeRegistry, tmp_path: Path, status: int) -> None:
    first, second = images(tmp_path, 2)
    pushed(registry, first, "team/b")
    registry.faults = [Fault("GET /v2/team/a/", status=status, after=-1)]
    assert pushed(registry, second, "team/new", "team/a:1", "team/b:1").mounted == 4
