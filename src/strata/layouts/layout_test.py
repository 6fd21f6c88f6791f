from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout, split_tag
from strata.layouts.verified_blob import VerifiedBlob
from strata.oci.descriptor import CONFIG, MANIFEST, DamagedBlob, Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layout import artifact_layout_files
from strata.oci.platform import Platform
from support.oci.images import AMD64, layer, write_layout
from support.oci.layouts import write_example

FIX = "Fix: copy or build the image again; `strata validate` checks all of the layout."


def error_of(root: Path, problem: str) -> str:
    return f"{root} is not a sound OCI image layout.\nFound:\n  {problem}\n{FIX}"


def blob(content: bytes, descriptor: Descriptor, path: Path) -> VerifiedBlob:
    path.write_bytes(content)
    return VerifiedBlob(path.open("rb"), descriptor, lambda damage: StrataError(str(damage), fix="none"))


def test_an_image_is_read(tmp_path: Path) -> None:
    example = write_example(tmp_path)
    layout = Layout.open(tmp_path)
    (manifest,) = layout.manifests()
    assert manifest.descriptor.blob_path == example.manifest
    assert (manifest.platform, manifest.config.media_type) == (AMD64, CONFIG)
    assert tuple(each.blob_path for each in manifest.layers) == example.layers
    assert layout.images() == {AMD64: manifest}
    config = layout.config(manifest)
    assert config is not None
    assert config["config"]["User"] == "65532"
    with layout.open_blob(manifest.layers[0]) as stream:
        assert stream.read() == (tmp_path / example.layers[0]).read_bytes()


def test_an_index_over_platforms(tmp_path: Path) -> None:
    arm = Platform("linux", "arm64")
    each = layer(tmp_path / "blobs" / "sha256", {"kind": "app"})
    images = [Image.assemble(platform, [each], RuntimeConfig(), annotations={}) for platform in (AMD64, arm)]
    write_layout(tmp_path, images, tag="main")
    layout = Layout.open(tmp_path)
    assert layout.tags() == ["main"]
    (root,) = layout.roots("main")
    assert layout.index(root) == tuple(image.manifest_descriptor for image in images)
    assert [*layout.images("main")] == [AMD64, arm]
    assert layout.images("next") == {}
    assert layout.read(images[1].manifest_descriptor) == images[1].manifest


def test_layers_that_are_no_image(tmp_path: Path) -> None:
    each = layer(tmp_path / "blobs" / "sha256", {"kind": "app"})
    for path, content in artifact_layout_files({AMD64: [each]}, kind="app", annotations={}).items():
        (tmp_path / path).write_bytes(content)
    layout = Layout.open(tmp_path)
    (manifest,) = layout.manifests()
    assert layout.config(manifest) is None
    assert layout.images() == {}


def test_attestations_are_no_images(tmp_path: Path) -> None:
    def attested(index: Any) -> Any:
        other = {**index["manifests"][0], "platform": {"os": "unknown", "architecture": "unknown"}}
        return {**index, "manifests": [*index["manifests"], other]}

    write_example(tmp_path, index=attested)
    assert [each.is_attestation for each in Layout.open(tmp_path).manifests()] == [False, True]
    assert [*Layout.open(tmp_path).images()] == [AMD64]


def test_a_manifest_with_two_tags_comes_once(tmp_path: Path) -> None:
    write_example(tmp_path, index=lambda index: {**index, "manifests": index["manifests"] * 2})
    assert len(list(Layout.open(tmp_path).manifests())) == 1


def test_two_images_for_one_platform_need_a_tag(tmp_path: Path) -> None:
    indexes = []
    for tag in ("main", "next"):
        each = layer(tmp_path / "blobs" / "sha256", {"kind": tag})
        write_layout(tmp_path, [Image.assemble(AMD64, [each], RuntimeConfig(), annotations={})], tag=tag)
        indexes.append(json.loads((tmp_path / "index.json").read_text()))
    both = {**indexes[0], "manifests": [index["manifests"][0] for index in indexes]}
    (tmp_path / "index.json").write_text(json.dumps(both))
    assert [*Layout.open(tmp_path).images("next")] == [AMD64]
    with pytest.raises(StrataError) as caught:
        Layout.open(tmp_path).images()
    assert str(caught.value) == (
        f"{tmp_path} holds several images for linux/amd64.\nFound:\n  tags: main, next\n"
        "Fix: name one of them by its tag."
    )


@pytest.mark.parametrize("size", [-1, 1, 7, 1 << 20])
def test_another_digest_is_an_error(tmp_path: Path, size: int) -> None:
    example = write_example(tmp_path)
    layout = Layout.open(tmp_path)
    (manifest,) = layout.manifests()
    path = tmp_path / example.layers[0]
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    found = Descriptor.of(MANIFEST, path.read_bytes()).digest
    with pytest.raises(StrataError) as caught, layout.open_blob(manifest.layers[0]) as stream:
        all(iter(lambda: stream.read(size), b""))
    assert str(caught.value) == error_of(tmp_path, f"{example.layers[0]} has the digest {found}")


def test_another_size_and_a_missing_blob_are_errors(tmp_path: Path) -> None:
    example = write_example(tmp_path)
    layout = Layout.open(tmp_path)
    (manifest,) = layout.manifests()
    path, size = tmp_path / example.layers[0], manifest.layers[0].size
    path.write_bytes(b"short")
    with pytest.raises(StrataError) as caught, layout.open_blob(manifest.layers[0]) as stream:
        stream.read()
    assert str(caught.value) == error_of(tmp_path, f"{example.layers[0]} has 5 bytes, but its descriptor says {size}")
    path.unlink()
    assert not layout.has_blob(manifest.layers[0])
    with pytest.raises(StrataError) as caught:
        layout.open_blob(manifest.layers[0])
    assert str(caught.value) == error_of(tmp_path, f"{example.layers[0]} is missing")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    example = write_example(tmp_path)
    layout = Layout.open(tmp_path)
    (manifest,) = layout.manifests()
    (tmp_path / example.layers[0]).unlink()
    os.mkfifo(tmp_path / example.layers[0])
    with pytest.raises(StrataError) as caught:
        layout.open_blob(manifest.layers[0])
    assert str(caught.value) == error_of(tmp_path, f"{example.layers[0]} is not a file")


def test_documents_have_a_limit(tmp_path: Path) -> None:
    write_example(tmp_path)
    (descriptor,) = Layout.open(tmp_path).roots()
    with pytest.raises(StrataError) as caught:
        Layout.open(tmp_path).read(replace(descriptor, size=(4 << 20) + 1))
    assert str(caught.value) == error_of(
        tmp_path, f"{descriptor.blob_path} has 4194305 bytes, more than the 4194304 that registries take"
    )


def damage_a_reader(stream: VerifiedBlob) -> None:
    stream.read(1)
    raise DamagedBlob("holds a damaged gzip stream")


@pytest.mark.parametrize(
    "content, happened",
    [
        (b"right", "holds a damaged gzip stream"),
        (b"wrong", "has the digest sha256:8810ad581e59f2bc3928b261707a71308f7e139eb04820366dc4d5c18d980225"),
    ],
)
def test_a_wrong_digest_explains_other_damage(tmp_path: Path, content: bytes, happened: str) -> None:
    descriptor = Descriptor.of(MANIFEST, b"right")
    with pytest.raises(StrataError) as caught, blob(content, descriptor, tmp_path / "blob") as stream:
        damage_a_reader(stream)
    assert caught.value.happened == happened


def test_an_empty_blob(tmp_path: Path) -> None:
    with blob(b"", Descriptor.of(MANIFEST, b""), tmp_path / "blob") as stream:
        assert stream.read() == b""
    wrong = replace(Descriptor.of(MANIFEST, b"x"), size=0)
    with pytest.raises(StrataError), blob(b"", wrong, tmp_path / "blob") as stream:
        stream.read()


@pytest.mark.parametrize(
    "text, directory, tag",
    [
        ("image", "image", None),
        ("image:main", "image", "main"),
        ("a:b/image", "a:b/image", None),
        ("a:b/image:main", "a:b/image", "main"),
        ("here:1", "here:1", None),
        ("here:1:main", "here:1", "main"),
        ("image:", "image", None),
        (":main", ":main", None),
    ],
)
def test_tag_behind_a_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, directory: str, tag: Optional[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here:1").mkdir()
    assert split_tag(text) == (Path(directory), tag)
