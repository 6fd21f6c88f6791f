"""What `validate` finds in documents of another form than the specification has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

from support.damage import damaged, found, put, put_in_first, without
from support.oci.layouts import write_example


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "is not JSON: line 1, column 1"),
        (b'{"schemaVersion": 2,', "is not JSON: line 1, column 21"),
        (b'{"a": 1, "a": 2}', 'names "a" twice in one object'),
        (b'{"a": NaN}', "holds NaN, which is not JSON"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        ('{"schemaVersion": 2}'.encode("utf-16"), "is not UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[]", "is wrong: the document is a list, not an object"),
        (b"1e999", "is wrong: the document is Infinity, not an object"),
    ],
)
def test_index_is_no_document(tmp_path: Path, content: bytes, problem: str) -> None:
    write_example(tmp_path)
    (tmp_path / "index.json").write_bytes(content)
    assert found(tmp_path) == [f"index.json {problem} [image-spec]"]


def test_document_is_too_large(tmp_path: Path) -> None:
    write_example(tmp_path)
    with (tmp_path / "index.json").open("r+b") as index:
        index.truncate(5 << 20)
    assert found(tmp_path) == ["index.json has 5242880 bytes, more than the 4194304 that registries take [image-spec]"]


def test_documents_are_not_canonical(tmp_path: Path) -> None:
    layout, findings = damaged(tmp_path, encode=lambda value: json.dumps(value, indent=2).encode())
    spaced = "is not canonical JSON: names sorted, no spaces, UTF-8 [reproducibility]"
    assert findings == [f"index.json {spaced}", f"{layout.manifest} {spaced}", f"{layout.config} {spaced}"]


@pytest.mark.parametrize(
    "change, problem",
    [
        (put(schemaVersion="2"), 'schemaVersion is "2", not 2'),
        (put(schemaVersion=True), "schemaVersion is true, not 2"),
        (put(mediaType="text/plain"), 'mediaType is "text/plain", not "application/vnd.oci.image.index.v1+json"'),
        (without("manifests"), "manifests is missing"),
        (put(manifests={}), "manifests is an object, not a list"),
        (put(manifests=[5]), "manifests[0] is 5, not an object"),
        (
            put_in_first("manifests", digest=f"sha256:{'A' * 64}"),
            f'manifests[0].digest is "sha256:{"A" * 52}…, not a digest (sha256:HEX or sha512:HEX)',
        ),
        (
            put_in_first("manifests", digest="sha256:../../../etc/passwd"),
            'manifests[0].digest is "sha256:../../../etc/passwd", not a digest (sha256:HEX or sha512:HEX)',
        ),
        (put_in_first("manifests", size=-1), "manifests[0].size is -1, not a whole number from 0"),
        (put_in_first("manifests", size=1.5), "manifests[0].size is 1.5, not a whole number from 0"),
        (put_in_first("manifests", mediaType="json"), 'manifests[0].mediaType is "json", not a media type'),
        (put_in_first("manifests", platform={"os": "linux"}), "manifests[0].platform.architecture is missing"),
        (put_in_first("manifests", annotations={"a": 1}), 'manifests[0].annotations["a"] is 1, not a text'),
        (
            put_in_first("manifests", annotations={"": "x"}),
            'a name in manifests[0].annotations is "", not a name of an annotation',
        ),
    ],
)
def test_index_has_another_shape(tmp_path: Path, change: Callable[[Any], Any], problem: str) -> None:
    assert damaged(tmp_path, index=change)[1] == [f"index.json is wrong: {problem} [image-spec]"]


@pytest.mark.parametrize(
    "change, problem",
    [
        (put(schemaVersion=1), "schemaVersion is 1, not 2"),
        (without("config"), "config is missing"),
        (put_in_first("layers", digest=5), "layers[0].digest is 5, not a digest (sha256:HEX or sha512:HEX)"),
        (put(artifactType="x"), 'artifactType is "x", not a media type'),
    ],
)
def test_manifest_has_another_shape(tmp_path: Path, change: Callable[[Any], Any], problem: str) -> None:
    layout, findings = damaged(tmp_path, manifest=change)
    assert findings == [f"{layout.manifest} is wrong: {problem} [image-spec]"]


@pytest.mark.parametrize(
    "change, problem",
    [
        (without("os"), "os is missing"),
        (without("rootfs"), "rootfs is missing"),
        (put(created="yesterday"), 'created is "yesterday", not a time like 1980-01-01T00:00:00Z'),
        (
            put(rootfs={"type": "layers", "diff_ids": ["x"]}),
            'rootfs.diff_ids[0] is "x", not a digest (sha256:HEX or sha512:HEX)',
        ),
        (put(config={"Env": ["=x"]}), 'config.Env[0] is "=x", not of the form NAME=VALUE'),
        (put(config={"Cmd": "sh"}), 'config.Cmd is "sh", not a list'),
        (
            put(config={"ExposedPorts": {"http": {}}}),
            'a name in config.ExposedPorts is "http", not a port like 8000/tcp',
        ),
        (put(config={"ExposedPorts": {"80": None}}), 'config.ExposedPorts["80"] is null, not an object'),
        (put(config={"User": 65532}), "config.User is 65532, not a text"),
        (put(history=[{"empty_layer": "no"}]), 'history[0].empty_layer is "no", not true or false'),
    ],
)
def test_config_has_another_shape(tmp_path: Path, change: Callable[[Any], Any], problem: str) -> None:
    layout, findings = damaged(tmp_path, config=change)
    assert findings == [f"{layout.config} is wrong: {problem} [image-spec]"]


def test_null_stands_for_nothing_in_a_config(tmp_path: Path) -> None:
    """As Go programs write it."""
    assert (
        damaged(tmp_path, config=put(config={"Cmd": None, "Entrypoint": None, "Labels": None, "Volumes": None}))[1]
        == []
    )
