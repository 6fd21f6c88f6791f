"""Documents attached to images in real registries: Debian's, and those of Go programs where they are at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach, attach_all
from strata.registry.referrers.copy import copy_referrers
from strata.registry.referrers.listing import list_at_api, referrers, referrers_tag
from strata.registry.referrers.manifest import Attachment
from strata.registry.remote import RemoteSource
from strata.registry.source import read_tree
from support.oci.layouts import write_example
from support.oci.readers import run
from support.programs import go_program
from support.servers.registries import crane_registry, docker_registry, olareg_registry

CRANE = "github.com/google/go-containerregistry/cmd/crane@v0.22.1"
DISTRIBUTION = "github.com/distribution/distribution/v3/cmd/registry@v3.1.2"
OLAREG = "github.com/olareg/olareg/cmd/olareg@v0.1.2"
ORAS = "oras.land/oras/cmd/oras@v1.3.6"

KIND = "application/vnd.example.note.v1+json"
OTHER = "application/vnd.example.other.v1+json"
KINDS = ("Debian's docker-registry", "distribution 3", "crane", "olareg")


@pytest.fixture(params=KINDS)
def address(request: Any, tmp_path: Path) -> Iterator[str]:
    if request.param == "crane":
        serving = crane_registry(tmp_path, go_program("crane", CRANE))
    elif request.param == "olareg":
        serving = olareg_registry(tmp_path, go_program("olareg", OLAREG))
    else:
        program = go_program("registry", DISTRIBUTION) if request.param == "distribution 3" else ""
        serving = docker_registry(tmp_path, program=program)
    with serving as address:
        yield address


def provider(reference: str) -> Provider:
    return Provider(Reference.parse(reference), actions="pull,push", environment={})


def pushed(address: str, folder: Path) -> tuple[Provider, Descriptor]:
    """A client, and an image that is there as team/app:1."""
    write_example(folder / "layout", blobs=[os.urandom(1000)])
    layout = Layout.open(folder / "layout")
    client = provider(f"{address}/team/app:1")
    push(layout, layout.roots()[0], client, tags=["1"])
    return client, layout.roots()[0]


def test_attach_and_list(address: str, tmp_path: Path, request: Any) -> None:
    client, subject = pushed(address, tmp_path)
    notes = [
        Attachment(KIND, b'{"note":%d}' % each, file=f"{each}.json", annotations={"n": str(each)}) for each in (1, 2)
    ]
    done = attach_all(client, subject, [*notes, Attachment(OTHER, b"{}")])
    assert [each.sent for each in done] == [True] * 3
    assert [each.sent for each in attach_all(client, subject, notes)] == [False] * 2
    listed = referrers(client, subject.digest)
    assert {each.descriptor.digest: each.artifact_type for each in listed} == {
        each.digest: kind for each, kind in zip(done, (KIND, KIND, OTHER))
    }
    assert {each.descriptor.annotations.get("n") for each in referrers(client, subject.digest, KIND)} == {"1", "2"}
    # What the page on documents says of each.
    lists = list_at_api(client, subject.digest) is not None
    assert lists is ("olareg" in request.node.name)
    tags = json.loads(client.send("GET", client.url("tags/list"), action="list tags").content)["tags"]
    assert (referrers_tag(subject.digest) in tags) is not lists


def test_publishers_at_the_same_time(address: str, tmp_path: Path) -> None:
    client, subject = pushed(address, tmp_path)

    def work(number: int) -> str:
        return attach(provider(f"{address}/team/app:1"), subject, KIND, b"%d" % number).digest

    with ThreadPoolExecutor(5) as pool:
        done = set(pool.map(work, range(5)))
    assert {each.descriptor.digest for each in referrers(client, subject.digest)} == done


def test_copies_have_the_same_documents(address: str, tmp_path: Path) -> None:
    client, subject = pushed(address, tmp_path)
    note = attach(client, subject, KIND, b"a note")
    attach(client, Descriptor(referrers(client, subject.digest)[0].descriptor.media_type, note.digest, 1), OTHER, b"{}")
    copy = provider(f"{address}/live/app:1")
    source = RemoteSource(client)
    tree = read_tree(source, source.resolve(), "team/app:1")
    push(source, subject, copy, tags=["1"])
    assert (copy_referrers(client, copy, tree), copy_referrers(client, copy, tree)) == (2, 0)
    assert referrers(copy, subject.digest) == referrers(client, subject.digest)
    assert referrers(copy, note.digest) == referrers(client, note.digest) != ()


def test_oras_finds_and_writes_documents(address: str, tmp_path: Path) -> None:
    oras = go_program("oras", ORAS)
    client, subject = pushed(address, tmp_path)
    done = attach_all(client, subject, [Attachment(KIND, b"a note", file="note.json")])
    told = json.loads(run(oras, "discover", "--plain-http", "--format", "json", f"{address}/team/app:1"))
    found = told.get("referrers") or told.get("manifests")
    assert [(each["digest"], each["artifactType"]) for each in found] == [(done[0].digest, KIND)]
    run(oras, "pull", "--plain-http", "-o", str(tmp_path / "pulled"), f"{address}/team/app@{done[0].digest}")
    assert (tmp_path / "pulled/note.json").read_bytes() == b"a note"


def test_what_oras_attaches_is_listed(address: str, tmp_path: Path) -> None:
    oras = go_program("oras", ORAS)
    client, subject = pushed(address, tmp_path)
    ours = attach(client, subject, KIND, b"a note").digest
    (tmp_path / "note.txt").write_text("theirs")
    command = [oras, "attach", "--plain-http", "--disable-path-validation", "--artifact-type", OTHER]
    run(*command, f"{address}/team/app:1", f"{tmp_path}/note.txt:text/plain")
    listed = {each.artifact_type: each.descriptor.digest for each in referrers(client, subject.digest)}
    assert set(listed) == {KIND, OTHER}
    assert listed[KIND] == ours
