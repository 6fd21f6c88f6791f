"""Images built by buildah, with a store of its own, from the base and the interpreter of ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.dockerfiles import BASE, BUILDER, TOOLS
from benchmarks.timing import Ran, run
from support.programs import require


@dataclass(frozen=True)
class Buildah:
    """:param driver: of storage; `overlay` of the kernel where it works, since `vfs` copies each layer."""

    program: str
    folder: Path
    driver: str

    def run(self, *arguments: str) -> Ran:
        store = [f"--root={self.folder}/store", f"--runroot={self.folder}/run", f"--storage-driver={self.driver}"]
        # Its cache mounts and half-made layers.
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True, parents=True)
        return run(self.program, *store, *arguments, env={**os.environ, "TMPDIR": str(temporary)})

    def build(self, context: Path, dockerfile: str, name: str, *, layers: bool) -> float:
        """Seconds. :param layers: each instruction is cached for the next build, and this one uses what is cached."""
        file = context / f"Dockerfile.{name}"
        file.write_text(dockerfile)
        options = ["--quiet", "--isolation=chroot", f"--layers={str(layers).lower()}", f"--tag={name}"]
        return self.run("build", *options, f"--file={file}", str(context)).seconds

    def push(self, name: str, layout: Path) -> float:
        """Writes an OCI layout, as `package` does; seconds."""
        shutil.rmtree(layout, ignore_errors=True)
        return self.run("push", "--quiet", f"localhost/{name}", f"oci:{layout}:latest").seconds

    def cold(self, context: Path, dockerfile: str, name: str) -> float:
        """Seconds from nothing cached to a layout. Not storing intermediate layers is buildah's fastest way."""
        for cached in (self.folder / "tmp").glob("buildah-cache*"):
            shutil.rmtree(cached)
        built = self.build(context, dockerfile, name, layers=False)
        return built + self.push(name, self.folder / f"{name}.layout")

    def cached(self, context: Path, dockerfile: str, name: str) -> float:
        """Seconds of the same where the caches that instructions mount (`--mount=type=cache`) are as left before."""
        return self.build(context, dockerfile, name, layers=False) + self.push(name, self.folder / f"{name}.layout")

    def prepare(self, base: Path, uv: Path, pip: Path) -> None:
        """:param base: a layout with the image that all start from. :param pip: its wheel."""
        self.run("tag", self.run("pull", "--quiet", f"oci:{base}:latest").stdout.strip(), BASE)
        context = self.folder / "tools"
        context.mkdir()
        shutil.copy(uv, context / "uv")
        shutil.copy(pip, context / pip.name)
        self.build(context, TOOLS, BUILDER.rpartition("/")[2], layers=False)


@contextmanager
def buildah(folder: Path) -> Iterator[Buildah]:
    """:param folder: does not exist yet; what is in it is gone at the end."""
    program = require("buildah", "buildah")
    require("runc", "runc")
    found = Buildah(program, folder, "overlay")
    try:
        found.run("info")
    except RuntimeError:
        found = Buildah(program, folder / "vfs", "vfs")
    try:
        yield found
    finally:
        found.run("rm", "--all")
        found.run("rmi", "--all", "--force")
        shutil.rmtree(folder)
