"""The files for GitHub Actions and GitLab CI that pages show, and the shells in which these services run them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from documentation.blocks import CodeBlock, code_blocks

GITHUB = Path("docs/how-to/github-actions.md")
GITLAB = Path("docs/how-to/gitlab-ci.md")
# Of the keys that GitLab documents, those at the top of the file that are no jobs.
GITLAB_KEYS = frozenset({"stages", "default", "variables"})

# GitHub starts this for a `run` without a `shell`; GitLab's runner begins its script with these options.
GITHUB_SHELL = ("bash", "-e", "-c")
GITLAB_SHELL = ("bash", "-eo", "pipefail", "-c")

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")
_ALWAYS = ({"if": "$CI_COMMIT_BRANCH == $CI_COMMIT_BRANCH"},)
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Script:
    """What a runner gives to one shell, and what it sets for it."""

    shell: tuple[str, ...]
    text: str
    environment: Mapping[str, str]


def ci_file(page: Path) -> CodeBlock:
    """Return the one file that a page has for its service."""
    return block_of(page, "yaml")


def block_of(page: Path, language: str) -> CodeBlock:
    """Return the one block of a page in a language."""
    (block,) = (each for each in code_blocks([page]) if each.language == language)
    return block


def github_scripts(text: str, values: Mapping[str, str]) -> list[Script]:
    """Return the `run` steps of a workflow whose conditions hold.

    :param values: of each context that an expression names; another name is an error.
    """
    (job,) = yaml.safe_load(text)["jobs"].values()
    return [
        Script(
            GITHUB_SHELL,
            _evaluated(step["run"], values),
            {name: _evaluated(value, values) for name, value in step.get("env", {}).items()},
        )
        for step in job["steps"]
        if "run" in step and _holds(step.get("if", "always()"), values)
    ]


def _evaluated(text: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: values[match[1]], text)


def _holds(condition: str, values: Mapping[str, str]) -> bool:
    if condition == "always()":
        return True
    name, wanted = condition.split(" == ")
    return values[name] == wanted.strip("'")


def gitlab_scripts(text: str, values: Mapping[str, str]) -> list[Script]:
    """Return the scripts of the jobs whose rules hold, in the order of their stages.

    :param values: GitLab's own variables.
    """
    told: dict[str, Any] = yaml.safe_load(text)
    jobs = [job for name, job in told.items() if name not in GITLAB_KEYS]
    variables = {name: _expanded(value, values) for name, value in told["variables"].items()}
    return [
        Script(
            GITLAB_SHELL,
            # One shell runs both, so that what the first exports is there in the second.
            "\n".join([*told["default"]["before_script"], *job["script"]]),
            {**values, **variables},
        )
        for job in sorted(jobs, key=lambda job: told["stages"].index(job["stage"]))
        if any(_rule_holds(rule["if"], values) for rule in job.get("rules", _ALWAYS))
    ]


def _expanded(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values[match[1]], text)


def _rule_holds(rule: str, values: Mapping[str, str]) -> bool:
    one, other = rule.split(" == ")
    return _expanded(one, values) == _expanded(other, values)
