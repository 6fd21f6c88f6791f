"""Builds the examples twice, here and by workers, and shows that the workers made all bytes, and the same ones.

    ./pants --no-python-run-against-entire-lockfile run tests/remote_execution/examples.py

Beside the examples it builds what they do not have: venvs by each installer with wheels of source distributions,
images with a wheel of the repository's own code, and archives. A worker has nothing but a kernel, not even a shell
(support.remote_execution); one for uv has a /dev, too, and one is for arm64, by an emulator. The command fails where
this machine executes a step that makes bytes, or where a file that was packaged differs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path

from strata.locks.installers import TOOLS
from support.remote_cache.machine import PLACES, machine, short_folder
from support.remote_execution.cluster import ARM64, POOL, cluster, execution_options, verbs
from support.venvs.sdists import SdistFile

_KERNEL, _DEVICES, _OTHER = "kernel", "devices", "arm64"
# What each of the environments builds.
_TARGETS = {
    _KERNEL: ("src/examples::", "kinds:pip", "kinds:image-pip", "kinds:poetry", "kinds:image-poetry"),
    _DEVICES: ("kinds:uv", "kinds:image-uv"),
    _OTHER: ("3rdparty/debian:base", "kinds:pip"),
}
# Those that need this machine's indexes, mirrors and Python; and those of Pants itself have no verb.
_HERE = {"fetch-debian", "fetch-wheel", "interpreter-tree"}
_PEX = ("PANTS_PEX_CLI_URL_TEMPLATE", "PANTS_PEX_CLI_KNOWN_VERSIONS")
_POOLS = {_KERNEL: POOL, _DEVICES: {**POOL, "pool": _DEVICES}, _OTHER: ARM64}
_ENVIRONMENTS = "".join(
    f"""
remote_environment(
    name="{name}",
    platform="{"linux_arm64" if properties is ARM64 else "linux_x86_64"}",
    extra_platform_properties={[f"{key}={value}" for key, value in properties.items()]},
)
"""
    for name, properties in _POOLS.items()
)
_SETUP = "from setuptools import setup\n\nsetup(name='older', version='1.0', py_modules=['older'])\n"
_SDIST = SdistFile("older", {"setup.py": _SETUP, "older.py": "AGE = 40\n"})
_KINDS = (
    "".join(
        f"""\
python_installer(name="{tool}-tool", tool="{tool}")

python_venv(name="{tool}", installer=":{tool}-tool", allow_sdists=["older"], build_lockfile="build.lock")

python_image(name="image-{tool}", entry_point="main.py", venv=":{tool}", dependencies=[":dist"], archive="oci")
"""
        for tool in TOOLS
    )
    + """\
python_sources(interpreter_constraints=["CPython>=3.9"])

python_requirement(name="older", requirements=["older"])

python_distribution(
    name="dist",
    dependencies=[":kinds"],
    sdist=False,
    provides=python_artifact(name="kinds", version="1.0"),
    interpreter_constraints=["CPython>=3.9"],
)
"""
)


def main() -> int:
    """Build twice; return 1 where something is not as it should be."""
    with short_folder() as root:
        sdist = _SDIST.write(root)
        files = _project(sha256(sdist.read_bytes()).hexdigest())
        find = f"--python-repos-find-links=['{root.as_uri()}']"
        local = machine(root / "local", files, environment=_environment())
        local.package(*chain(*_TARGETS.values()), options=[find]).succeeded()
        remote = machine(root / "remote", {**files, "BUILD": _ENVIRONMENTS}, environment=_environment())
        expected, differing, steps = local.made(), set[str](), 0
        with cluster(root / "server") as server, server.cache.relay() as relay:
            for name in (_DEVICES, _OTHER):
                server.worker(name, _POOLS[name])
            for name, targets in _TARGETS.items():
                options = [
                    *(find, "--keep-sandboxes=always"),
                    *execution_options(f"grpc://127.0.0.1:{relay.port}", name, _POOLS),
                ]
                built = remote.package(*targets, options=options, cache=relay, write=True).succeeded()
                steps += built.counters["remote_execution_requests"]
                made = remote.made()
                differing.update(path for path in made if made[path] != expected.get(path))
            done = [line for worker in server.workers for line in worker.executed()]
        scripts = [script.read_text() for script in (remote.root / "sandboxes").glob("*/__run.sh")]
    here, there = verbs(scripts), verbs(done)
    missing = expected.keys() - made
    print(f"{steps} steps on workers: {', '.join(sorted(there))}")
    print(f"steps of Strata here: {', '.join(sorted(here))}")
    print(
        f"{len(made)} files in dist/, of which {len(differing)} differ from a local build; {len(missing)} are missing"
    )
    print("".join(f"{path}\n" for path in sorted(missing | differing)), end="")
    return 1 if missing or differing or here - _HERE or there & _HERE else 0


def _environment() -> Mapping[str, str]:
    """Return the variables of a machine: those of the launcher, too, which say where Pants gets Pex from."""
    return {name: os.environ[name] for name in ("HOME", "PATH", *_PEX) if name in os.environ}


def _project(sdist: str) -> Mapping[str, str]:
    """Return the files of a project with the examples and what they lack.

    :param sdist: the SHA-256 of the source distribution.
    """
    copied = [path for folder in ("3rdparty", "src/examples") for path in sorted(Path(folder).rglob("*"))]
    files = {str(path): path.read_text() for path in copied if path.is_file() and path.suffix != ".pyc"}
    _, _, settings = Path("pants.toml").read_text().partition("[anonymous-telemetry]")
    return {
        **files,
        "pants.toml": f"{PLACES}\n[anonymous-telemetry]{settings}\n[stats]\nlog = true\n",
        "BUILD": "",
        "kinds/BUILD": _KINDS,
        "kinds/main.py": "import kinds.part\nimport older\n\nprint(older.AGE, kinds.part)\n",
        "kinds/part.py": "",
        "kinds/__init__.py": "",
        "kinds/requirements.lock": f"older==1.0 --hash=sha256:{sdist}\n",
        "kinds/build.lock": Path("tests/installers/build.lock").read_text(),
    }


if __name__ == "__main__":
    sys.exit(main())
