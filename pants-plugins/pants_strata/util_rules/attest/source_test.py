"""The state of the repository, in one run of Pants and in the next, with a daemon that remembers the first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pants_strata.util_rules.attest.source import SourceRequest
from strata.attest.provenance import Source
from support import rules

URI = "git+https://git.example/team/app"


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return rules.repository([QueryRule(Source, [SourceRequest])])


def state(runner: RuleRunner) -> Source:
    """In a new run of Pants, whose scheduler remembers all that others did."""
    rules.write(runner, {})
    found: Source = runner.request(Source, [SourceRequest(URI)])
    return found


def git(runner: RuleRunner, *arguments: str) -> str:
    identity = ("-c", "user.name=me", "-c", "user.email=me@mail.example", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=runner.build_root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_each_run_sees_the_state_of_the_moment(runner: RuleRunner) -> None:
    assert state(runner) == Source("", False, URI)
    git(runner, "init", "-q")
    # No commit is there yet.
    assert state(runner) == Source("", False, URI)
    file = Path(runner.build_root, "a.txt")
    file.write_text("1")
    git(runner, "add", "--all")
    git(runner, "commit", "-qm", "first")
    first = git(runner, "rev-parse", "HEAD")
    assert state(runner) == Source(first, True, URI)
    # No file changes, so that Pants is told of nothing.
    git(runner, "commit", "-qm", "second", "--allow-empty")
    second = git(runner, "rev-parse", "HEAD")
    assert second != first
    assert state(runner) == Source(second, True, URI)
    file.write_text("2")
    assert state(runner) == Source(second, False, URI)
    file.write_text("1")
    assert state(runner) == Source(second, True, URI)
    # A file that is not committed, and one that Git ignores.
    Path(runner.build_root, "new.txt").write_text("")
    assert state(runner) == Source(second, False, URI)
    Path(runner.build_root, ".git/info/exclude").write_text("new.txt\n")
    assert state(runner) == Source(second, True, URI)


def test_without_git(runner: RuleRunner, tmp_path: Path) -> None:
    rules.write(runner, {}, env={"PATH": str(tmp_path)})
    assert runner.request(Source, [SourceRequest(URI)]) == Source("", False, URI)
