from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.layouts.layout import Layout
from strata.layouts.listing import list_layer, list_layout
from strata.oci.layer import Directory, File, Symlink, write_layer
from support.oci.layouts import compressed, tar_with, write_example


def test_listing_of_a_layer(tmp_path: Path) -> None:
    layer = write_layer(
        [
            File("usr/bin/tool", b"x" * 14264, mode=0o755),
            Symlink("bin", "usr/bin"),
            Directory("tmp", mode=0o1777),
            Directory("home/nonroot", mode=0o700, uid=65532, gid=65532),
            File("Ünïcödé name", b""),
            File("line\nbreak\\", b""),
        ],
        blobs=tmp_path,
        contents={"kind": "app"},
    )
    assert list(list_layer(tmp_path / layer.descriptor.digest[len("sha256:") :])) == [
        "lrwxrwxrwx 0:0         0 bin -> usr/bin",
        "drwxr-xr-x 0:0         0 home",
        "drwx------ 65532:65532         0 home/nonroot",
        "-rw-r--r-- 0:0         0 line\\nbreak\\\\",
        "drwxrwxrwt 0:0         0 tmp",
        "drwxr-xr-x 0:0         0 usr",
        "drwxr-xr-x 0:0         0 usr/bin",
        "-rwxr-xr-x 0:0     14264 usr/bin/tool",
        "-rw-r--r-- 0:0         0 Ünïcödé name",
    ]


def test_listing_of_what_others_put_into_layers(tmp_path: Path) -> None:
    root = tarfile.TarInfo("./")
    root.type, root.mode = tarfile.DIRTYPE, 0o755
    hard = tarfile.TarInfo("./b")
    hard.type, hard.linkname = tarfile.LNKTYPE, "a"
    null = tarfile.TarInfo("null")
    null.type, null.mode = tarfile.CHRTYPE, 0o666
    pipe = tarfile.TarInfo("pipe")
    pipe.type = tarfile.FIFOTYPE
    setuid = tarfile.TarInfo("su")
    setuid.mode = 0o4755
    (tmp_path / "layer").write_bytes(tar_with(root, hard, null, pipe, setuid))
    assert list(list_layer(tmp_path / "layer")) == [
        "drwxr-xr-x 0:0         0 .",
        "hrw-r--r-- 0:0         0 b -> a",
        "crw-rw-rw- 0:0         0 null",
        "prw-r--r-- 0:0         0 pipe",
        "-rwsr-xr-x 0:0         0 su",
    ]


def test_listing_of_a_layout(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    base, app = (f"sha256:{path.rpartition('/')[2]}" for path in layout.layers)
    assert list(list_layout(Layout.open(tmp_path))) == [
        f"# linux/amd64 {base}",
        "lrwxrwxrwx 0:0         0 bin -> usr/bin",
        "drwxr-xr-x 0:0         0 usr",
        "drwxr-xr-x 0:0         0 usr/bin",
        "-rwxr-xr-x 0:0         4 usr/bin/tool",
        f"# linux/amd64 {app}",
        "drwxr-xr-x 0:0         0 app",
        "-rw-r--r-- 0:0         2 app/main.py",
        "drwxrwxrwt 0:0         0 tmp",
    ]


def test_damaged_blob_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "layer").write_bytes(compressed(b"")[:-1])
    with pytest.raises(StrataError) as caught:
        list(list_layer(tmp_path / "layer"))
    assert str(caught.value) == (
        f"{tmp_path}/layer cannot be listed: it ends in the middle of its gzip stream.\n"
        "Fix: name the blob of a layer or the directory of an OCI image layout, and build it again if it is damaged."
    )


def test_damaged_layout_is_an_error(tmp_path: Path) -> None:
    layout = write_example(tmp_path)
    (tmp_path / layout.config).unlink()
    with pytest.raises(StrataError) as caught:
        list(list_layout(Layout.open(tmp_path)))
    assert str(caught.value) == (
        f"{tmp_path} is not a sound OCI image layout.\n"
        "Found:\n"
        f"  {layout.config} is missing\n"
        "Fix: copy or build the image again; `strata validate` checks all of the layout."
    )
