"""A machine of GitHub Actions or GitLab CI: it runs the scripts of the files that pages show, in a checkout.

Actions and programs of such a machine are replaced by what they do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from documentation.ci_files import Script, block_of
from support.nested_pants import inherited_environment

# Each notes what it is given.
_PROGRAMS = {
    "apt-get": "",
    # bash runs the script that this fetches.
    "curl": """echo 'mkdir -p "$HOME/.local/bin" && ln -s "$PWD/pants" "$HOME/.local/bin/pants"'""",
    # Docker's own writes the same file, but only its daemon lets it talk to a registry without TLS.
    "docker": 'exec skopeo "$1" --tls-verify=false --authfile "$HOME/.docker/config.json" "${@:2}"',
}
_GIT = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com")
_CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
# Of a home, these are the job's own: passwords, and the launcher of Pants.
_OWN = {".docker", ".local"}


@dataclass(frozen=True)
class Runner:
    """:param root: of the checkout. `home` is new, with links to the settings of this machine.

    :param environment: its PATH has the folder `programs`.
    """

    root: Path
    home: Path
    programs: Path
    environment: Mapping[str, str]

    def runs(self, script: Script) -> str:
        """Run a script as the service does; return what it prints."""
        environment = {**inherited_environment(), **self.environment}
        # Nothing but the job's own password may open the registry.
        environment.pop("DOCKER_CONFIG", None)
        environment.pop("REGISTRY_AUTH_FILE", None)
        done = subprocess.run(
            [*script.shell, script.text],
            cwd=self.root,
            env={
                **environment,
                "CI": "true",
                "HOME": str(self.home),
                "XDG_CACHE_HOME": str(_CACHES),
                **script.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{script.text}\n{done.stdout}"
        return done.stdout

    def install_launcher(self) -> None:
        """Put the launcher of Pants on PATH, as the action `init-pants` does."""
        (self.programs / "pants").symlink_to(self.root / "pants")

    def commit(self) -> str:
        """Return the commit that is checked out."""
        return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=self.root, text=True).strip()

    def asked(self) -> list[str]:
        """Return the command lines of the programs that were replaced."""
        return (self.home / "asked").read_text().splitlines()

    def restore(self, cache: str) -> None:
        """Fill a folder of the checkout with what this machine has in its caches."""
        folder = self.root / cache
        folder.mkdir()
        for entry in _CACHES.iterdir():
            (folder / entry.name).symlink_to(entry)


@contextmanager
def running(job: Runner, page: Path, address: str) -> Iterator[Runner]:
    """Yield a runner with a commit of the tutorial's project, and of what a page adds to it.

    :param address: of the registry.
    """
    job.home.mkdir()
    for name, text in _PROGRAMS.items():
        (job.programs / name).write_text(f'#!/bin/bash\necho "{name} $*" >> "$HOME/asked"\n{text}\n')
        (job.programs / name).chmod(0o755)
    for entry in Path.home().iterdir():
        if entry.name not in _OWN:
            (job.home / entry.name).symlink_to(entry)
    settings, build = job.root / "pants.toml", job.root / "src/hello/BUILD"
    typed = settings.read_text(), build.read_text()
    ours = block_of(page, "toml").text.replace("ghcr.io", address)
    settings.write_text(typed[0].partition("[strata.registries.local]")[0] + ours)
    build.write_text("python_sources()\n\n" + block_of(page, "python").text)
    (job.root / ".gitignore").write_text("/.pants.d/\n/.pids/\n/.cache/\n/dist/\n")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", page.stem]):
        subprocess.run([*_GIT, *command], cwd=job.root, check=True)
    try:
        yield job
    finally:
        settings.write_text(typed[0])
        build.write_text(typed[1])
        for name in (*_PROGRAMS, "pants"):
            (job.programs / name).unlink(missing_ok=True)
