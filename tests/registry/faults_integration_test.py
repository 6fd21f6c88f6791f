"""A proxy harms each request of a push to docker-registry in turn: the image is right after a retry."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Optional

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.registry.provider import Provider, Settings
from strata.registry.push import push
from strata.registry.reference import Reference
from strata.registry.retries import Retries
from support.oci.layouts import write_example
from support.servers.faulty_proxy import FAULTS, faulty_proxy
from support.servers.registries import docker_registry

_MOST_REQUESTS = 40


def get(address: str, path: str) -> Optional[bytes]:
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://{address}/v2/{path}", headers=accept)) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None


def check_tag(address: str, name: str, layout: Layout) -> Optional[bytes]:
    """The manifest at the tag, None where there is none; all that it names is there, with the right bytes."""
    manifest = get(address, f"{name}/manifests/1")
    if manifest is not None:
        content: Any = json.loads(manifest)
        for each in (content["config"], *content["layers"]):
            blob = get(address, f"{name}/blobs/{each['digest']}")
            assert blob is not None
            assert f"sha256:{hashlib.sha256(blob).hexdigest()}" == each["digest"]
    return manifest


@pytest.mark.parametrize("fault", FAULTS)
def test_each_request_in_turn(tmp_path: Path, fault: str) -> None:
    write_example(tmp_path / "layout", blobs=[os.urandom(1500 << 10), b"small"])
    layout = Layout.open(tmp_path / "layout")
    root = layout.roots()[0]
    right = layout.read(root)
    quick = Settings(retries=Retries(first_wait=0.01), jobs=1)
    with docker_registry(tmp_path) as address, faulty_proxy(address) as proxy:
        for number in range(_MOST_REQUESTS):
            # Blobs are shared by repositories only where they are mounted: each push begins with nothing.
            name = f"team/app{number}"
            provider = Provider(Reference.parse(f"{proxy.address}/{name}:1"), actions="pull,push", settings=quick)
            proxy.harm(fault, number)
            try:
                push(layout, root, provider, tags=["1"])
            except StrataError:
                # Damage is found out; nothing else is for the user to see.
                assert "damaged" in fault
                check_tag(address, name, layout)
            else:
                assert check_tag(address, name, layout) == right
            if not proxy.is_done:
                assert number > 10
                return
            push(layout, root, provider, tags=["1"])
            assert check_tag(address, name, layout) == right
    pytest.fail("no push took fewer requests")


def test_two_publishers_at_once(tmp_path: Path) -> None:
    """Of two images for one tag, the tag has one in the end, whole."""
    shared = os.urandom(1500 << 10)
    layouts = []
    for number in range(2):
        write_example(tmp_path / f"layout{number}", blobs=[shared, os.urandom(1000)])
        layouts.append(Layout.open(tmp_path / f"layout{number}"))
    with docker_registry(tmp_path) as address:

        def publish(number: int) -> None:
            layout = layouts[number % 2]
            provider = Provider(Reference.parse(f"{address}/team/app:1"), actions="pull,push")
            push(layout, layout.roots()[0], provider, tags=["1"])

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(publish, range(6)))
        assert check_tag(address, "team/app", layouts[0]) in [each.read(each.roots()[0]) for each in layouts]
