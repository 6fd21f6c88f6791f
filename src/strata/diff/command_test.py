from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import strata
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layout import artifact_layout_files
from support.comparisons import BASE, write
from support.oci.images import AMD64, layer, write_layout


def strata_diff(*arguments: object) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "strata", "diff", *map(str, arguments)],
        env={"PYTHONPATH": os.path.dirname(os.path.dirname(strata.__file__)), "LC_ALL": "POSIX"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_table_json_and_exit_codes(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    BASE.write(old)
    replace(BASE, openssl="3.5.7").write(new)
    code, table, _ = strata_diff(old, new)
    assert (code, table.splitlines()[2]) == (0, "1 os-packages   changed   180  Debian libssl3t64 3.5.6 → 3.5.7")
    code, text, _ = strata_diff(old, new, "--format=json", "--fail-on-change", "--only-changed")
    assert (code, [row["kind"] for row in json.loads(text)["images"][0]["layers"]]) == (1, ["os-packages"])
    assert strata_diff(old, old, "--fail-on-change", "--only-changed") == (0, "No image changed.\n", "")


def test_layers_that_are_no_image(tmp_path: Path) -> None:
    for name, version in (("old", "1"), ("new", "2")):
        each = layer(tmp_path / name / "blobs" / "sha256", {"kind": "os-packages", "packages": {"zlib1g": version}})
        for path, content in artifact_layout_files({None: [each]}, kind="os-packages", annotations={}).items():
            (tmp_path / name / path).write_bytes(content)
    code, table, _ = strata_diff(tmp_path / "old", tmp_path / "new")
    assert (code, table.splitlines()[2]) == (0, "1 os-packages  changed   152  Debian zlib1g 1 → 2")


def test_layout_is_missing_or_none(tmp_path: Path) -> None:
    assert strata_diff(tmp_path / "no", tmp_path) == (
        2,
        "",
        f"There is nothing to compare with at {tmp_path}/no.\n"
        "Fix: keep a copy of what `./pants package` wrote below `dist/`, and name the copy.\n",
    )
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{tmp_path} is no OCI image layout: it has no index.json.\n"
        "Fix: name the directory of one image, as `dist/src.web/image`.\n",
    )


def test_layout_without_an_image(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"schemaVersion":2,"manifests":[]}')
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{tmp_path} holds no image.\n"
        "Fix: keep a copy of what `./pants package` wrote below `dist/`, and name the copy.\n",
    )


def test_one_of_several_images_is_named_by_its_tag(tmp_path: Path) -> None:
    old = tmp_path / "old"
    indexes = []
    for tag, version in (("main", "1"), ("next", "2")):
        each = layer(old / "blobs" / "sha256", {"kind": "app", "files": {"a": version}})
        write_layout(old, [Image.assemble(AMD64, [each], RuntimeConfig(), annotations={})], tag=tag)
        indexes.append(json.loads((old / "index.json").read_text()))
    manifests = [index["manifests"][0] for index in indexes]
    (old / "index.json").write_text(json.dumps({**indexes[0], "manifests": manifests}))
    code, table, _ = strata_diff(f"{old}:main", f"{old}:next")
    assert (code, table.splitlines()[2]) == (0, "1 app  changed   136  /app/a edited")
    assert strata_diff(old, old) == (
        2,
        "",
        f"{old} holds several images for linux/amd64.\n"
        "Found:\n  tags: main, next\n"
        "Fix: name one of them, as DIRECTORY:TAG.\n",
    )
    assert strata_diff(f"{old}:v1", old) == (
        2,
        "",
        f"{old} holds no image with the tag 'v1'.\n"
        "Found:\n  tags: main, next\n"
        "Fix: name one of these, as DIRECTORY:TAG.\n",
    )


def test_damaged_documents(tmp_path: Path) -> None:
    each = layer(tmp_path / "blobs" / "sha256", {"kind": "app"})
    write(tmp_path, each)
    index = json.loads((tmp_path / "index.json").read_text())
    manifest = f"blobs/{index['manifests'][0]['digest'].replace(':', '/')}"
    fix = "Fix: copy or build the image again; `strata validate` checks all of the layout.\n"
    damaged = f"{tmp_path} is not a sound OCI image layout.\nFound:\n"
    content = (tmp_path / manifest).read_bytes()
    (tmp_path / manifest).write_bytes(b" " * len(content))
    found = hashlib.sha256(b" " * len(content)).hexdigest()
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{damaged}  {manifest} has the digest sha256:{found}\n{fix}",
    )
    (tmp_path / manifest).unlink()
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{damaged}  {manifest} is missing\n{fix}",
    )
    (tmp_path / "index.json").write_text("{")
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{damaged}  index.json is not JSON: line 1, column 2\n{fix}",
    )
    (tmp_path / "index.json").write_text('{"schemaVersion":2}')
    assert strata_diff(tmp_path, tmp_path) == (
        2,
        "",
        f"{damaged}  index.json is wrong: manifests is missing\n{fix}",
    )
