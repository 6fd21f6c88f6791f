"""Images into a registry on loopback: by the library's command, by oras-py and by skopeo."""

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
from benchmarks.report import Row
from benchmarks.timing import Ran, medians, run
from benchmarks.workbench import Workbench
from support.oci.layouts import write_example
from support.programs import require
from support.servers.registries import docker_registry

_MEGABYTE = 1 << 20
# As a venv of wheels has them: a few large layers, and many small ones.
_LAYERS = (60 * _MEGABYTE, 30 * _MEGABYTE, 20 * _MEGABYTE, *[_MEGABYTE] * 40)
_EDITED = 4000
_IMAGES = 20
_ORAS = """\
import sys
from oras.layout import Layout
from oras.provider import Registry
Layout(sys.argv[1]).push_to_registry(Registry(insecure=True), sys.argv[2])
"""
_AGAIN = """\
import sys
from pathlib import Path
from strata.layouts.layout import Layout
from strata.registry.provider import Provider
from strata.registry.push import push
from strata.registry.reference import Reference
layout = Layout.open(Path(sys.argv[1]))
for name in sys.argv[2:]:
    reference = Reference.parse(name)
    push(layout, layout.roots()[0], Provider(reference, actions="pull,push"), tags=[reference.tag])
"""

Push = Callable[[Path, str], Ran]


@dataclass
class _Pushes:
    """:param first: a layout. :param second: the same with another small layer."""

    scratch: Path
    first: Path
    second: Path
    peaks: dict[Push, list[int]] = field(default_factory=dict)
    sent: int = 0

    def cold(self, push: Push) -> float:
        """Seconds of a push to an empty registry."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            ran = push(self.first, f"{address}/team/app:1")
        self.peaks.setdefault(push, []).append(ran.peak)
        return ran.seconds

    def edit(self, push: Push) -> float:
        """Seconds of a push of the second image, where the first is."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            push(self.first, f"{address}/team/app:1")
            ran = push(self.second, f"{address}/team/app:1")
        if push is _ours:
            self.sent = json.loads(ran.stdout)["bytes"]
        return ran.seconds

    def again(self) -> float:
        """Seconds of a push of images that are all there."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder, docker_registry(Path(folder)) as address:
            names = [f"{address}/team/app{number}:1" for number in range(_IMAGES)]
            _python("-c", _AGAIN, str(self.second), *names)
            return _python("-c", _AGAIN, str(self.second), *names).seconds


def measure(bench: Workbench) -> Iterator[Row]:
    scratch = bench.folder("push")
    _write(scratch, _LAYERS[3:] if bench.quick else _LAYERS)
    pushes = _Pushes(scratch, scratch / "first", scratch / "second")
    ways: dict[str, Push] = {"ours": _ours, "oras-py": _oras, "skopeo": _skopeo}
    cold = medians({name: partial(pushes.cold, way) for name, way in ways.items()}, bench.runs(3))
    edit = medians({name: partial(pushes.edit, way) for name, way in ways.items()}, bench.runs(3))
    yield Row("push after a change of 4 kB / oras-py", edit["ours"], "s", edit["oras-py"], 0.15, _REASON)
    yield Row("push after a change of 4 kB / skopeo copy", edit["ours"], "s", edit["skopeo"])
    yield Row("bytes sent / the changed layer", pushes.sent / 1e6, "MB", _EDITED / 1e6, 1 + (16 << 10) / _EDITED)
    yield Row("first push / oras-py", cold["ours"], "s", cold["oras-py"])
    yield Row("first push / skopeo copy", cold["ours"], "s", cold["skopeo"], 0.9)
    ours, oras = (max(pushes.peaks[way]) / 1e6 for way in (_ours, _oras))
    yield Row("peak memory of a push / oras-py", ours, "MB", oras, 0.25)
    again = medians({"ours": pushes.again}, bench.runs(3))
    yield Row(f"push of {_IMAGES} images that are there", again["ours"], "s", None, 2)


def _write(scratch: Path, sizes: Sequence[int]) -> None:
    """Write both layouts. This process must hold nothing of them later: memory counts from its own upward."""
    common = [os.urandom(size) for size in sizes]
    for name in ("first", "second"):
        write_example(scratch / name, blobs=[*common, os.urandom(_EDITED)], index=_tagged)


def _tagged(index: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    """The peers want a tag."""
    named = [{**each, "annotations": {"org.opencontainers.image.ref.name": "latest"}} for each in index["manifests"]]
    return {**index, "manifests": named}


def _python(*arguments: str) -> Ran:
    path = os.pathsep.join([os.path.dirname(os.path.dirname(strata.__file__)), *sys.path])
    return run(sys.executable, *arguments, env={**os.environ, "PYTHONPATH": path})


def _ours(layout: Path, reference: str) -> Ran:
    return _python("-m", "strata", "push", str(layout), reference)


def _oras(layout: Path, reference: str) -> Ran:
    return _python("-c", _ORAS, str(layout), reference)


def _skopeo(layout: Path, reference: str) -> Ran:
    skopeo = require("skopeo", "skopeo")
    options = ("--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false")
    return run(skopeo, *options, f"oci:{layout}:latest", f"docker://{reference}")


_REASON = (
    "half of the time is the start of Python and the import of requests, which oras-py has, too; the other half is a "
    "question for the tag, one for the image there, and the new blob."
)
