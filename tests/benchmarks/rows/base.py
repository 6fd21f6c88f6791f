"""What `package` fetches of a large base in a registry, before its image is published."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.workbench import Workbench
from strata.oci.layer import File
from support.nested_pants import nested_pants
from support.oci.bases import layer_of_artifact, lock_elsewhere, new_layer, push_base
from support.oci.images import AMD64
from support.servers.faulty_proxy import faulty_proxy
from support.servers.registries import docker_registry

_MEGABYTES = 500
_LIMIT = 64 << 10
_BUILD = """\
python_sources()

python_image(name="image", entry_point="main.py", base=":base")

oci_base(name="base", image="{image}", lockfile="base.oci.json")
"""
_FILES = {"src/app/main.py": "print('hello')\n"}


def measure(bench: Workbench) -> Iterator[Row]:
    size = 50 if bench.quick else _MEGABYTES
    fetched = _fetched(bench.folder("base"), size)
    yield Row(f"`package` of an image on a base of {size} MB: bytes fetched", fetched / 1e6, "MB", None, _LIMIT / 1e6)


def _fetched(folder: Path, megabytes: int) -> int:
    """Bytes that the registry sent: its lock was made on another machine, and the layout has none of its layers."""
    root, blobs = folder / "layout", folder / "layout/blobs/sha256"
    with docker_registry(root.parent) as registry, faulty_proxy(registry) as proxy, nested_pants(_FILES) as pants:
        pants.make_interpreter()
        debian = layer_of_artifact(pants.root / "dist/3rdparty.debian/base", blobs)
        large = new_layer(blobs, File("opt/large", os.urandom(megabytes * 1_000_000)))
        image = f"{proxy.address}/company/base:1"
        lock = lock_elsewhere(root, image, push_base(root, image, {AMD64: [debian, large]}))
        pants.write({"src/app/BUILD": _BUILD.format(image=image), "src/app/base.oci.json": lock})
        proxy.answered = 0
        pants.package("src/app:image", "--strata-base-layers=reference").succeeded()
        fetched = proxy.answered
    return fetched
