"""Every command that the documents show does what it says, typed by a user in a clone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from strata.installers.uv import unpack_uv
from support.checkout import Checkout, checkout
from support.console import Block, blocks

# tests/distribution/tutorial_integration_test.py types these, in an empty folder.
TUTORIAL = Path("docs/tutorial.md")
PAGES = [
    *(Path(name) for name in ("README.md", "CONTRIBUTING.md")),
    *(page for page in sorted(Path("docs").rglob("*.md")) if page != TUTORIAL),
]
BLOCKS = list(blocks(PAGES))

# Command → why it is not run here.
NOT_RUN: Mapping[str, str] = {
    "skopeo copy --all oci:dist/src.examples.web/image:latest docker://registry.example/web:1": "needs a registry; "
    "tests/images/layouts_integration_test.py reads the same layout with skopeo",
    "skopeo inspect --override-arch=arm64 oci:dist/src.examples.web/image:latest": "tests/platforms does the same",
    "podman pull oci:dist/src.examples.web/image:latest": "needs podman and its storage",
    "../tests/popular/run": "takes minutes and hundreds of megabytes; run by hand before a release",
    "STRATA_TEST_PANTS=/path/to/python ./pants test tests/caching/sharing_integration_test.py": "needs another Pants; "
    "the same test runs without the variable, for the release that ./pants can install",
    "STRATA_CI_FILES=1 ./pants test tests/distribution/tutorial_integration_test.py": "the same test runs without the "
    "variable, for one of two files",
    "STRATA_LARGE_WHEELS=1 ./pants test tests/installers/large_wheels_integration_test.py": "takes many minutes; "
    "the same test runs without the variable, with smaller wheels",
    "MYPYPATH=PANTS/src/python:src:pants-plugins mypy --strict --always-true BY_NAME \\": "needs a checkout of Pants",
    "python -m strata push dist/src.examples.web/image registry.example/team/web:1.4 --tag=latest": "needs a registry; "
    "tests/registry pushes, pulls and copies",
    "python -m strata pull base registry.example/team/base@sha256:…": "the same",
    "python -m strata digest registry.example/live/web:1.4": "the same",
    "python -m strata copy registry.example/team/web:1.4 registry.example/live/web:1.4": "the same",
    "python -m strata referrers registry.example/team/web:1.4": "the same",
    "python -m strata referrers registry.example/team/web:1.4 --artifact-type=text/plain --json": "the same",
    "python -m strata push dist/src.examples.web/image registry.example/team/web:1.4 "
    "--documents=dist/src.examples.web/image.attest": "the same",
    "python -m strata attach registry.example/team/web:1.4 dist/src.examples.web/image.attest": "the same",
    "python -m strata attach registry.example/team/web:1.4 tests.xml --artifact-type=application/xml": "the same",
    "python -m strata copy registry.example/team/web:1.4 registry.example/live/web:1.4 --referrers": "the same",
    "python -m strata sign registry.example/team/web:1.4 --key=release.key --password-file=release.password": "needs a "
    "registry; src/strata/sign and tests/registry sign and verify",
    "python -m strata verify registry.example/team/web:1.4 --key=release.pub": "the same",
    "cosign verify --key release.pub --private-infrastructure registry.example/team/web:1.4": "the same",
    "python -m strata sign registry.example/team/web:1.4 --public-key=release.pub --helper='pkcs11-tool …'": "the same",
    "python -m strata verify registry.example/team/web:1.4 --policy=policy.toml": "the same",
    "python -m strata sign registry.example/team/web:1.4 --identity-token=token.jwt": "the same",
    "python -m strata verify registry.example/team/web:1.4 --certificate-identity=NAME --certificate-oidc-issuer=URL": (
        "the same"
    ),
    "./pants run src/examples/web:image": "never ends; tests/images/run_integration_test.py runs images",
    "./pants run src/examples/report:image -- --help": "the same",
    "./pants run --debug-shell src/examples/web:image": "never ends; goals/run_test.py has the request",
    "./pants run --debug-shell src/examples/web:image -- -c 'ls -l /app'": "the same",
    "./pants --strata-debug package src/examples/report:image": "fetches from a mirror; "
    "tests/images/debug_integration_test.py reads the same layout",
    "./pants --strata-run-publish=8080:8000 --strata-run-env-vars=LOG=debug run src/examples/web:image": "the same",
    "./pants --strata-run-volumes=data:/data:ro --strata-run-entrypoint=/opt/venv/bin/python run "
    "src/examples/web:image -- -m web.main": "the same",
    "python -m strata run dist/src.examples.web/image --publish=8080:8000 --runtime=bwrap": "the same",
    "python -m strata run dist/src.examples.web/image --entrypoint=/opt/venv/bin/python -- -m site": "the same",
    "python -m strata test dist/src.examples.report/image src/examples/report/structure-test.yaml": "the same file is "
    "run by `./pants test`; src/strata/image_tests/command_test.py runs the command",
    "./pants image-check --osv=pypi.zip --debian-tracker=tracker.json --ignore=image-check.toml ::": "needs downloads; "
    "pants_strata/goals/image_check_test.py runs it with files of its own",
    "python -m strata check dist/src.examples.web/image --osv=pypi.zip --debian-tracker=tracker.json --json": "needs "
    "downloads; src/strata/check/command_test.py runs it with files of its own",
    "./pants generate-lockfiles --resolve=src/web:company": "needs a registry; tests/registry makes such locks",
    "uv pip compile --python-version 3.13 --generate-hashes --index https://download.pytorch.org/whl/cu126 "
    "--emit-index-url -o 3rdparty/gpu.lock 3rdparty/gpu.in": "needs another index, and gigabytes",
    "podman exec CONTAINER python -m venv /tmp/debug": "needs a container; "
    "tests/images/runtime_integration_test.py does the same",
    "podman exec CONTAINER /tmp/debug/bin/python -m pip --python /opt/venv/bin/python list": "the same",
    "./pants --remote-execution package ::": "needs a server; "
    "tests/caching/remote_execution_integration_test.py has one",
    "pip install 'buildgrid[database]==0.8.16'": "needs PostgreSQL, and a certificate; "
    "tests/remote_execution/documented_servers_integration_test.py starts the same",
    "bgd migrate apply postgresql://bgd@/bgd": "the same",
    "bgd server start buildgrid.yml": "the same",
    "htpasswd -B -c /etc/bazel-remote/htpasswd ci": "the same",
    "bazel-remote --config_file bazel-remote.yml": "the same",
    "PYTHONPATH=src python3 -m strata validate --rebuild=src/examples/web:image dist/src.examples.web/image": "fetches "
    "all anew, which takes a minute; tests/caching/sharing_integration_test.py runs it for a smaller project",
    "./pants test ::": "runs this test",
    "./pants test tests:: ; cp dist/test/tests*/golden/*.txt tests/images/golden/": "runs this test",
    "bash .ci/run": "runs this test",
    "./pants export --resolve=lint": "a step of .ci/run",
    ".ci/tool ruff check .": "a step of .ci/run",
    ".ci/tool ruff format .": "a step of .ci/run, with --check",
    ".ci/tool mypy": "a step of .ci/run",
    "PYTHONPATH=src:tests python -W ignore -m fuzz.run --count 10000 --write": "takes long; tests/fuzz tries fewer",
    "PYTHONPATH=src:tests python -m power.run --count 40": "takes long, as root; tests/power harms one build",
    "./pants --no-python-run-against-entire-lockfile run tests/benchmarks/run.py": "takes an hour, as root",
    "./pants --no-python-run-against-entire-lockfile run tests/caching/measure.py": "takes minutes, and a cache server",
    "./pants --no-python-run-against-entire-lockfile run tests/remote_execution/measure.py": "the same, with workers",
    "./pants --no-python-run-against-entire-lockfile run tests/remote_execution/examples.py": "the same, with workers",
    "./pants --no-python-run-against-entire-lockfile run tests/scale/simulate.py": "takes minutes",
}

# What is there before a reader comes to a command: builds to compare with.
PREPARED = [
    "./pants package src/examples::",
    "cp -r dist dist-of-main",
    "mkdir old && cp -r dist/src.examples.web/image old/image",
    "git switch -q -c my-branch",
    "echo '# edited' >> src/examples/web/main.py",
    "git -c user.name=Test -c user.email=test@example.com commit -q -a -m 'Edit a source'",
]


@pytest.fixture(scope="module")
def clone() -> Iterator[Checkout]:
    with checkout() as copied:
        # uv is a program that a reader may have; this is the one that Strata brings.
        (wheel,) = Path("tests.installers/uv").rglob("uv-*.whl")
        unpack_uv(wheel, copied.programs)
        copied.run(PREPARED)
        yield copied


def runnable(block: Block) -> list[str]:
    return [command for command in block.commands if command not in NOT_RUN]


@pytest.mark.parametrize("block", [block for block in BLOCKS if runnable(block)], ids=str)
def test_the_commands_of_a_block(clone: Checkout, block: Block) -> None:
    clone.run(["git checkout -q -f my-branch", "git reset -q --hard"])
    output = clone.run(runnable(block), tools=any(command.startswith("uv ") for command in block.commands))
    assert "Traceback (most recent call last)" not in output
    assert not re.search(r"\[ERROR\]", output), output


def test_what_is_not_run_is_still_shown() -> None:
    shown = {command for block in BLOCKS for command in block.commands}
    assert set(NOT_RUN) - shown == set()


def test_each_page_with_a_block_is_seen() -> None:
    assert {os.fspath(page) for page in PAGES if "```console" in page.read_text()} == {block.page for block in BLOCKS}
