from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File
from strata.oci.platform import Platform
from strata.registry.provider import Provider, Settings
from strata.registry.push import Progress, Pushed, push
from strata.registry.reference import Reference
from strata.registry.retries import Retries
from strata.registry.source import Readable
from support.oci.images import layer, write_layout
from support.oci.layouts import write_example
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

ONCE = Settings(retries=Retries(attempts=1), jobs=1)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeRegistry]:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE"):
        monkeypatch.delenv(name, raising=False)
    with fake_registry() as registry:
        yield registry


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    write_example(tmp_path / "layout", blobs=[b"first" * 10, os.urandom(3 << 20)])
    return Layout.open(tmp_path / "layout")


def pushed(
    registry: FakeRegistry,
    layout: Layout | Counted,
    *,
    tags: tuple[str, ...] = ("1",),
    to: str = "team/app",
    **named: Any,
) -> Pushed:
    reference = Reference.parse(f"{registry.address}/{to}")
    settings = named.pop("settings", Settings(jobs=1))
    siblings = [Reference.parse(f"{registry.address}/{name}") for name in named.pop("siblings", ())]
    provider = Provider(reference, actions="pull,push", settings=settings)
    return push(layout, layout.roots()[0], provider, tags=tags, siblings=siblings, **named)


def manifest_bytes(layout: Layout) -> bytes:
    return layout.read(layout.roots()[0])


def check(registry: FakeRegistry, layout: Layout, name: str = "team/app") -> None:
    """The image in the registry is the layout's, byte by byte."""
    assert registry.tags(name) == {"1": manifest_bytes(layout)}
    assert registry.incomplete() == []
    for manifest in layout.manifests():
        for blob in (manifest.config, *manifest.layers):
            assert registry.blobs[name, blob.digest] == (layout.root / blob.blob_path).read_bytes()


def test_blobs_come_before_the_manifest_before_the_tag(registry: FakeRegistry, layout: Layout) -> None:
    done = pushed(registry, layout)
    check(registry, layout)
    assert (done.uploaded, done.mounted, done.present, done.tags) == (3, 0, 0, ("1",))
    asked = registry.asked()
    assert [each.split("/")[0] for each in asked[:2]] == ["HEAD ", "HEAD "]
    assert asked[-1] == "PUT /v2/team/app/manifests/1"
    assert registry.asked("manifests/") == [*asked[:2], asked[-1]]


def test_what_is_there_takes_one_request_for_each_tag(registry: FakeRegistry, layout: Layout) -> None:
    pushed(registry, layout, tags=("1", "2"))
    registry.requests.clear()
    assert pushed(registry, layout, tags=("1", "2")).uploaded == 0
    assert registry.asked() == ["HEAD /v2/team/app/manifests/1", "HEAD /v2/team/app/manifests/2"]


def test_another_tag_of_what_is_there(registry: FakeRegistry, layout: Layout) -> None:
    digest = pushed(registry, layout).digest
    registry.requests.clear()
    pushed(registry, layout, tags=("2",))
    assert registry.asked() == [
        "HEAD /v2/team/app/manifests/2",
        f"HEAD /v2/team/app/manifests/{digest}",
        "PUT /v2/team/app/manifests/2",
    ]


def test_push_by_digest_alone(registry: FakeRegistry, layout: Layout) -> None:
    digest = pushed(registry, layout, tags=()).digest
    assert (registry.tags("team/app"), set(registry.manifests)) == ({}, {("team/app", digest)})


def test_image_for_two_platforms(registry: FakeRegistry, tmp_path: Path) -> None:
    layers = [layer(tmp_path / "layout/blobs/sha256", {"kind": "app"}, [File("a", b"x")])]
    images = [
        Image.assemble(Platform("linux", name), layers, RuntimeConfig(), annotations={}) for name in ("amd64", "arm64")
    ]
    write_layout(tmp_path / "layout", images)
    layout = Layout.open(tmp_path / "layout")
    done = pushed(registry, layout, settings=ONCE)
    check(registry, layout)
    # A config for each, and the layer that both have, once.
    assert (done.digest, done.uploaded) == (layout.roots()[0].digest, 3)
    puts = [each for each in registry.asked("manifests/") if each.startswith("PUT")]
    digests = [each.manifest_descriptor.digest for each in images]
    assert puts == [f"PUT /v2/team/app/manifests/{name}" for name in (*digests, "1")]
    registry.requests.clear()
    assert pushed(registry, layout).uploaded == 0


def test_after_an_edit_only_new_blobs_are_asked_for(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    pushed(registry, layout)
    old = (layout.root / next(layout.manifests()).layers[1].blob_path).read_bytes()
    write_example(tmp_path / "edited", blobs=[b"edited", old])
    edited = Layout.open(tmp_path / "edited")
    registry.requests.clear()
    done = pushed(registry, edited)
    # The config of the example is the same for any blobs that are no layers.
    assert (done.uploaded, done.present) == (1, 2)
    assert len(registry.asked("HEAD .*blobs/")) == 1
    check(registry, edited)


def test_blob_that_the_registry_lost(registry: FakeRegistry, layout: Layout, tmp_path: Path) -> None:
    """The old manifest names it, so that nobody asks for it at first."""
    pushed(registry, layout)
    shared = next(layout.manifests()).layers[1]
    write_example(tmp_path / "edited", blobs=[b"edited", (layout.root / shared.blob_path).read_bytes()])
    edited = Layout.open(tmp_path / "edited")
    del registry.blobs["team/app", shared.digest]
    pushed(registry, edited)
    assert registry.tags("team/app") == {"1": manifest_bytes(edited)}
    assert ("team/app", shared.digest) in registry.blobs


def test_blobs_are_mounted_from_siblings(registry: FakeRegistry, layout: Layout) -> None:
    pushed(registry, layout)
    done = pushed(registry, layout, to="team/other", siblings=("team/none", "team/app"))
    assert (done.uploaded, done.mounted, done.sent) == (0, 3, 0)
    check(registry, layout, "team/other")


def test_mount_that_is_refused_is_an_upload(registry: FakeRegistry, layout: Layout) -> None:
    registry.faults.append(Fault("POST .*mount=", status=403, times=3))
    assert pushed(registry, layout, siblings=("team/none",)).uploaded == 3
    check(registry, layout)


def test_progress_counts_bytes(registry: FakeRegistry, layout: Layout) -> None:
    seen: list[Progress] = []
    registry.faults.append(Fault("PATCH", after=1 << 20))
    done = pushed(registry, layout, progress=seen.append)
    total = sum(blob.size for manifest in layout.manifests() for blob in (manifest.config, *manifest.layers))
    assert seen[-1] == Progress(total, total, total)
    assert done.sent == total


class Counted:
    """A layout whose blobs wait until two of them are read at a time; `most` is how many ever were."""

    def __init__(self, layout: Layout) -> None:
        self.read = layout.read
        self.roots = layout.roots
        self.most = 0
        self._layout = layout
        self._opened = 0
        self._lock = Lock()
        self._two = Event()

    @contextmanager
    def open_blob(self, descriptor: Descriptor) -> Iterator[Readable]:
        with self._lock:
            self._opened += 1
            self.most = max(self.most, self._opened)
        if self._opened > 1:
            self._two.set()
        self._two.wait(5)
        with self._layout.open_blob(descriptor) as blob:
            yield blob
        with self._lock:
            self._opened -= 1


def test_blobs_are_sent_in_parallel_within_a_bound(registry: FakeRegistry, layout: Layout) -> None:
    counted = Counted(layout)
    assert pushed(registry, counted, settings=Settings(jobs=2)).uploaded == 3
    assert counted.most == 2
    check(registry, layout)


FAULTS: dict[str, dict[str, Any]] = {
    "cut before": {"status": 0},
    "cut in the middle": {"status": 0, "after": 1 << 18},
    "answer lost": {"status": 0, "done": True},
    "busy": {"status": 503, "after": -1, "headers": {"Retry-After": "1"}},
    "too many": {"status": 429, "after": -1},
    "server error": {"status": 500},
    "upload lost": {"status": 404, "after": -1, "body": {"errors": [{"code": "BLOB_UPLOAD_UNKNOWN"}]}},
}
PUSH = [
    "HEAD .*manifests/1",
    "HEAD .*manifests/sha",
    "HEAD .*blobs/",
    "POST",
    "PATCH",
    "PUT .*uploads",
    "PUT .*manifests",
]


@pytest.mark.parametrize("request_", PUSH)
@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "upload lost"])
def test_a_fault_at_each_request(registry: FakeRegistry, layout: Layout, request_: str, fault: str) -> None:
    registry.faults.append(Fault(request_, **FAULTS[fault]))
    pushed(registry, layout)
    assert registry.faults[0].times == 0
    check(registry, layout)


@pytest.mark.parametrize("request_", ["PATCH", "PUT .*uploads"])
def test_upload_that_the_registry_forgot_begins_anew(registry: FakeRegistry, layout: Layout, request_: str) -> None:
    registry.faults.append(Fault(request_, **FAULTS["upload lost"]))
    pushed(registry, layout)
    check(registry, layout)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_registry_that_dies_leaves_no_incomplete_tag(registry: FakeRegistry, layout: Layout, fault: str) -> None:
    """It dies at the first request, the second, and so on; a push after that goes through."""
    for number in range(40):
        registry.manifests, registry.blobs = {}, {}
        registry.faults = [Fault("", skip=number, times=1 if "done" in FAULTS[fault] else 1000, **FAULTS[fault])]
        try:
            pushed(registry, layout, settings=ONCE)
        except StrataError:
            assert registry.tags("team/app") in ({}, {"1": manifest_bytes(layout)})
            assert registry.incomplete() == []
        if registry.faults[0].skip:
            assert number > len(PUSH)
            return
        registry.faults = []
        pushed(registry, layout)
        check(registry, layout)
    pytest.fail("no push ever came to its end")


def test_resumed_where_it_was_cut(registry: FakeRegistry, layout: Layout) -> None:
    registry.faults.append(Fault("PATCH", after=1 << 20))
    pushed(registry, layout)
    ranges = [each.headers.get("Content-Range", "") for each in registry.requests if each.method == "PATCH"]
    size = next(layout.manifests()).layers[1].size
    assert ranges == ["", f"{1 << 20}-{size - 1}"]
    check(registry, layout)


def test_chunks_where_the_registry_asks(
    registry: FakeRegistry, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strata.registry.upload._CHUNK", 1 << 20)
    registry.chunk_minimum = 1000
    pushed(registry, layout)
    sizes = [int(each.headers["Content-Length"]) for each in registry.requests if each.method == "PATCH"]
    assert sorted(sizes)[-3:] == [1 << 20, 1 << 20, 1 << 20]
    check(registry, layout)


def test_damaged_layer_is_not_published(registry: FakeRegistry, layout: Layout) -> None:
    blob = next(layout.manifests()).layers[1]
    path = layout.root / blob.blob_path
    path.write_bytes(b"x" + path.read_bytes()[1:])
    with pytest.raises(StrataError, match="is not a sound OCI image layout"):
        pushed(registry, layout)
    assert (registry.tags("team/app"), ("team/app", blob.digest) in registry.blobs) == ({}, False)


def test_registry_that_changes_manifests(registry: FakeRegistry, layout: Layout) -> None:
    wrong = f"sha256:{'0' * 64}"
    registry.faults.append(Fault("PUT .*manifests", status=201, after=-1, headers={"Docker-Content-Digest": wrong}))
    with pytest.raises(StrataError) as caught:
        pushed(registry, layout)
    assert str(caught.value).replace(registry.address, "registry.example") == (
        "registry.example/team/app:1: the bytes are not those that were asked for.\n"
        f"Found:\n  the registry has {wrong}\n  wanted {layout.roots()[0].digest}\n"
        "Fix: try again; if it stays so, a proxy on the way or the registry's storage damages files."
    )
