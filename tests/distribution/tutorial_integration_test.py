"""The tutorial, typed in an empty folder, with the wheel `pants-strata` and nothing else of this repository.

Then the files for GitHub Actions and GitLab CI publish what was typed.
"""

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

from distribution.ci_runner import Runner, running
from documentation.blocks import CodeBlock, code_blocks
from documentation.ci_files import GITHUB, GITLAB, ci_file, github_scripts, gitlab_scripts
from strata.installers.uv import unpack_uv
from support.nested_pants import empty_repository, inherited_environment
from support.oci.readers import require_root
from support.programs import require
from support.servers.registries import PASSWORD, USER, docker_registry, make_certificate, token_service

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
    programs: Path
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
            programs,
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


@pytest.fixture(scope="module")
def typed(reader: Reader) -> list[tuple[list[str], list[str]]]:
    """Type all of the tutorial; return the lines that each block shows, and those that it prints."""
    lines = []
    for block in BLOCKS:
        if block.text in GIVEN:
            continue
        output = reader.types(block).splitlines()
        if not block.file:
            expected = [line for line in block.text.splitlines() if not line.startswith("$ ")]
            lines.append((expected, output))
    return lines


def test_the_tutorial(reader: Reader, typed: list[tuple[list[str], list[str]]]) -> None:
    """Each line of output that it shows is there."""
    assert [line for expected, output in typed for line in expected if line not in output] == []
    assert sum(len(expected) for expected, _ in typed) == 4
    assert sorted(os.listdir(reader.root / "dist")) == ["src.hello"]


@pytest.fixture(scope="module")
def private_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry that only a user with a password reads and writes."""
    folder = tmp_path_factory.mktemp("private")
    certificate, key = make_certificate(folder)
    with token_service(folder, certificate, key) as service, docker_registry(folder, auth=service.auth) as address:
        yield address


def published(repository: str) -> set[str]:
    """Return the tags of images in a repository."""
    skopeo = require("skopeo", "skopeo")
    listed = subprocess.check_output(
        [skopeo, "list-tags", "--tls-verify=false", f"--creds={USER}:{PASSWORD}", f"docker://{repository}"]
    )
    # A registry without the API of referrers lists what is about an image in such a tag.
    return {tag for tag in json.loads(listed)["Tags"] if not tag.startswith("sha256-")}


@pytest.fixture
def job(reader: Reader, tmp_path: Path) -> Runner:
    return Runner(reader.root, tmp_path / "home", reader.programs, reader.environment)


def assert_no_password_shows(job: Runner, outputs: list[str]) -> None:
    """Fail where a job printed its password, or gave it to a program as an argument."""
    assert PASSWORD not in "\n".join([*outputs, *job.asked()])


@pytest.mark.usefixtures("typed")
def test_github_actions(job: Runner, private_registry: str) -> None:
    values = {"github.ref": "refs/heads/main", "github.actor": USER, "secrets.GITHUB_TOKEN": PASSWORD}
    workflow = ci_file(GITHUB).text.replace("ghcr.io", private_registry)
    with running(job, GITHUB, private_registry):
        job.install_launcher()
        outputs = [job.runs(script) for script in github_scripts(workflow, values)]
        assert published(f"{private_registry}/your-name/web") == {job.commit(), "latest"}
        assert job.asked() == [f"docker login {private_registry} --username {USER} --password-stdin"]
        assert_no_password_shows(job, outputs)
        assert (job.root / ".pants.d/pants.log").is_file()


@pytest.mark.usefixtures("typed")
@pytest.mark.skipif(
    not os.environ.get("STRATA_CI_FILES"),
    reason="STRATA_CI_FILES=1 runs it: its jobs start Pants twice without a daemon",
)
def test_gitlab_ci(job: Runner, private_registry: str) -> None:
    values = {
        "CI_COMMIT_BRANCH": "main",
        "CI_DEFAULT_BRANCH": "main",
        "CI_PROJECT_DIR": str(job.root),
        "CI_REGISTRY": private_registry,
        "CI_REGISTRY_PASSWORD": PASSWORD,
        "CI_REGISTRY_USER": USER,
    }
    with running(job, GITLAB, private_registry):
        outputs = []
        job.restore(".cache")
        for script in gitlab_scripts(ci_file(GITLAB).text, values):
            # Each job starts on a machine that has no launcher yet.
            shutil.rmtree(job.home / ".local", ignore_errors=True)
            outputs.append(job.runs(script))
        assert len(outputs) == 2
        assert published(f"{private_registry}/your-group/your-project/web") == {job.commit(), "latest"}
        assert [line.split()[0] for line in job.asked()] == ["apt-get", "apt-get", "curl"] * 2
        assert_no_password_shows(job, outputs)


def test_the_plugin_is_the_one_of_the_tutorial() -> None:
    (wheel,) = Path().glob("pants_strata-*.whl")
    (configured,) = re.findall(r'^plugins = \["pants-strata==(.+)"\]$', Path("docs/tutorial.md").read_text(), re.M)
    assert configured == wheel.name.split("-")[1]
