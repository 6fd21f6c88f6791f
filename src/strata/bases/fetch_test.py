from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from strata.bases import fetch, fetch_layer
from strata.errors import StrataError
from strata.oci.descriptor import CONFIG, INDEX, LAYER_GZIP, MANIFEST, Descriptor, sha256_digest
from strata.protocol.bases import fetch_base_layer
from strata.protocol.bases.fetch_base import BaseLayer, BaseRuntime, Request, Result
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

NAME = "company/base"
LAYER = b"the bytes of a layer"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
DIFF_ID = f"sha256:{'1' * 64}"
CONFIG_VALUE = {
    "os": "linux",
    "architecture": "amd64",
    "rootfs": {"type": "layers", "diff_ids": [DIFF_ID]},
    "config": {"User": "7", "Env": ["A=1"], "Labels": None, "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/data": {}}},
}
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    """The settings of a machine lie where a fetching process finds them."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.chdir(tmp_path)
    Path(".host").mkdir()
    environment = {"REGISTRY_AUTH_FILE": str(tmp_path / "auth.json")}
    Path(".host/settings.json").write_text(json.dumps({"environment": environment, "default_index": ""}))
    with fake_registry() as registry:
        yield registry


def add(registry: FakeRegistry, media_type: str, value: Any) -> dict[str, Any]:
    """Store a document under its digest; return its descriptor."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    descriptor = Descriptor.of(media_type, content)
    registry.manifests[NAME, descriptor.digest] = (media_type, content)
    return descriptor.to_json()


def add_image(
    registry: FakeRegistry,
    *,
    config: Change = lambda value: value,
    manifest: Change = lambda value: value,
    media_type: str = MANIFEST,
) -> dict[str, Any]:
    layer = Descriptor(LAYER_GZIP, registry.add_blob(NAME, LAYER), len(LAYER))
    content = json.dumps(config(dict(CONFIG_VALUE))).encode()
    registry.add_blob(NAME, content)
    value = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": Descriptor.of(CONFIG, content).to_json(),
        "layers": [layer.to_json()],
    }
    return add(registry, media_type, manifest(value))


def ask(registry: FakeRegistry, descriptor: dict[str, Any], platform: str = "linux/amd64") -> Result:
    return fetch.run(Request(f"{registry.address}/{NAME}@{descriptor['digest']}", platform))


def refused(registry: FakeRegistry, descriptor: dict[str, Any], platform: str = "linux/amd64") -> str:
    """The message, where the image is called IT and its registry is called REGISTRY."""
    with pytest.raises(StrataError) as caught:
        ask(registry, descriptor, platform)
    place = f"{registry.address}/{NAME}@{descriptor['digest']}"
    return str(caught.value).replace(place, "IT").replace(registry.address, "REGISTRY")


def of_platform(descriptor: dict[str, Any], architecture: str, variant: str = "") -> dict[str, Any]:
    platform = {"os": "linux", "architecture": architecture, **({"variant": variant} if variant else {})}
    return {**descriptor, "platform": platform}


def test_manifest_and_config_say_what_a_build_needs(registry: FakeRegistry) -> None:
    image = add_image(registry)
    assert ask(registry, image) == Result(
        root=image["digest"],
        manifest=image["digest"],
        layers=(BaseLayer(LAYER_GZIP, sha256_digest(LAYER), len(LAYER), DIFF_ID),),
        runtime=BaseRuntime("7", ("A=1",), {}, ("80/tcp",), ("/data",), ""),
    )
    assert registry.asked(sha256_digest(LAYER)) == []


def test_the_platform_is_chosen_from_an_index(registry: FakeRegistry) -> None:
    amd64 = add_image(registry)
    arm64 = add_image(registry, config=lambda value: {**value, "architecture": "arm64", "variant": "v8"})
    other = add_image(registry, config=lambda value: {**value, "author": "v3"})
    manifests = [of_platform(other, "amd64", "v3"), of_platform(arm64, "arm64", "v8"), of_platform(amd64, "amd64")]
    index = add(registry, INDEX, {"schemaVersion": 2, "manifests": manifests})
    assert ask(registry, index).manifest == amd64["digest"]
    assert ask(registry, index, "linux/arm64").manifest == arm64["digest"]
    assert ask(registry, index).root == index["digest"]


def test_media_types_of_docker_are_those_of_oci(registry: FakeRegistry) -> None:
    def docker(value: dict[str, Any]) -> Any:
        config = {**value["config"], "mediaType": "application/vnd.docker.container.image.v1+json"}
        layers = [{**value["layers"][0], "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}]
        return {**value, "config": config, "layers": layers}

    (layer,) = ask(registry, add_image(registry, manifest=docker, media_type=DOCKER)).layers
    assert layer.media_type == LAYER_GZIP


def test_platform_is_missing(registry: FakeRegistry) -> None:
    image = add_image(registry)
    attestation = add_image(registry, config=lambda value: {**value, "author": "x"})
    unknown = {**attestation, "platform": {"os": "unknown", "architecture": "unknown"}}
    index = add(registry, INDEX, {"schemaVersion": 2, "manifests": [of_platform(image, "amd64"), unknown]})
    assert refused(registry, index, "linux/arm64") == (
        "IT has no image for linux/arm64.\n"
        "Found:\n"
        "  it has linux/amd64\n"
        "Fix: name a base that is built for linux/arm64."
    )
    assert refused(registry, image, "linux/arm64") == refused(registry, index, "linux/arm64")


def test_digest_is_unknown(registry: FakeRegistry) -> None:
    assert refused(registry, {"digest": DIFF_ID}) == (
        "IT: the registry does not have it.\n"
        "Found:\n"
        "  HTTP 404\n"
        "  MANIFEST_UNKNOWN: manifest unknown\n"
        "Fix: check the repository and the tag or digest; some registries want a repository to be made before the "
        "first push, and say this where the user may not see it."
    )


def test_access_is_denied(registry: FakeRegistry) -> None:
    registry.faults.append(Fault("GET", status=403, times=9, body={"errors": [{"code": "DENIED", "message": "no"}]}))
    assert refused(registry, {"digest": DIFF_ID}) == (
        "IT: the registry does not allow to read a manifest.\n"
        "Found:\n"
        "  HTTP 403\n"
        "  DENIED: no\n"
        "Fix: no credentials were found for it: log in (`podman login`, `docker login`, `skopeo login`), or name the "
        "file that holds them in REGISTRY_AUTH_FILE or its folder in DOCKER_CONFIG."
    )


def test_the_login_of_the_machine_is_used(registry: FakeRegistry, tmp_path: Path) -> None:
    """The request, which is in the key of the step, has nothing of it."""
    image = add_image(registry)
    login = base64.b64encode(b"me:secret").decode()
    registry.admitted, registry.challenge = {f"Basic {login}"}, 'Basic realm="registry"'
    (tmp_path / "auth.json").write_text(json.dumps({"auths": {registry.address: {"auth": login}}}))
    assert ask(registry, image).manifest == image["digest"]


def test_manifest_is_damaged(registry: FakeRegistry) -> None:
    image = add_image(registry)
    media_type, content = registry.manifests[NAME, image["digest"]]
    registry.manifests[NAME, image["digest"]] = (media_type, content + b" ")
    assert refused(registry, image) == (
        "IT: the bytes are not those that were asked for.\n"
        "Found:\n"
        f"  got {sha256_digest(content + b' ')}\n"
        f"  wanted {image['digest']}\n"
        "Fix: try again; if it stays so, a proxy on the way or the registry's storage damages files."
    )


def test_manifest_is_large(registry: FakeRegistry) -> None:
    image = add_image(registry, manifest=lambda value: {**value, "annotations": {"x": "y" * (4 << 20)}})
    assert refused(registry, image) == (
        "IT: the registry's manifest cannot be read: it has more than 4194304 bytes.\n"
        "Fix: push the image again, with a program that writes OCI images."
    )


def test_first_schema_of_docker(registry: FakeRegistry) -> None:
    signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    assert refused(registry, add(registry, signed, {"schemaVersion": 1, "fsLayers": []})) == (
        "IT: the registry's manifest cannot be read: it has the media type "
        "application/vnd.docker.distribution.manifest.v1+prettyjws.\n"
        "Fix: push the image again, with a program that writes OCI images."
    )


@pytest.mark.parametrize(
    "changes, problem",
    [
        (
            {"manifest": lambda value: {**value, "config": {**value["config"], "mediaType": "application/x"}}},
            "has a config of the media type application/x",
        ),
        (
            {"manifest": lambda value: {**value, "layers": [{**value["layers"][0], "mediaType": "text/x"}]}},
            "has a layer of the media type text/x",
        ),
        ({"manifest": lambda value: {**value, "layers": []}}, "has 0 layers, and its config names 1"),
        ({"config": lambda value: [value]}, "has a config that is wrong: the document is a list, not an object"),
        (
            {"config": lambda value: {**value, "config": {"Env": "A"}}},
            'has a config that is wrong: config.Env is "A", not a list',
        ),
    ],
)
def test_nothing_can_stand_on_it(registry: FakeRegistry, changes: Any, problem: str) -> None:
    assert refused(registry, add_image(registry, **changes)) == (
        f"IT cannot be a base: it {problem}.\n"
        "Fix: name an image, with layers as tar, gzip or zstd, that a program of today wrote."
    )


def test_one_layer_is_fetched(registry: FakeRegistry) -> None:
    digest = registry.add_blob(NAME, LAYER)
    found = fetch_layer.run(fetch_base_layer.Request(f"{registry.address}/{NAME}", digest, len(LAYER)))
    assert Path(found.path).read_bytes() == LAYER


def test_layer_is_damaged(registry: FakeRegistry) -> None:
    digest = registry.add_blob(NAME, LAYER)
    registry.blobs[NAME, digest] = LAYER[::-1]
    with pytest.raises(StrataError) as caught:
        fetch_layer.run(fetch_base_layer.Request(f"{registry.address}/{NAME}", digest, len(LAYER)))
    assert str(caught.value) == (
        f"{registry.address}/{NAME}@{digest}: the bytes are not those that were asked for.\n"
        "Found:\n"
        f"  got {sha256_digest(LAYER[::-1])}\n"
        f"  wanted {digest}\n"
        "Fix: try again; if it stays so, a proxy on the way or the registry's storage damages files."
    )
