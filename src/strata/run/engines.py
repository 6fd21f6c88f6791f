"""This module runs images with podman, docker or nerdctl: loaded into the engine's store, which keeps their layers."""

from __future__ import annotations

import subprocess
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from strata.layouts.layout import Layout, Manifest
from strata.run.children import run_child
from strata.run.engine_archive import write_engine_archive
from strata.run.options import Options
from strata.run.orphans import guarded
from strata.run.programs import CannotRun

# What engines exit with where they, and not the container, failed: Docker with 1, as many apps do.
_FAILURES = (1, 125, 126, 127)
_SECONDS = 60


@dataclass(frozen=True)
class Engine:
    """A container engine.

    :param program: its path.
    :param kind: podman, docker or nerdctl.
    """

    program: str
    kind: str

    def run(self, layout: Layout, tag: str, manifest: Manifest, options: Options) -> int:
        """Run an image; return the exit code. Raises CannotRun where no container has started."""
        self._ask("info")
        image = self._load(layout, tag, manifest)
        name = f"strata-{uuid.uuid4()}"
        self._ask("create", "--name", name, *_arguments(options), image, *options.arguments)
        removal = [self.program, "rm", "--force", name]

        def signalling(number: int) -> Sequence[str]:
            return self.program, "kill", f"--signal={number}", name

        start = [self.program, "start", "--attach", "--interactive", name]
        try:
            with guarded(removal):
                code = run_child(start, signalling=signalling if options.terminal else None)
            if code in _FAILURES and self._never_started(name):
                raise CannotRun(f"{self.program} start ended with {code}, before the app began")
            return code
        finally:
            subprocess.run(removal, check=False, capture_output=True, timeout=_SECONDS)

    def _load(self, layout: Layout, tag: str, manifest: Manifest) -> str:
        """Return how the engine names the image, which it has afterwards. It unpacks those layers that it lacks."""
        if self.kind == "podman":
            return self._pull(layout, tag, manifest)
        if known := self._known(manifest):
            return known
        command = [self.program, "load"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as load:
            assert load.stdin is not None
            assert load.stdout is not None
            try:
                write_engine_archive(layout, manifest, load.stdin)
                load.stdin.close()
            except BrokenPipeError:
                # Its own words say why.
                pass
            said = load.stdout.read().decode(errors="replace")
        if load.returncode:
            raise CannotRun(f"{self.program} load: {_last_line(said)}")
        return self._known(manifest) or _loaded(said) or manifest.digest

    def _pull(self, layout: Layout, tag: str, manifest: Manifest) -> str:
        """Return the image that podman has taken from a layout. It names it after the path, and refuses capitals."""
        with tempfile.TemporaryDirectory() as folder:
            name = f"strata-{manifest.digest.partition(':')[2][:12]}"
            Path(folder, name).symlink_to(layout.root.absolute())
            return self._ask("pull", "--quiet", f"oci:{name}" + (f":{tag}" if tag else ""), cwd=folder).split()[-1]

    def _known(self, manifest: Manifest) -> str:
        """Return the digest by which the engine has the image: of the manifest, or of the config; else nothing."""
        for digest in (manifest.digest, manifest.config.digest):
            command = [self.program, "image", "inspect", digest]
            if subprocess.run(command, check=False, capture_output=True).returncode == 0:
                return digest
        return ""

    def _never_started(self, name: str) -> bool:
        return self._ask("inspect", "--format", "{{.State.StartedAt}}", name).startswith("0001-")

    def _ask(self, *arguments: str, cwd: Optional[str] = None) -> str:
        command = [self.program, *arguments]
        try:
            done = subprocess.run(
                command, check=False, cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, timeout=600
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotRun(f"{self.program} {arguments[0]}: {error}") from None
        if done.returncode:
            raise CannotRun(f"{self.program} {arguments[0]}: {_last_line(done.stderr.decode(errors='replace'))}")
        return done.stdout.decode(errors="replace").strip()


def _arguments(options: Options) -> Sequence[str]:
    """Return the options of `create`, in the words that the three engines have in common."""
    volumes = (f"{each.source}:{each.target}{':ro' if each.read_only else ''}" for each in options.volumes)
    return [
        "--interactive",
        *(["--tty"] if options.terminal else []),
        *([] if options.writable else ["--read-only"]),
        *("--tmpfs", "/tmp:rw,mode=1777"),
        *(["--network=none"] if options.network == "none" else []),
        *(f"--publish={each.host}:{each.container}" for each in options.ports),
        *(f"--env={name}={value}" for name, value in options.env.items()),
        *(f"--volume={each}" for each in volumes),
        *([f"--user={options.user}"] if options.user else []),
        *([f"--workdir={options.workdir}"] if options.workdir else []),
        *([f"--entrypoint={options.entrypoint}"] if options.entrypoint else []),
    ]


def _loaded(said: str) -> str:
    """Return the name in `Loaded image: NAME` or `Loaded image ID: sha256:…`."""
    names = [line.partition(": ")[2].strip() for line in said.splitlines() if line.startswith("Loaded image")]
    return names[-1] if names else ""


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
