"""`strata audit` on layouts: our own, those of others, and such as have been tampered with."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import strata
from strata.audit.layer import audited, installers
from strata.audit.policy import ANNOTATION, judge
from strata.oci.descriptor import INDEX
from strata.oci.entry import Directory, Entry, File, Symlink
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import ZipMember, write_layer
from strata.oci.layout import layout_files
from strata.oci.platform import Platform
from support.oci.layouts import write_example

WHEEL = "usr/share/python-wheels/pip-25.1.1-py3-none-any.whl"


def audit(*arguments: str) -> tuple[int, list[str], str]:
    """The exit code, the lines, and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "strata", "audit", *arguments],
        env={"PYTHONPATH": str(Path(strata.__file__).parents[1]), "LC_ALL": "C", "PATH": os.defpath},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode().splitlines(), done.stderr.decode()


def zipped(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"x" * 5000)
    return output.getvalue()


def write_image(root: Path, *, interpreter: Sequence[Entry], app: Sequence[Entry] = ()) -> tuple[str, list[str]]:
    """An image as `package` writes it: its digest, and those of its layers."""
    blobs = root / "blobs/sha256"
    layers = [
        write_layer(entries, blobs=blobs, contents={"kind": kind, "installers": installers(entries)})
        for kind, entries in (("interpreter", interpreter), ("app", app))
    ]
    annotations = {ANNOTATION: judge(layers, ensurepip="keep").to_annotation()}
    image = Image.assemble(Platform("linux", "amd64"), layers, RuntimeConfig(), annotations=annotations)
    for path, content in layout_files([image]).items():
        (root / path).write_bytes(content)
    return image.manifest_descriptor.digest, [layer.descriptor.digest for layer in layers]


def of_others(*members: tuple[str, bytes, int], links: Sequence[tuple[str, str]] = ()) -> bytes:
    """A layer as other builders write it: no directories, GNU names, in any order."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content, mode in members:
            info = tarfile.TarInfo(f"./{name}")
            info.size, info.mode = len(content), mode
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return gzip.compress(output.getvalue())


def test_an_image_without_an_installer(tmp_path: Path) -> None:
    digest, _ = write_image(tmp_path, interpreter=[Directory("usr")], app=[File("app/wheel.py", b"1\n")])
    assert audit(str(tmp_path)) == (0, [f"linux/amd64 {digest}", "  no installer"], "")


def test_an_image_that_holds_what_it_says(tmp_path: Path) -> None:
    digest, _ = write_image(tmp_path, interpreter=[File(WHEEL, zipped("pip/_internal/__init__.py"))])
    lines = [f"linux/amd64 {digest}", f'  requested by ensurepip="keep": pip 25.1.1, a wheel: /{WHEEL}']
    assert audit(str(tmp_path)) == (0, lines, "")


def test_an_image_of_others(tmp_path: Path) -> None:
    pip = b"#!/usr/local/bin/python3\nimport sys\nfrom pip._internal.cli.main import main\n"
    first = of_others(
        ("usr/local/lib/python3.13/site-packages/pip/_internal/__init__.py", b"", 0o644),
        ("usr/local/lib/python3.13/site-packages/pip-25.1.dist-info/METADATA", b"", 0o644),
        ("usr/local/bin/pip3", pip, 0o755),
        ("opt/tool", b"#!/usr/bin/python3\n" + zipped("uv/_find_uv.py"), 0o755),
        ("uv", b"\x7fELF" + bytes(2_000_000), 0o755),
        links=[("usr/local/bin/pip", "pip3")],
    )
    example = write_example(tmp_path, blobs=[first, of_others(("srv/empty", b"", 0o644))])
    layer = f"sha256:{Path(example.layers[0]).name}"
    code, lines, _ = audit(str(tmp_path))
    assert (code, lines[1:]) == (
        1,
        [
            f"  requested by nobody: uv, a zip archive: /opt/tool in {layer}",
            f"  requested by nobody: pip, a script: /usr/local/bin/pip in {layer}",
            f"  requested by nobody: pip, a script: /usr/local/bin/pip3 in {layer}",
            "  requested by nobody: pip, a package: /usr/local/lib/python3.13/site-packages/pip in " + layer,
            "  requested by nobody: pip 25.1, a metadata directory: "
            f"/usr/local/lib/python3.13/site-packages/pip-25.1.dist-info in {layer}",
            f"  requested by nobody: uv, a script: /uv in {layer}",
        ],
    )


def test_what_an_image_says_of_itself_is_checked(tmp_path: Path) -> None:
    def claim(manifest: Any) -> Any:
        found = {"path": WHEEL, "project": "pip", "kind": "wheel", "version": "25.1.1", "requestedBy": "a friend"}
        return {**manifest, "annotations": {ANNOTATION: json.dumps({"found": [found]})}}

    blobs = [of_others(("usr/bin/pip", b"#!/bin/sh\n", 0o755))]
    example = write_example(tmp_path, blobs=blobs, manifest=claim)
    layer = f"sha256:{Path(example.layers[0]).name}"
    code, lines, _ = audit(str(tmp_path))
    assert (code, lines[1:]) == (
        1,
        [
            f"  requested by nobody: pip, a script: /usr/bin/pip in {layer}",
            f"  declared, but not there: pip 25.1.1, a wheel: /{WHEEL}",
        ],
    )


def merged(more: Any, value: Any) -> Any:
    return {**value, **more}


_CLAIMS = (
    "",
    "no JSON",
    '{"found": 1}',
    '{"found": [{"path": "usr/bin/pip"}]}',
    '{"found": [{"path": "usr/bin/pip", "project": "pip", "kind": "", "requestedBy": "x"}]}',
)


def test_claims_that_cannot_be_understood_are_none(tmp_path: Path) -> None:
    for number, claim in enumerate(_CLAIMS):
        root = tmp_path / str(number)
        blobs = [of_others(("usr/bin/pip", b"#!/bin/sh\n", 0o755))]
        annotations = {ANNOTATION: claim}
        write_example(root, blobs=blobs, manifest=partial(merged, {"annotations": annotations}))
        code, lines, _ = audit(str(root))
        assert code == 1
        assert "requested by nobody: pip, a script: /usr/bin/pip" in lines[1]


def test_all_images_of_an_index_are_audited(tmp_path: Path) -> None:
    def twice(index: Any) -> Any:
        (descriptor,) = index["manifests"]
        arm = {**descriptor, "platform": {"os": "linux", "architecture": "arm64"}}
        return {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor, arm]}

    write_example(tmp_path, index=twice)
    code, lines, _ = audit(str(tmp_path))
    assert (code, [line.partition(" sha256")[0] for line in lines]) == (
        0,
        ["linux/amd64", "  no installer", "linux/arm64", "  no installer"],
    )


def test_attestations_are_no_layers(tmp_path: Path) -> None:
    def attest(manifest: Any) -> Any:
        for layer in manifest["layers"]:
            layer["mediaType"] = "application/vnd.in-toto+json"
        return manifest

    write_example(tmp_path, manifest=attest)
    assert audit(str(tmp_path))[1][1:] == ["  no installer"]


def test_a_layer_that_cannot_be_read_is_no_proof(tmp_path: Path) -> None:
    media_type = "application/vnd.example.layer.v1.tar+new"

    def as_new(manifest: Any) -> Any:
        manifest["layers"][1]["mediaType"] = media_type
        return manifest

    example = write_example(tmp_path, manifest=as_new)
    assert audit(str(tmp_path)) == (
        2,
        [],
        f"{tmp_path} cannot be audited: nothing is known about what is in one of its layers.\n"
        "Found:\n"
        f"  sha256:{Path(example.layers[1]).name}, of the type {media_type}\n"
        "Fix: copy the image with its layers as gzip, for instance with `skopeo copy --dest-compress-format=gzip`.\n",
    )


def test_a_layout_that_is_not_there(tmp_path: Path) -> None:
    assert audit(str(tmp_path / "absent")) == (
        2,
        [],
        f"{tmp_path}/absent does not exist.\nFix: name the directory of an OCI image layout.\n",
    )
    assert audit(str(tmp_path)) == (
        2,
        [],
        f"{tmp_path} is no OCI image layout: it has neither oci-layout nor index.json.\n"
        "Fix: name the directory of an OCI image layout.\n",
    )


def test_what_is_looked_for_can_be_read(tmp_path: Path) -> None:
    write_example(tmp_path)
    code, lines, _ = audit("--looked-for", str(tmp_path))
    assert code == 0
    assert "looked for: wheel: executable scripts that import wheel.cli:main" in lines
    assert "looked for: poetry-core: **/poetry[-_.]core-*.whl" in lines
    assert lines[-1] == "  no installer"


def test_entries_and_their_blob_show_the_same(tmp_path: Path) -> None:
    (tmp_path / "wheel.whl").write_bytes(zipped("pip/_internal/__init__.py"))
    holder = tmp_path / "holder.whl"
    with zipfile.ZipFile(holder, "w") as archive:
        archive.writestr("tool", b"#!/usr/bin/python3\nfrom pip._internal.cli.main import main\n", zipfile.ZIP_DEFLATED)
        archive.writestr("stored", zipped("uv/_find_uv.py"), zipfile.ZIP_STORED)
        archive.writestr("text", b"text" * 5000, zipfile.ZIP_DEFLATED)
        archive.writestr("empty", b"")
        # Known by their last bytes, in more pieces than one.
        archive.writestr("notes", b"text" * 90_000 + zipped("pip/_internal/__init__.py"), zipfile.ZIP_DEFLATED)
        archive.writestr("x.so", b"\x7fELF" + b"12" * 90_000 + zipped("uv/_find_uv.py"), zipfile.ZIP_DEFLATED)
        members = {info.filename: ZipMember.find(holder, info) for info in archive.infolist()}
    entries: list[Entry] = [
        File("srv/wheel", tmp_path / "wheel.whl"),
        File("srv/pip.pyz", b"#!/usr/bin/python3\n" + zipped("pip/_internal/__init__.py")),
        *(File(f"srv/{name}", member, mode=0o755) for name, member in members.items()),
        Symlink("usr/bin/pip", "/srv/tool"),
    ]
    root = tmp_path / "layout"
    watched, found = audited(entries)
    layer = write_layer(watched, blobs=root / "blobs/sha256", contents={"kind": "app"})
    assert layer.descriptor == write_layer(entries, blobs=root / "blobs/sha256", contents={"kind": "app"}).descriptor
    assert [(each["path"], each["project"], each["kind"]) for each in found] == [
        ("srv/notes", "pip", "zip archive"),
        ("srv/pip.pyz", "pip", "zip archive"),
        ("srv/stored", "uv", "zip archive"),
        ("srv/tool", "pip", "script"),
        ("srv/wheel", "pip", "zip archive"),
        ("srv/x.so", "uv", "zip archive"),
        ("usr/bin/pip", "pip", "script"),
    ]
    image = Image.assemble(Platform("linux", "amd64"), [layer], RuntimeConfig(), annotations={})
    for path, content in layout_files([image]).items():
        (root / path).write_bytes(content)
    code, lines, _ = audit(str(root))
    assert code == 1
    assert [line.partition(": /")[2].partition(" ")[0] for line in lines[1:]] == [each["path"] for each in found]
