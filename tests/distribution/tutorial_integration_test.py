"""The tutorial, typed in an empty folder, with the wheel `pants-strata` and nothing else of this repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from documentation.blocks import CodeBlock, code_blocks
from strata.installers.uv import unpack_uv
from support.nested_pants import empty_repository, inherited_environment
from support.oci.readers import require_root
from support.programs import require
from support.servers.registries import docker_registry

BLOCKS = list(code_blocks([Path("docs/tutorial.md")]))
# Here `pants` is the launcher that lies in the new folder.
LAUNCHER = 'pants() { ./pants "$@"; }\n'
# What a reader has, or has done, before: the folder, and a registry at this address.
GIVEN = ("$ mkdir hello\n$ cd hello\n", "$ podman run --rm --detach --publish 5000:5000 docker.io/library/registry:2\n")
ADDRESS = "127.0.0.1:5000"


@dataclass(frozen=True)
class Reader:
    """Somebody who types what the tutorial says, at the root of a new repository."""

    root: Path
    registry: str
    environment: dict[str, str]

    def types(self, block: CodeBlock) -> str:
        """Write the file of a block, or run its commands in one shell; return what they print."""
        text = block.text.replace(ADDRESS, self.registry)
        if block.file:
            path = self.root / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            # ./pants, which here has a Pants of its own, takes plugins of its list, or from the environment.
            path.write_text("".join(line for line in text.splitlines(True) if not line.startswith("plugins = ")))
            return ""
        commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", LAUNCHER + "\n".join(commands)],
            cwd=self.root,
            env={**inherited_environment(), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    require_root()
    (wheel,) = Path().glob("pants_strata-*.whl")
    require("runc", "runc")
    skopeo = require("skopeo", "skopeo")
    # A new folder, so that Pants does not take an older wheel of the same version from its cache.
    links = tmp_path_factory.mktemp("links")
    shutil.copy(wheel, links)
    programs = tmp_path_factory.mktemp("programs")
    (uv,) = Path("tests.installers/uv").rglob("uv-*.whl")
    unpack_uv(uv, programs)
    path = os.pathsep.join([str(programs), os.path.dirname(skopeo), os.environ.get("PATH", os.defpath)])
    with empty_repository({}) as pants, docker_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield Reader(
            pants.root,
            registry,
            {
                "PATH": path,
                "PANTS_PLUGINS": json.dumps([f"pants-strata=={wheel.name.split('-')[1]}"]),
                "PANTS_PYTHON_REPOS_FIND_LINKS": f'["{links.as_uri()}"]',
                "PANTS_DYNAMIC_UI": "false",
                "PANTS_STRATA_RUNTIME": "runc",
            },
        )


def test_each_block_is_a_file_or_commands() -> None:
    assert [str(block) for block in BLOCKS if not block.file and block.language != "console"] == []
    assert {block.text for block in BLOCKS} >= set(GIVEN)


def test_the_tutorial(reader: Reader) -> None:
    """Each line of output that it shows is there."""
    shown = 0
    for block in BLOCKS:
        if block.text in GIVEN:
            continue
        output = reader.types(block).splitlines()
        if not block.file:
            expected = [line for line in block.text.splitlines() if not line.startswith("$ ")]
            assert [line for line in expected if line not in output] == []
            shown += len(expected)
    assert shown == 4
    assert sorted(os.listdir(reader.root / "dist")) == ["src.hello"]


def test_the_plugin_is_the_one_of_the_tutorial() -> None:
    (wheel,) = Path().glob("pants_strata-*.whl")
    (configured,) = re.findall(r'^plugins = \["pants-strata==(.+)"\]$', Path("docs/tutorial.md").read_text(), re.M)
    assert configured == wheel.name.split("-")[1]
