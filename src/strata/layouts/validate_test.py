"""What `validate` finds in folders, blobs, and documents that contradict each other."""

from __future__ import annotations

import gzip
import json
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.layouts.finding import Rule
from strata.layouts.validate import validate
from strata.oci.documents import canonical_json
from support.damage import ZEROS, damaged, found, put, put_in_first
from support.oci.layouts import compressed, tar_with, write_example


def test_sound_layout_has_no_findings(tmp_path: Path) -> None:
    assert damaged(tmp_path)[1] == []


# The directory


def test_no_layout_at_all(tmp_path: Path) -> None:
    assert found(tmp_path) == [f"{tmp_path} is no image layout: it has neither oci-layout nor index.json [image-spec]"]


def test_index_is_missing(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "index.json").unlink()
    assert found(tmp_path) == ["index.json is missing [image-spec]"]


def test_layout_file_is_missing(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "oci-layout").unlink()
    assert found(tmp_path) == ["oci-layout is missing [image-spec]"]


def test_layout_file_has_another_version(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "oci-layout").write_text('{"imageLayoutVersion":"2.0.0"}')
    assert found(tmp_path) == ['oci-layout is wrong: imageLayoutVersion is "2.0.0", not "1.0.0" [image-spec]']


def test_index_is_a_directory(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "index.json").unlink()
    (tmp_path / "index.json").mkdir()
    assert found(tmp_path) == ["index.json is missing [image-spec]"]


def test_file_that_is_no_part(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "no\ntes").write_text("")
    (tmp_path / "link").symlink_to("/")
    assert found(tmp_path) == [
        "link is no part of a layout [reproducibility]",
        "no\\ntes is no part of a layout [reproducibility]",
    ]


def test_blob_with_a_wrong_name(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "blobs/sha256/layer").write_text("")
    (tmp_path / "blobs/md5").mkdir()
    (tmp_path / "blobs/md5/d41d8cd98f00b204e9800998ecf8427e").write_text("")
    wrong = "is no blob: blobs lie at blobs/sha256/HEX or blobs/sha512/HEX [image-spec]"
    assert found(tmp_path) == [
        f"blobs/md5/d41d8cd98f00b204e9800998ecf8427e {wrong}",
        f"blobs/sha256/layer {wrong}",
    ]


def test_blob_that_nothing_names(tmp_path: Path) -> None:
    write_example(tmp_path)
    path = "blobs/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / path).write_text("")
    assert found(tmp_path) == [f"{path} is named by nothing in the layout [reproducibility]"]


def test_blob_is_a_link(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    (tmp_path / layout.layers[0]).rename(tmp_path / "elsewhere")
    (tmp_path / layout.layers[0]).symlink_to(tmp_path / "elsewhere")
    assert found(tmp_path) == [
        f"{layout.layers[0]} is a symbolic link, not a file [image-spec]",
        f"{layout.manifest} names {layout.layers[0]} in layers[0], which is missing [image-spec]",
        "elsewhere is no part of a layout [reproducibility]",
    ]


def test_blob_is_a_pipe(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    (tmp_path / layout.config).unlink()
    os.mkfifo(tmp_path / layout.config)
    assert found(tmp_path) == [
        f"{layout.config} is a device, socket or pipe, not a file [image-spec]",
        f"{layout.manifest} names {layout.config} in config, which is missing [image-spec]",
    ]


def test_blobs_are_a_link_in_a_circle(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    (tmp_path / "blobs").rename(tmp_path.parent / f"{tmp_path.name}-blobs")
    (tmp_path / "blobs").symlink_to("blobs")
    assert found(tmp_path) == [
        "blobs is a symbolic link, not a file [image-spec]",
        f"index.json names {layout.manifest} in manifests[0], which is missing [image-spec]",
    ]


# Blobs


@pytest.mark.parametrize("which", ["manifest", "config", "layers"])
def test_blob_with_one_byte_changed(tmp_path: Path, which: str) -> None:
    layout = write_example(tmp_path)
    path = layout.layers[1] if which == "layers" else getattr(layout, which)
    content = bytearray((tmp_path / path).read_bytes())
    content[20] ^= 1
    (tmp_path / path).write_bytes(content)
    (finding,) = found(tmp_path)
    assert finding.startswith(f"{path} has the digest sha256:")
    assert finding.endswith(" [image-spec]")


def test_blob_is_cut(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    (tmp_path / layout.layers[0]).write_bytes(b"")
    size = json.loads((tmp_path / layout.manifest).read_bytes())["layers"][0]["size"]
    assert found(tmp_path) == [
        f"{layout.layers[0]} has the digest "
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 [image-spec]",
        f"{layout.manifest} gives {layout.layers[0]} {size} bytes in layers[0], but it has 0 [image-spec]",
    ]


@pytest.mark.parametrize("which, where", [("config", "config"), ("layers", "layers[0]")])
def test_blob_is_missing(tmp_path: Path, which: str, where: str) -> None:
    layout = write_example(tmp_path)
    path = layout.layers[0] if which == "layers" else layout.config
    (tmp_path / path).unlink()
    assert found(tmp_path) == [f"{layout.manifest} names {path} in {where}, which is missing [image-spec]"]


def test_descriptor_with_a_wrong_size(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, index=put_in_first("manifests", size=7))
    size = (tmp_path / layout.manifest).stat().st_size
    assert findings == [f"index.json gives {layout.manifest} 7 bytes in manifests[0], but it has {size} [image-spec]"]


# What the documents say of each other


def test_config_is_for_another_platform(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, config=put(architecture="arm64"))
    assert findings == [f'{layout.config} is for the architecture "arm64", but the index says "amd64" [image-spec]']


def test_diff_id_is_wrong(tmp_path: Path) -> None:
    diff_ids: list[str] = []

    def change(config: Any) -> Any:
        diff_ids.extend(config["rootfs"]["diff_ids"])
        return {**config, "rootfs": {"type": "layers", "diff_ids": [f"sha256:{ZEROS}", diff_ids[1]]}}

    layout, findings = damaged(tmp_path, config=change)
    assert findings == [
        f"{layout.config} has sha256:{ZEROS} in rootfs.diff_ids[0], but the layer unpacks to {diff_ids[0]} [image-spec]"
    ]


def test_layers_are_in_another_order(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, manifest=lambda value: {**value, "layers": value["layers"][::-1]})
    assert [finding.split(" in ")[1].split(",")[0] for finding in findings] == [
        "rootfs.diff_ids[0]",
        "rootfs.diff_ids[1]",
    ]
    assert all(finding.startswith(f"{layout.config} has sha256:") for finding in findings)


def test_diff_ids_are_too_few(tmp_path: Path) -> None:
    layout, findings = damaged(
        tmp_path,
        config=lambda value: {**value, "rootfs": {"type": "layers", "diff_ids": value["rootfs"]["diff_ids"][:1]}},
    )
    assert findings == [f"{layout.config} has 1 diff ids, but the manifest has 2 layers [image-spec]"]


def test_history_is_too_long(tmp_path: Path) -> None:
    step = {"created": "1980-01-01T00:00:00Z"}
    layout, findings = damaged(tmp_path, config=put(history=[step, step, step, {**step, "empty_layer": True}]))
    assert findings == [f"{layout.config} has a history of 3 layers, but the manifest has 2 [image-spec]"]


def test_times_are_not_fixed(tmp_path: Path) -> None:
    step = {"created": "2024-02-29T12:00:00.5+01:00"}
    layout, findings = damaged(
        tmp_path, config=lambda value: {**value, "created": "2024-02-29T12:00:00Z", "history": [step, {}]}
    )
    rest = "not 1980-01-01T00:00:00Z [reproducibility]"
    assert findings == [
        f'{layout.config} has the time "2024-02-29T12:00:00Z" in created, {rest}',
        f'{layout.config} has the time "2024-02-29T12:00:00.5+01:00" in history[0].created, {rest}',
        f"{layout.config} has the time null in history[1].created, {rest}",
    ]


def test_image_without_layers(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, blobs=[])
    assert findings == [f"{layout.manifest} has no layers [image-spec]"]


@pytest.mark.parametrize("form", ["tar+xz", "tar+zstd"])
def test_layer_that_cannot_be_read_here(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where the library for zstd is looked for.
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "nowhere"))
    media_type = f"application/vnd.oci.image.layer.v1.{form}"
    layout, findings = damaged(tmp_path, manifest=put_in_first("layers", mediaType=media_type))
    assert findings == [
        f"{layout.manifest} names {layout.layers[0]} in layers[0] with the media type {media_type}: "
        "it was not looked into [reproducibility]"
    ]


def test_manifest_of_an_unknown_media_type(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, index=put_in_first("manifests", mediaType="text/plain"))
    assert findings == [
        f"index.json names {layout.manifest} in manifests[0] with the media type text/plain: "
        "it was not looked into [reproducibility]"
    ]


def test_artifact_says_not_what_it_is(tmp_path: Path) -> None:
    def empty(manifest: Any) -> Any:
        return {**manifest, "config": {**manifest["config"], "mediaType": "application/vnd.oci.empty.v1+json"}}

    layout, findings = damaged(tmp_path, manifest=empty)
    assert findings == [
        f"{layout.manifest} has an empty config, but no artifactType that says what it is [image-spec]",
        f"{layout.config} has the media type of an empty config, but is not {{}} [image-spec]",
    ]


def test_same_finding_is_listed_once(tmp_path: Path) -> None:
    write_example(tmp_path, config=put(architecture="arm64"))
    index = json.loads((tmp_path / "index.json").read_bytes())
    index["manifests"] *= 3
    (tmp_path / "index.json").write_bytes(canonical_json(index))
    assert len(found(tmp_path)) == 1


# Garbage


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(data=st.data())
def test_any_change_of_a_blob_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    root = tmp_path_factory.mktemp("layout")
    layout = write_example(root)
    path = root / data.draw(st.sampled_from([layout.manifest, layout.config, *layout.layers]))
    content = path.read_bytes()
    start = data.draw(st.integers(0, len(content)))
    changed = (
        content[:start] + data.draw(st.binary(max_size=9)) + content[data.draw(st.integers(start, len(content))) :]
    )
    path.write_bytes(changed)
    assert (validate(root) == []) == (changed == content)


@QUICK
@given(which=st.sampled_from(["config", "manifest", "index"]), name=st.integers(0, 9), value=ANY_JSON)
def test_any_json_is_judged(tmp_path_factory: pytest.TempPathFactory, which: str, name: int, value: Any) -> None:
    root = tmp_path_factory.mktemp("layout")

    def change(document: Any) -> Any:
        names = sorted(document)
        return {**document, names[name]: value} if name < len(names) else value

    changes: dict[str, Any] = {which: change}
    write_example(root, encode=lambda document: json.dumps(document).encode(), **changes)
    for finding in validate(root):
        assert str(finding).isprintable()


@QUICK
@given(data=st.data(), plain=st.booleans())
def test_any_layer_is_judged(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, plain: bool) -> None:
    """Damage below the compression, or in it, described by right digests."""
    root = tmp_path_factory.mktemp("layout")
    link = tarfile.TarInfo("ü" * 120)
    link.type, link.linkname, link.pax_headers = tarfile.SYMTYPE, "target", {"SCHILY.xattr.user.a": "1"}
    tar = bytearray(tar_with(tarfile.TarInfo("file"), link))
    target = tar if plain else bytearray(compressed(bytes(tar)))
    for _ in range(data.draw(st.integers(1, 4))):
        target[data.draw(st.integers(0, len(target) - 1))] = data.draw(st.integers(0, 255))
    write_example(root, blobs=[compressed(bytes(target)) if plain else bytes(target)])
    for finding in validate(root):
        assert str(finding).isprintable()


@QUICK
@given(blob=st.binary(max_size=2000))
def test_any_bytes_are_judged(tmp_path_factory: pytest.TempPathFactory, blob: bytes) -> None:
    root = tmp_path_factory.mktemp("layout")
    write_example(root, blobs=[blob, compressed(blob), gzip.compress(blob)])
    assert any(finding.rule is Rule.OCI for finding in validate(root))
