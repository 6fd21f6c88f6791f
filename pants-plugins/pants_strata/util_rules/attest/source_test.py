"""The state of the repository, in one run of Pants and in the next, with a daemon that remembers the first."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pants.base.build_root import BuildRoot
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.streaming_workunit_handler import WorkunitsCallbackFactory
from pants.testutil.option_util import create_subsystem
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pants_strata.subsystem import Document, StrataSubsystem
from pants_strata.util_rules.attest import source
from pants_strata.util_rules.attest.source import SourceOfRunRequest, SourceRequest, Status, ask_at_start
from strata.attest.provenance import Source
from support import rules
from support.mocked_rules import run_mocked

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


@pytest.fixture
def git_that_counts(tmp_path: Path) -> Path:
    """A folder with a `git` that notes each of its starts."""
    program = tmp_path / "git"
    program.write_text(f'#!/bin/sh\necho started >> {tmp_path}/starts\necho "# branch.oid c0ffee"\n')
    program.chmod(0o755)
    return tmp_path


def starts(folder: Path) -> int:
    return (folder / "starts").read_text().count("started")


def test_a_run_asks_git_once(git_that_counts: Path) -> None:
    status = Status()
    status.ask(1, git_that_counts, str(git_that_counts))
    assert status.answer(1, git_that_counts, str(git_that_counts)) == ("c0ffee", True)
    assert starts(git_that_counts) == 1
    # The next run did not ask when it started.
    assert status.answer(2, git_that_counts, str(git_that_counts)) == ("c0ffee", True)
    assert starts(git_that_counts) == 2


def test_what_another_run_asked_is_no_answer(git_that_counts: Path) -> None:
    status = Status()
    status.ask(1, git_that_counts, str(git_that_counts / "nowhere"))
    assert status.answer(2, git_that_counts, str(git_that_counts)) == ("c0ffee", True)


def test_git_ends_with_the_run(tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    status = Status()
    status.ask(1, tmp_path, str(tmp_path))
    status.end()
    status.end()


@pytest.mark.parametrize(
    "goals, documents, asks",
    [
        (["package"], [Document.provenance], True),
        (["publish"], [Document.provenance, Document.spdx], True),
        (["package"], [Document.spdx], False),
        (["list"], [Document.provenance], False),
        ([], [Document.provenance], False),
    ],
)
def test_runs_that_want_to_know(
    goals: list[str], documents: list[Document], asks: bool, git_that_counts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = Status()
    monkeypatch.setattr(source, "STATUS", status)
    options: Any = SimpleNamespace(options=SimpleNamespace(goals=goals))
    strata = create_subsystem(StrataSubsystem, attest=documents)
    made: WorkunitsCallbackFactory = run_mocked(
        ask_at_start,
        [SourceOfRunRequest(), 1, BuildRoot(), strata, options],
        {(EnvironmentVars, EnvironmentVarsRequest): lambda _: EnvironmentVars({"PATH": str(git_that_counts)})},
    )
    end = made.callback_factory()
    assert (end is not None) is asks
    if end is not None:
        assert not end.can_finish_async
        assert status.answer(1, git_that_counts, "") == ("c0ffee", True)
        status.ask(2, git_that_counts, str(git_that_counts))
        end(started_workunits=(), completed_workunits=(), context=None, finished=True)  # type: ignore[arg-type]
        assert status.answer(2, git_that_counts, "") == ("", False)
