"""Registries and readers from Go modules: distribution 3 and crane's registry, crane and oras.

They are not built here: each is used where it is found, and a test says how to get it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.layouts.layout import Layout
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, write_layer
from strata.registry.provider import Provider
from strata.registry.pull import pull
from strata.registry.push import Pushed, push
from strata.registry.reference import Reference
from support.oci.images import AMD64, write_layout
from support.oci.layouts import write_example
from support.oci.readers import run
from support.programs import go_program, require
from support.servers.registries import crane_registry, docker_registry

DISTRIBUTION = "github.com/distribution/distribution/v3/cmd/registry@v3.1.2"
CRANE = "github.com/google/go-containerregistry/cmd/crane@v0.22.1"
ORAS = "oras.land/oras/cmd/oras@v1.3.6"


@pytest.fixture(params=["distribution 3", "crane"])
def address(request: Any, tmp_path: Path) -> Iterator[str]:
    if request.param == "crane":
        with crane_registry(tmp_path, go_program("crane", CRANE)) as address:
            yield address
    else:
        with docker_registry(tmp_path, program=go_program("registry", DISTRIBUTION)) as address:
            yield address


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    write_example(tmp_path / "layout", blobs=[os.urandom(3 << 20), os.urandom(1000)])
    return Layout.open(tmp_path / "layout")


def pushed(layout: Layout, reference: str, *siblings: str) -> Pushed:
    place = Reference.parse(reference)
    provider = Provider(place, actions="pull,push", environment={})
    named = [Reference.parse(each) for each in siblings]
    return push(layout, layout.roots()[0], provider, tags=[place.tag], siblings=named)


def test_push_and_pull(address: str, layout: Layout, tmp_path: Path) -> None:
    digest = layout.roots()[0].digest
    first = pushed(layout, f"{address}/team/app:1")
    assert (first.digest, first.uploaded) == (digest, 3)
    again = pushed(layout, f"{address}/team/app:1")
    assert (again.uploaded, again.present, again.sent) == (0, 0, 0)
    pushed(layout, f"{address}/team/other:1", f"{address}/team/app:1")
    for name in ("app", "other"):
        place = Reference.parse(f"{address}/team/{name}:1")
        assert pull(Provider(place, environment={}), tmp_path / name) == digest
        assert Layout.open(tmp_path / name).roots()[0].digest == digest
    told = run(require("skopeo", "skopeo"), "inspect", "--tls-verify=false", f"docker://{address}/team/other:1")
    assert json.loads(told)["Digest"] == digest


def test_layers_are_mounted(layout: Layout, tmp_path: Path) -> None:
    with docker_registry(tmp_path, program=go_program("registry", DISTRIBUTION)) as address:
        pushed(layout, f"{address}/team/app:1")
        other = pushed(layout, f"{address}/team/other:1", f"{address}/team/app:1")
    assert (other.mounted, other.sent) == (3, 0)


def test_crane_validates_what_was_pushed(address: str, tmp_path: Path) -> None:
    """It reads each layer as a tar file, and compares diff ids."""
    crane = go_program("crane", CRANE)
    root = tmp_path / "image"
    contents = [{"kind": "app", "number": number} for number in range(3)]
    layers = [
        write_layer([File(f"etc/{number}", b"text " * 9000)], blobs=root / "blobs/sha256", contents=each)
        for number, each in enumerate(contents)
    ]
    write_layout(root, [Image.assemble(AMD64, layers, RuntimeConfig(("/bin/app",)), annotations={})])
    assert pushed(Layout.open(root), f"{address}/team/web:1").uploaded == 4
    assert f"PASS: {address}/team/web:1" in run(crane, "validate", "--insecure", "--remote", f"{address}/team/web:1")


def test_oras_reads_what_was_pushed(address: str, layout: Layout, tmp_path: Path) -> None:
    oras = go_program("oras", ORAS)
    pushed(layout, f"{address}/team/app:1")
    root = layout.roots()[0]
    manifest = run(oras, "manifest", "fetch", "--plain-http", f"{address}/team/app:1")
    assert f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}" == root.digest
    copy = tmp_path / "copy"
    run(oras, "copy", "--from-plain-http", "--to-oci-layout", f"{address}/team/app:1", f"{copy}:1")
    assert Layout.open(copy).read(root) == layout.read(root)
