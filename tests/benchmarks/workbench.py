"""What benchmarks share: tools, wheels, the example as a project of its own, and the peers' store and base image."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Optional

from benchmarks.mirror import kept_mirror
from benchmarks.peers.base_layout import write_base
from benchmarks.peers.buildah import Buildah, buildah
from benchmarks.project import SYSTEM, Project, prepare, project
from benchmarks.replay import Sandbox, sandboxes
from benchmarks.toolbox import Toolbox
from benchmarks.wheelhouse import Wheelhouse, resolve

WEB = "src/web:image"
PLAIN = "src/web:plain"

# The peers' Dockerfiles install the whole lock, so ours does too.
_WEB_BUILD = """\
python_sources()

python_image(name="image", entry_point="main.py", exposed_ports=["8000"], whole_lock=True)

python_image(name="plain", entry_point="main.py", exposed_ports=["8000"], whole_lock=True, bytecode=False)
"""
_READINGS_BUILD = """\
python_sources(dependencies=[":stations"])

resource(name="stations", source="stations.csv")
"""
_EXAMPLES = Path("src/examples")
_REQUIREMENTS = Path(__file__).with_name("requirements.in")
_PACKAGES = Path(__file__).with_name("packages.in")


@dataclass
class Workbench:
    """:param scratch: a directory for all that is made. :param most: runs of one thing. :param quick: small sizes."""

    scratch: Path
    most: int
    quick: bool
    stack: ExitStack
    tools: Toolbox = field(default_factory=Toolbox.install)
    started: float = field(default_factory=time.monotonic)
    last_runs: Optional[int] = None
    """How often what was measured last ran."""

    def say(self, text: str) -> None:
        """A line of progress."""
        print(f"{time.monotonic() - self.started:6.0f} s  {text}", file=sys.stderr, flush=True)

    def runs(self, wanted: int) -> int:
        """Return how often a thing runs of which `wanted` runs are enough."""
        self.last_runs = min(wanted, self.most)
        return self.last_runs

    def folder(self, name: str) -> Path:
        """A new directory of that name."""
        made = self.scratch / name
        made.mkdir()
        return made

    @cached_property
    def mirror(self) -> str:
        return self.stack.enter_context(kept_mirror(self.tools.cache / "debian"))

    @cached_property
    def web_wheels(self) -> Wheelhouse:
        """What the lock of this repository's examples names."""
        self.say("wheels of the examples")
        return Wheelhouse.download(Path("3rdparty/python/requirements.lock").absolute(), self.tools)

    @cached_property
    def monorepo_wheels(self) -> Wheelhouse:
        self.say("wheels of the generated monorepo")
        return Wheelhouse.download(resolve(_REQUIREMENTS, self.tools), self.tools)

    @cached_property
    def many_wheels(self) -> Wheelhouse:
        self.say("wheels of the lock that grows")
        return Wheelhouse.download(resolve(_PACKAGES, self.tools), self.tools)

    @cached_property
    def seed(self) -> Path:
        """The store with base, interpreter and installers, for all projects."""
        self.say("base, interpreter and installers")
        return prepare(self.web)

    @cached_property
    def installer(self) -> Path:
        """The folder with the wheels of installers."""
        assert self.seed.exists()
        return self.web.installer

    @cached_property
    def web(self) -> Project:
        """The example `web` as a project of its own."""
        files = {
            **sources(),
            "src/web/BUILD": _WEB_BUILD,
            "src/readings/BUILD": _READINGS_BUILD,
        }
        made = project(files, self.web_wheels, self.mirror, self.folder("web"), self.scratch / "installer")
        return self.stack.enter_context(made)

    @cached_property
    def process(self) -> Sandbox:
        """The process of one edit of the example's code: with the interpreter of the images."""
        assert self.web_image.exists()
        self.web.edit("src/web/main.py", "# kept")
        (process,) = (each for each in sandboxes(self.web, WEB) if each.verb == "app-layer")
        self.web.package(WEB)
        return process

    @cached_property
    def web_image(self) -> Path:
        """Its image, as it was when it was first asked for."""
        if not self.web.layout(WEB).exists():
            self.say("the image of the example")
            self.web.cold(self.seed, WEB, *SYSTEM)
        else:
            self.web.package(WEB, *SYSTEM)
        return Path(shutil.copytree(self.web.layout(WEB), self.scratch / "web.layout"))

    @cached_property
    def peers(self) -> Buildah:
        """buildah, with the base image and one of the installers in its store."""
        image = self.web_image
        self.say("the peers' base image")
        base = self.scratch / "base.layout"
        write_base(image, [self.web.layout(address) for address in SYSTEM], base)
        made = self.stack.enter_context(buildah(self.scratch / "buildah"))
        (pip,) = self.installer.glob("pip-*.whl")
        made.prepare(base, self.tools.uv, pip)
        return made

    @cached_property
    def context(self) -> Path:
        """The directory that the peers' Dockerfiles are built in: code, lock and wheels."""
        made = self.folder("context")
        for name, text in sources().items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        shutil.copy(self.web_wheels.lock, made / "requirements.lock")
        shutil.copytree(self.web_wheels.folder, made / "wheels")
        return made


def sources() -> dict[str, str]:
    """Path → text of the example's code."""
    files = [
        path for name in ("web", "readings") for path in (_EXAMPLES / name).iterdir() if path.suffix in (".py", ".csv")
    ]
    return {f"src/{path.relative_to(_EXAMPLES)}": path.read_text() for path in sorted(files)}
