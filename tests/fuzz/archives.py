"""This module reads archives, layers and layouts, and has valid ones to begin with."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from strata.audit.layout import audit_layout
from strata.debian.packages.archive import read_archive
from strata.installers.sdist import unpack_sdist
from strata.layouts.layer_check import check_layer
from strata.layouts.layout import Layout
from strata.layouts.listing import list_layer
from strata.layouts.validate import validate
from strata.oci.descriptor import LAYER_GZIP
from strata.protocol.wheel import Wheel
from strata.standalone.archive import read_archive as read_standalone
from strata.wheels.archive import WheelArchive
from strata.wheels.installed_form import installed_files
from strata.wheels.metadata import read_metadata
from support.debian_packages import Member, directory, symlink, write_deb
from support.oci.layouts import compressed, tar_with, write_example
from support.standalone.archives import MEMBERS as STANDALONE_MEMBERS
from support.standalone.archives import write_archive as write_standalone
from support.venvs.wheels import WheelFile


def wheels(folder: Path) -> Sequence[bytes]:
    code = "def f():\n    return 1\n" * 300
    files = {"demo/__init__.py": code, "demo/b.txt": "x" * 500, "demo-1.0.data/scripts/tool": "#!python\nprint(1)\n"}
    scripts = "[console_scripts]\ndemo = demo:f\n\n[gui_scripts]\nw = demo.gui:show [extra]\n"
    streamed = folder / "streamed.zip"
    WheelFile("demo", files=files, entry_points=scripts).write(folder)
    with zipfile.ZipFile(folder / "demo-1.0-py3-none-any.whl") as source:
        contents = {name: source.read(name) for name in source.namelist()}
    with streamed.open("wb") as output, zipfile.ZipFile(_Stream(output), "w", zipfile.ZIP_DEFLATED) as target:  # type: ignore[arg-type]
        for name, content in contents.items():
            target.writestr(name, content)
    return [(folder / "demo-1.0-py3-none-any.whl").read_bytes(), streamed.read_bytes()]


class _Stream:
    def __init__(self, output: io.BufferedWriter) -> None:
        self.write, self.flush = output.write, output.flush


def read_wheel(content: bytes, folder: Path) -> None:
    path = folder / "demo-1.0-py3-none-any.whl"
    path.write_bytes(content)
    read_metadata(path)
    for file in installed_files(WheelArchive.open(Wheel("demo", "1.0", path), "3.13")).values():
        if not isinstance(file.source, bytes):
            file.source.read_bytes()


def sdists(folder: Path) -> Sequence[bytes]:
    path = folder / "x"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("demo-1.0/setup.py", "demo-1.0/src/demo.py"):
            member = tarfile.TarInfo(name)
            member.size = 5
            archive.addfile(member, io.BytesIO(b"x = 1"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("demo-1.0/setup.py", "x = 1\n" * 100)
    return [path.read_bytes(), packed.getvalue()]


def read_sdist(content: bytes, folder: Path) -> None:
    path = folder / ("demo-1.0.zip" if content.startswith(b"PK") else "demo-1.0.tar.gz")
    path.write_bytes(content)
    unpack_sdist(path, folder / "unpacked")


def debian_packages(folder: Path) -> Sequence[bytes]:
    members = [
        directory("./"),
        directory("./usr/"),
        Member("./usr/bin/tool", b"tool", mode=0o755),
        symlink("./usr/x", "bin"),
    ]
    return [write_deb(folder / "x", members, compression=each).read_bytes() for each in (".gz", "", ".xz")]


def read_debian_package(content: bytes, folder: Path) -> None:
    (folder / "sample.deb").write_bytes(content)
    read_archive(folder / "sample.deb", package="sample", version="1.0", scratch=folder)


def layers(folder: Path) -> Sequence[bytes]:
    entries = tar_with(tarfile.TarInfo("usr"), tarfile.TarInfo("usr/" + "x" * 120))
    return [compressed(entries), compressed(entries[:1024]) + compressed(entries[1024:])]


def read_layer(content: bytes, folder: Path) -> None:
    (folder / "layer").write_bytes(content)
    check_layer(folder / "layer", "layer", LAYER_GZIP)
    list(list_layer(folder / "layer"))


def documents(folder: Path) -> Sequence[bytes]:
    example_layout = write_example(folder)
    return [(folder / path).read_bytes() for path in ("index.json", example_layout.manifest, example_layout.config)]


def read_documents(content: bytes, folder: Path) -> None:
    """Read a layout in which an index, a manifest or a config is the given one, and named by its digest."""
    layout = write_example(folder)
    chain = [layout.config, layout.manifest, "index.json"]
    kind = 0 if b'"rootfs"' in content else 1 if b'"layers"' in content else 2
    for path in chain[kind:-1]:
        old, new = Path(path).name, hashlib.sha256(content).hexdigest()
        (folder / "blobs/sha256" / new).write_bytes(content)
        above = json.loads((folder / chain[chain.index(path) + 1]).read_bytes())
        size = len(content)
        text = json.dumps(above).replace(old, new)
        content = _with_size(json.loads(text), f"sha256:{new}", size)
    (folder / "index.json").write_bytes(content)
    validate(folder)
    opened = Layout.open(folder)
    list(audit_layout(opened))
    opened.images()


def _with_size(document: Any, digest: str, size: int) -> bytes:
    for descriptor in [*document.get("manifests", ()), document.get("config", {})]:
        if descriptor.get("digest") == digest:
            descriptor["size"] = size
    return json.dumps(document).encode()


def standalone_builds(folder: Path) -> Sequence[bytes]:
    return [write_standalone(folder / "x.tar.gz", STANDALONE_MEMBERS).read_bytes()]


def read_standalone_build(content: bytes, folder: Path) -> None:
    (folder / "x.tar.gz").write_bytes(content)
    (folder / "scratch").mkdir()
    read_standalone(folder / "x.tar.gz", lambda path: True, folder / "scratch")
