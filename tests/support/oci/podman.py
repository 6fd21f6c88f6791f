"""Images in a store of podman's: loaded from archives, looked at and run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.oci.readers import require_root, run
from support.programs import require

_RUN = (
    *("--cgroup-manager", "cgroupfs", "--runtime", "runc", "run", "--rm", "--network", "host"),
    *("--security-opt", "seccomp=unconfined", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"),
    *("--pids-limit", "0"),
)


class Podman:
    """Podman with a store of its own."""

    def __init__(self, folder: Path, runroot: str) -> None:
        self._policy = folder / "policy.json"
        self._policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        store = ["--storage-driver", "vfs", "--root", str(folder / "store"), "--runroot", runroot]
        self._command = [require("podman", "podman"), *store]

    def __call__(self, *arguments: str) -> str:
        return run(*self._command, *arguments)

    def run(self, image: str) -> str:
        """What a container of an image says on standard output."""
        return self(*_RUN, image)

    def load(self, archive: Path) -> list[str]:
        """The names that the image has afterwards."""
        said = self("load", "--quiet", "--signature-policy", str(self._policy), "--input", str(archive))
        return sorted(line.partition(": ")[2] for line in said.splitlines())


@contextmanager
def podman(folder: Path) -> Iterator[Podman]:
    require_root()
    with tempfile.TemporaryDirectory(prefix="strata-") as runroot:
        yield Podman(folder, runroot)


def inspected(transport: str, archive: Path) -> Any:
    """What skopeo says of an archive: `oci-archive` or `docker-archive`."""
    return json.loads(run(require("skopeo", "skopeo"), "inspect", f"{transport}:{archive}"))
