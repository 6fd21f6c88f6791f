from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.retries import Retries
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
NOT_THERE = (
    "Fix: check the repository and the tag or digest; some registries want a repository to be made before the first "
    "push, and say this where the user may not see it."
)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with fake_registry() as registry:
        yield registry


def provider(registry: str, folder: Path, **settings: Any) -> Provider:
    return Provider(
        Reference.parse(f"{registry}/team/app:1"),
        settings=Settings(retries=Retries(attempts=2), **settings),
        environment={"REGISTRY_AUTH_FILE": str(folder / "auth.json")},
    )


def put(client: Provider) -> str:
    with pytest.raises(StrataError) as caught:
        client.send("PUT", client.url("manifests/1"), action="store a manifest", body=b"{}", media_type=MEDIA_TYPE)
    return str(caught.value).replace(client.reference.registry, "registry.example")


@pytest.mark.parametrize(
    "status, code, message, text",
    [
        (
            403,
            "DENIED",
            "requested access to the resource is denied",
            "the registry does not allow to store a manifest.\nFound:\n  HTTP 403\n"
            "  DENIED: requested access to the resource is denied\n"
            "Fix: no credentials were found for it: log in (`podman login`, `docker login`, `skopeo login`), or name "
            "the file that holds them in REGISTRY_AUTH_FILE or its folder in DOCKER_CONFIG.",
        ),
        (
            404,
            "NAME_UNKNOWN",
            "repository name not known",
            "the registry does not have it.\nFound:\n  HTTP 404\n  NAME_UNKNOWN: repository name not known\n"
            + NOT_THERE,
        ),
        (
            415,
            "UNSUPPORTED",
            "no",
            f"the registry does not take a manifest of the media type {MEDIA_TYPE}.\n"
            "Found:\n  HTTP 415\n  UNSUPPORTED: no\n"
            'Fix: use a registry that takes OCI images, or layers with `compression="gzip"` where it refuses zstd.',
        ),
        (
            403,
            "DENIED",
            "quota of 1 GiB is reached",
            "the registry has no room for it.\nFound:\n  HTTP 403\n  DENIED: quota of 1 GiB is reached\n"
            "Fix: remove images that nobody needs, or have the quota raised.",
        ),
        (
            429,
            "TOOMANYREQUESTS",
            "slow\ndown",
            "the registry answers too many requests, also after 2 attempts.\n"
            "Found:\n  HTTP 429\n  TOOMANYREQUESTS: slow down\n"
            "Fix: wait, use fewer jobs (`--jobs`), or log in: registries give users more requests than others.",
        ),
        (
            500,
            "UNKNOWN",
            "write /data: no space left on device",
            "the registry's disk is full.\nFound:\n  HTTP 500\n  UNKNOWN: write /data: no space left on device\n"
            "Fix: tell the registry's owner; a push after that continues where this one ended.",
        ),
        (
            404,
            "MANIFEST_BLOB_UNKNOWN",
            "blob unknown to registry",
            "the registry lacks a blob that the manifest names.\n"
            "Found:\n  HTTP 404\n  MANIFEST_BLOB_UNKNOWN: blob unknown to registry\n"
            "Fix: push again; if it stays so, the registry's garbage collection runs while images are pushed.",
        ),
        (
            502,
            "",
            "",
            "the registry could not store a manifest: HTTP 502 (tried 2 times).\n"
            "Fix: try again later; if it stays so, show this to the registry's owner.",
        ),
    ],
)
def test_answers(registry: FakeRegistry, tmp_path: Path, status: int, code: str, message: str, text: str) -> None:
    body = {"errors": [{"code": code, "message": message}]} if code else b"<html>Bad gateway</html>"
    registry.faults = [Fault("", status=status, times=9, after=-1, body=body)]
    assert put(provider(registry.address, tmp_path)) == f"registry.example/team/app:1: {text}"


def test_denied_to_a_user(registry: FakeRegistry, tmp_path: Path) -> None:
    entry = {"username": "me", "password": "secret"}
    (tmp_path / "auth.json").write_text(json.dumps({"auths": {registry.address: entry}}))
    registry.faults = [Fault("", status=403, after=-1)]
    assert put(provider(registry.address, tmp_path)) == (
        "registry.example/team/app:1: the registry does not allow to store a manifest.\nFound:\n  HTTP 403\n"
        "Fix: the credentials of me were used: ask the registry's owner for the right to store a manifest here, or log "
        "in as another user."
    )


def test_host_that_nobody_knows(tmp_path: Path, registry: FakeRegistry) -> None:
    assert put(provider("registry.invalid", tmp_path, plain_http=frozenset(["registry.invalid"]))) == (
        "registry.example/team/app:1: no address is known for the host registry.example.\n"
        "Fix: check the name, the network, and the proxy in HTTPS_PROXY."
    )


def test_nobody_listens(registry: FakeRegistry, tmp_path: Path) -> None:
    client = provider("127.0.0.1:1", tmp_path)
    assert put(client) == (
        "registry.example/team/app:1: registry.example cannot be reached.\n"
        f"Found:\n  [Errno {errno.ECONNREFUSED}] Connection refused (tried 2 times)\n"
        "Fix: check that the registry runs, the port, the network, and the proxy in HTTPS_PROXY."
    )
