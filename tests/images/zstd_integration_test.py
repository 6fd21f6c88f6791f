"""An image with `compression="zstd"`: the same files in other blobs, as far as others read it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import strata.verbs
from strata.interpreters.paths import interpreter_below
from strata.oci.descriptor import LAYER_ZSTD
from support.oci.container import unpack
from support.oci.examples import SCRIPT, SCRIPT_ZSTD, layer_digests, layers_of
from support.oci.readers import (
    check_image_schemas,
    config_of,
    digest_of,
    manifest_of,
    podman_pull,
    skopeo_copy,
    skopeo_inspect,
)
from support.programs import require


def test_layers_have_the_media_type_of_zstd() -> None:
    assert {layer["mediaType"] for layer in manifest_of(SCRIPT_ZSTD)["layers"]} == {LAYER_ZSTD}
    check_image_schemas(SCRIPT_ZSTD)


def test_the_config_is_that_of_the_gzip_image() -> None:
    """Diff ids are digests of what the blobs hold."""
    assert config_of(SCRIPT_ZSTD) == config_of(SCRIPT)
    assert not set(layer_digests(SCRIPT_ZSTD)) & set(layer_digests(SCRIPT))


def test_blobs_are_smaller() -> None:
    sizes = [sum(layer.stat().st_size for layer in layers_of(layout)) for layout in (SCRIPT_ZSTD, SCRIPT)]
    assert sizes[0] < sizes[1]


def test_the_zstd_program_reads_what_the_diff_ids_promise() -> None:
    zstd = require("zstd", "zstd")
    tars = (subprocess.check_output([zstd, "-dc", layer]) for layer in layers_of(SCRIPT_ZSTD))
    assert [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in tars] == config_of(SCRIPT)["rootfs"]["diff_ids"]


def test_skopeo_copies_it_without_a_change(tmp_path: Path) -> None:
    assert skopeo_inspect(SCRIPT_ZSTD)["Digest"] == digest_of(SCRIPT_ZSTD)
    skopeo_copy(SCRIPT_ZSTD, tmp_path / "copy")
    assert digest_of(tmp_path / "copy") == digest_of(SCRIPT_ZSTD)


def test_podman_unpacks_it_to_the_files_of_the_gzip_image(tmp_path: Path) -> None:
    expected = tree(unpack(SCRIPT, tmp_path / "bundle").rootfs)
    assert len(expected) > 1000
    folder = tmp_path / "podman"
    folder.mkdir()
    with podman_pull(SCRIPT_ZSTD, folder) as (told, mounted):
        assert told["Digest"] == digest_of(SCRIPT_ZSTD)
        assert tree(mounted) == expected


def tree(root: Path) -> dict[str, tuple[int, int, int, str]]:
    """Path → mode, owners and content of all but directories."""
    found = {}
    for path in (path for path in root.rglob("*") if path.is_symlink() or path.is_file()):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(root))] = (status.st_mode, status.st_uid, status.st_gid, content)
    return found


def test_umoci_runs_it(tmp_path: Path) -> None:
    try:
        image = unpack(SCRIPT_ZSTD, tmp_path / "bundle")
    except AssertionError as refusal:
        if re.search("unknown layer blob type|unsupported|media[- ]?type", str(refusal), re.I):
            pytest.xfail("This umoci reads gzip alone, as 0.4 of Debian 12 and 13 does.")
        raise
    assert image.run().output.startswith("Running uvicorn ")


# Python 3.9 has no library for zstd; the image's own Python has the one that made the layers.
_VALIDATE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from strata.__main__ import main
sys.exit(main())
"""


def validated(layout: Path, root: Path) -> subprocess.CompletedProcess[str]:
    interpreter = interpreter_below(str(root), "linux/amd64", "3.13")
    library = str(Path(strata.verbs.__file__).parents[1].absolute())
    command = [*interpreter.command(), "-I", "-B", "-c", _VALIDATE, library, "validate", str(layout)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_validation_finds_nothing_but_what_is_wrong(tmp_path: Path) -> None:
    root = unpack(SCRIPT, tmp_path / "bundle").rootfs
    ran = validated(SCRIPT_ZSTD, root)
    assert (ran.returncode, ran.stderr) == (0, ""), ran
    copy = shutil.copytree(SCRIPT_ZSTD, tmp_path / "copy")
    blob = layers_of(copy)[-1]
    # The sum at the end of the frame.
    blob.write_bytes(blob.read_bytes()[:-1] + b"\0")
    damaged = validated(copy, root)
    assert damaged.returncode != 0
    assert blob.name in damaged.stdout + damaged.stderr
