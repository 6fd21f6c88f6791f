"""The files for GitHub Actions and GitLab CI say what these services read.

tests/distribution/tutorial_integration_test.py runs their scripts.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from documentation.blocks import CodeBlock
from documentation.ci_files import GITHUB, GITLAB, GITLAB_KEYS, ci_file, github_scripts, gitlab_scripts
from support.programs import go_program

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
# Of the keys that the services document, those that the pages use. An unknown one is an error to GitHub and GitLab.
WORKFLOW = {"name", "on", "permissions", "jobs"}
JOB = {"runs-on", "steps"}
STEP = {"uses", "with", "run", "if", "env"}
GITLAB_JOB = {"stage", "script", "artifacts", "rules"}
GITLAB_DEFAULT = {"image", "before_script", "cache"}
# Action → the inputs that it documents; GitHub only warns of others, and does without them.
INPUTS = {
    "actions/checkout@v4": {"fetch-depth", "fetch-tags", "filter", "lfs", "path", "persist-credentials", "ref"},
    "actions/upload-artifact@v4": {
        *("compression-level", "if-no-files-found", "include-hidden-files", "name", "overwrite", "path"),
        "retention-days",
    },
    "pantsbuild/actions/init-pants@v10": {
        *("base-branch", "cache-lmdb-store", "experimental-remote-cache-via-gha", "get-pants-version"),
        *("gh-host", "gha-cache-key", "lmdb-store-location", "named-caches-hash", "named-caches-location"),
        *("pants-ci-config", "setup-commit", "setup-python-for-plugins"),
    },
}
REQUIRED_INPUTS = {"named-caches-hash", "path"}


@pytest.fixture
def workflow() -> CodeBlock:
    return ci_file(GITHUB)


def test_the_workflow_has_the_keys_of_github(workflow: CodeBlock) -> None:
    told = yaml.load(workflow.text, yaml.BaseLoader)  # in YAML 1.1 `on` is a truth value
    assert workflow.file == ".github/workflows/images.yml"
    assert set(told) == WORKFLOW
    for job in told["jobs"].values():
        assert set(job) == JOB
        for step in job["steps"]:
            assert set(step) <= STEP
            assert ("uses" in step) != ("run" in step)
            assert "with" not in step or "uses" in step


def test_actions_have_the_inputs_that_they_document(workflow: CodeBlock) -> None:
    (job,) = yaml.safe_load(workflow.text)["jobs"].values()
    used = {step["uses"]: set(step["with"]) for step in job["steps"] if "uses" in step}
    assert set(used) == set(INPUTS)
    assert {action: inputs - INPUTS[action] for action, inputs in used.items()} == {action: set() for action in used}
    assert set().union(*used.values()) >= REQUIRED_INPUTS


def test_only_the_main_branch_publishes(workflow: CodeBlock) -> None:
    context = {"github.actor": "ada", "secrets.GITHUB_TOKEN": "secret"}
    change = github_scripts(workflow.text, {**context, "github.ref": "refs/pull/1/merge"})
    main = github_scripts(workflow.text, {**context, "github.ref": "refs/heads/main"})
    assert [script.text for script in change] == ["pants lint test package ::"]
    assert [script.environment for script in main] == [{}, {"ACTOR": "ada", "TOKEN": "secret"}]
    ours = {"CI_PROJECT_DIR": "/builds/project", "CI_DEFAULT_BRANCH": "main"}
    text = ci_file(GITLAB).text
    (check,) = gitlab_scripts(text, {**ours, "CI_COMMIT_BRANCH": "change"})
    assert check.text.endswith("\npants lint test package ::")
    assert check.environment["XDG_CACHE_HOME"] == "/builds/project/.cache"
    assert len(gitlab_scripts(text, {**ours, "CI_COMMIT_BRANCH": "main"})) == 2


def test_actionlint_reads_the_workflow(workflow: CodeBlock, tmp_path: Path) -> None:
    place = tmp_path / workflow.file
    place.parent.mkdir(parents=True)
    place.write_text(workflow.text)
    done = subprocess.run(
        [go_program("actionlint", ACTIONLINT), "-no-color", str(place)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_jobs_have_the_keys_of_gitlab() -> None:
    block = ci_file(GITLAB)
    told: dict[str, Any] = yaml.safe_load(block.text)
    assert block.file == ".gitlab-ci.yml"
    jobs = {name: job for name, job in told.items() if name not in GITLAB_KEYS}
    assert set(told) - set(jobs) == GITLAB_KEYS
    assert set(told["default"]) == GITLAB_DEFAULT
    assert all(isinstance(value, str) for value in told["variables"].values())
    assert [job["stage"] for job in jobs.values()] == told["stages"]
    for job in jobs.values():
        assert {"stage", "script"} <= set(job) <= GITLAB_JOB
