"""Layouts that name much in few bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.layouts import limits
from strata.layouts.layout import Layout
from strata.layouts.validate import validate
from strata.oci.descriptor import INDEX
from support.oci.layouts import write_example

FIX = "Fix: copy or build the image again; `strata validate` checks all of the layout."


def error_of(root: Path, problem: str) -> str:
    return f"{root} is not a sound OCI image layout.\nFound:\n  {problem}\n{FIX}"


def fan_out(root: Path, *, depth: int, width: int) -> str:
    """Write indexes of which each names the next for many platforms; return the digest of the last one."""
    (root / "blobs" / "sha256").mkdir(parents=True)
    (root / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    named: list[dict[str, Any]] = []
    for _ in range(depth):
        content = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": named}).encode()
        digest = hashlib.sha256(content).hexdigest()
        (root / "blobs" / "sha256" / digest).write_bytes(content)
        of = {"mediaType": INDEX, "digest": f"sha256:{digest}", "size": len(content)}
        named = [{**of, "platform": {"os": "linux", "architecture": f"a{number}"}} for number in range(width)]
    (root / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": named}))
    return digest


def test_indexes_that_fan_out_are_read_once(tmp_path: Path) -> None:
    fan_out(tmp_path, depth=40, width=2)
    assert list(Layout.open(tmp_path).manifests()) == []
    assert not [finding for finding in validate(tmp_path) if "manifests" in finding.problem]


def test_chain_of_indexes(tmp_path: Path) -> None:
    fan_out(tmp_path, depth=1500, width=1)
    assert list(Layout.open(tmp_path).manifests()) == []


def test_more_documents_than_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fan_out(tmp_path, depth=20, width=1)
    for name, value in (("DOCUMENTS", 10), ("DOCUMENTS_BYTES", 2000)):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, value)
            most = f"{limits.DOCUMENTS} documents or {limits.DOCUMENTS_BYTES} bytes of them"
            problem = f"names more than {most}, with all that they name"
            with pytest.raises(StrataError) as caught:
                list(Layout.open(tmp_path).manifests())
            assert str(caught.value) == error_of(tmp_path, f"index.json {problem}")
            assert problem in [finding.problem for finding in validate(tmp_path)]


def test_keys_that_are_there_twice(tmp_path: Path) -> None:
    write_example(tmp_path)
    (tmp_path / "index.json").write_text("{" + ",".join(f'"{number % 50_000}":0' for number in range(100_000)) + "}")
    with pytest.raises(StrataError) as caught:
        Layout.open(tmp_path).roots()
    assert str(caught.value) == error_of(tmp_path, 'index.json names "0" twice in one object')
