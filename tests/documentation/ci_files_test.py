"""The files for GitHub Actions and GitLab CI say what these services read. No service runs them here."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from documentation.blocks import CodeBlock, code_blocks
from support.programs import go_program

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
# Of the keys that the services document, those that the pages use. An unknown one is an error to GitHub and GitLab.
WORKFLOW = {"name", "on", "permissions", "jobs"}
JOB = {"runs-on", "steps"}
STEP = {"uses", "with", "run", "if", "env"}
GITLAB = {"stages", "default", "variables"}
GITLAB_JOB = {"stage", "script", "artifacts", "rules"}
GITLAB_DEFAULT = {"image", "before_script", "cache"}


def ci_file(page: str) -> CodeBlock:
    (block,) = (each for each in code_blocks([Path(page)]) if each.language == "yaml")
    return block


@pytest.fixture
def workflow() -> CodeBlock:
    return ci_file("docs/how-to/github-actions.md")


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


def test_actionlint_reads_the_workflow(workflow: CodeBlock, tmp_path: Path) -> None:
    place = tmp_path / workflow.file
    place.parent.mkdir(parents=True)
    place.write_text(workflow.text)
    done = subprocess.run(
        [go_program("actionlint", ACTIONLINT), "-no-color", str(place)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_jobs_have_the_keys_of_gitlab() -> None:
    block = ci_file("docs/how-to/gitlab-ci.md")
    told: dict[str, Any] = yaml.safe_load(block.text)
    assert block.file == ".gitlab-ci.yml"
    jobs = {name: job for name, job in told.items() if name not in GITLAB}
    assert set(told) - set(jobs) == GITLAB
    assert set(told["default"]) == GITLAB_DEFAULT
    assert all(isinstance(value, str) for value in told["variables"].values())
    assert [job["stage"] for job in jobs.values()] == told["stages"]
    for job in jobs.values():
        assert {"stage", "script"} <= set(job) <= GITLAB_JOB
