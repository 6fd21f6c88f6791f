"""ko: images of Go programs, without a Dockerfile and without a daemon.

A lower bound: a compiled program needs no interpreter, and its dependencies are in it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Optional

from benchmarks.timing import run

_PROGRAM = """\
package main

import (
	"fmt"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, "hello") })
	fmt.Println(http.ListenAndServe(":8000", nil))
}
"""


@dataclass
class Ko:
    """:param program: ko itself. :param folder: an empty directory. :param registry: its address, with the base."""

    program: str
    folder: Path
    registry: str
    base: str
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._module.mkdir()
        (self._module / "go.mod").write_text("module web.example/app\n\ngo 1.21\n")
        (self._module / "main.go").write_text(_PROGRAM)

    @property
    def _module(self) -> Path:
        return self.folder / "app"

    @property
    def layout(self) -> Path:
        """What it writes."""
        return self.folder / "layout"

    def build(self) -> float:
        """Return the seconds of a build that writes an OCI layout, as `package` does."""
        shutil.rmtree(self.layout, ignore_errors=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GOCACHE": str(self.folder / "cache"),
            "GOPROXY": "off",
            "GOTOOLCHAIN": "local",
            "KO_DOCKER_REPO": f"{self.registry}/app",
            "KO_DEFAULTBASEIMAGE": f"{self.registry}/{self.base}",
        }
        options = ["--push=false", "--insecure-registry", "--bare", "--sbom=none", f"--oci-layout-path={self.layout}"]
        return run(self.program, "build", *options, ".", cwd=self._module, env=environment).seconds

    def cold(self) -> float:
        """Return the seconds where no package is compiled."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        return self.build()

    def edited(self) -> float:
        """Return the seconds after a change of a line that changes the program."""
        source = self._module / "main.go"
        source.write_text(_PROGRAM.replace("hello", f"hello {next(self.numbers)}"))
        return self.build()


def find() -> Optional[str]:
    """Return the path of ko, where it and Go are on PATH or in the folder that STRATA_TEST_GO_PROGRAMS names."""
    folders = [os.environ.get("STRATA_TEST_GO_PROGRAMS", ""), os.environ["PATH"]]
    found = shutil.which("ko", path=os.pathsep.join(filter(None, folders)))
    return found if shutil.which("go") else None
