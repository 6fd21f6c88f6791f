"""Images into a registry on loopback: by the library's command, by oras-py, by skopeo and by buildah."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable

import strata
from benchmarks.peers import fewest_requests
from benchmarks.report import Row
from benchmarks.timing import Ran, medians, run, seconds
from benchmarks.workbench import Workbench
from pants_strata.library_command import PUSH
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import File, Layer, write_layer
from support.nested_pants import nested_pants
from support.oci.images import AMD64, write_layout
from support.programs import require
from support.servers.registries import docker_registry

_MEGABYTE = 1 << 20
# As a venv of wheels has them: a few large layers, and many small ones.
_LAYERS = (60 * _MEGABYTE, 30 * _MEGABYTE, 20 * _MEGABYTE, *[_MEGABYTE] * 40)
_EDITED = 4000
_IMAGES = 20
_SIBLINGS = 10
_ORAS = """\
import sys
from oras.layout import Layout
from oras.provider import Registry
Layout(sys.argv[1]).push_to_registry(Registry(insecure=True), sys.argv[2])
"""

Push = Callable[[Path, str], Ran]


@dataclass
class _Pushes:
    """:param images: layouts, the same but for a small layer and the config."""

    scratch: Path
    images: Sequence[Path]
    peaks: dict[str, list[int]] = field(default_factory=dict)
    sent: int = 0

    def cold(self, name: str, push: Push) -> float:
        """Seconds of a push to an empty registry."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            ran = push(self.images[0], f"{address}/team/app:1")
        self.peaks.setdefault(name, []).append(ran.peak)
        return ran.seconds

    def edit(self, name: str, push: Push) -> float:
        """Seconds of a push of another image, where the first is."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            if push is _floor:
                _ours(self.images[0], f"{address}/team/app:1")
            else:
                push(self.images[0], f"{address}/team/app:1")
            ran = push(self.images[1], f"{address}/team/app:1")
        if name == "ours":
            self.sent = json.loads(ran.stdout)["bytes"]
        return ran.seconds

    def siblings(self) -> tuple[int, int]:
        """Bytes that are sent for all images, each into a repository of its own; and those of all their blobs."""
        repositories = [f"team/app{number}" for number in range(len(self.images))]
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            sent = 0
            for image, repository in zip(self.images, repositories):
                named = [f"--mount-from={each}:1" for each in repositories if each != repository]
                sent += json.loads(_ours(image, f"{address}/{repository}:1", *named).stdout)["bytes"]
        return sent, sum(_size(image) for image in self.images)


@dataclass(frozen=True)
class _Buildah:
    """buildah, with all images in its store."""

    folder: Path
    names: dict[Path, str] = field(default_factory=dict)

    def take(self, layout: Path) -> None:
        self.names[layout] = self._run("pull", "--quiet", f"oci:{layout}:latest").stdout.strip()

    def push(self, layout: Path, reference: str) -> Ran:
        return self._run("push", "--quiet", "--tls-verify=false", self.names[layout], f"docker://{reference}")

    def _run(self, *arguments: str) -> Ran:
        store = [f"--root={self.folder}/store", f"--runroot={self.folder}/run", "--storage-driver=vfs"]
        policy = self.folder / "policy.json"
        policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        command, *rest = arguments
        return run(require("buildah", "buildah"), *store, command, f"--signature-policy={policy}", *rest)


def measure(bench: Workbench) -> Iterator[Row]:
    scratch = bench.folder("push")
    images = _write(scratch, _LAYERS[3:] if bench.quick else _LAYERS)
    buildah = _Buildah(bench.folder("push-buildah"))
    for image in images[:2]:
        buildah.take(image)
    pushes = _Pushes(scratch, images)
    ways: dict[str, Push] = {"ours": _ours, "oras-py": _oras, "skopeo": _skopeo, "buildah": buildah.push}
    cold = medians({name: partial(pushes.cold, name, way) for name, way in ways.items()}, bench.runs(5))
    ways["floor"] = _floor
    edit = medians({name: partial(pushes.edit, name, way) for name, way in ways.items()}, bench.runs(5))
    yield Row("push after a change of 4 kB / oras-py", edit["ours"], "s", edit["oras-py"], 0.15, _REASON, edit["floor"])
    yield Row("push after a change of 4 kB / skopeo copy", edit["ours"], "s", edit["skopeo"])
    yield Row("push after a change of 4 kB / buildah push", edit["ours"], "s", edit["buildah"])
    most = 1 + (16 << 10) / _EDITED
    yield Row("the same: bytes sent / the changed layer", pushes.sent / 1e6, "MB", _EDITED / 1e6, most)
    yield Row("first push / oras-py", cold["ours"], "s", cold["oras-py"])
    yield Row("first push / skopeo copy", cold["ours"], "s", cold["skopeo"], 0.9)
    yield Row("first push / buildah push", cold["ours"], "s", cold["buildah"])
    ours, oras = (max(pushes.peaks[name]) / 1e6 for name in ("ours", "oras-py"))
    yield Row("peak memory of a push / oras-py", ours, "MB", oras, 0.25)
    sent, total = pushes.siblings()
    what = f"{_SIBLINGS} siblings into other repositories: bytes sent / bytes of all"
    yield Row(what, sent / 1e6, "MB", total / 1e6, 0.12)
    yield Row(f"nothing changed: `publish ::` of {_IMAGES} images", _publish_again(bench), "s", None, 2, _START)


def _publish_again(bench: Workbench) -> float:
    """Seconds of a warm `publish` of images that the registry has already, the start of Pants' client included."""
    files = {}
    for number in range(_IMAGES):
        folder = f"src/app{number}"
        target = f'python_image(name="image", entry_point="main.py", repository="team/app{number}")'
        files[f"{folder}/BUILD"] = f"python_sources()\n\n{target}\n"
        files[f"{folder}/main.py"] = f"print({number})\n"
    with tempfile.TemporaryDirectory() as folder, docker_registry(Path(folder)) as address:
        registry = f'\n[strata.registries.local]\naddress = "{address}"\ndefault = true\n'
        with nested_pants(files, registry) as pants:
            pants.make_interpreter()
            pants.run("publish", "::").succeeded()
            again = medians({"ours": lambda: seconds(lambda: pants.run("publish", "::").succeeded())}, bench.runs(5))
    return again["ours"]


def _write(scratch: Path, sizes: Sequence[int]) -> list[Path]:
    """Write layouts. This process must hold nothing of them later: memory counts from its own upward."""
    first = scratch / "image0"
    common = [_layer(first, size) for size in sizes]
    images = [scratch / f"image{number}" for number in range(_SIBLINGS)]
    for image in images:
        for each in common if image != first else ():
            (image / each.descriptor.blob_path).parent.mkdir(parents=True, exist_ok=True)
            os.link(first / each.descriptor.blob_path, image / each.descriptor.blob_path)
        layers = [*common, _layer(image, _EDITED)]
        write_layout(image, [Image.assemble(AMD64, layers, RuntimeConfig(("/bin/app",)), annotations={})])
    return images


def _layer(root: Path, size: int) -> Layer:
    """Write a layer with one file that cannot be compressed."""
    return write_layer([File("data", os.urandom(size))], blobs=root / "blobs/sha256", contents={"kind": "app"})


def _size(layout: Path) -> int:
    return sum(path.stat().st_size for path in (layout / "blobs/sha256").iterdir())


def _ours(layout: Path, reference: str, *options: str) -> Ran:
    return run(*PUSH, layout, reference, *options)


def _oras(layout: Path, reference: str) -> Ran:
    path = os.pathsep.join([os.path.dirname(os.path.dirname(strata.__file__)), *sys.path])
    return run(sys.executable, "-c", _ORAS, layout, reference, env={**os.environ, "PYTHONPATH": path})


def _floor(layout: Path, reference: str) -> Ran:
    return run(sys.executable, "-IS", fewest_requests.__file__, layout, reference)


def _skopeo(layout: Path, reference: str) -> Ran:
    skopeo = require("skopeo", "skopeo")
    options = ("--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false")
    return run(skopeo, *options, f"oci:{layout}:latest", f"docker://{reference}")


_REASON = (
    "the floor is a script that writes the six requests to two sockets and looks at nothing: Python's start, and a "
    "registry that writes two uploads, two blobs and a manifest to its disk."
)
_START = "a process for each image asks the registry, as many at a time as there are processors."
