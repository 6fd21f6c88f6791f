"""What `./pants tailor` writes into BUILD files, in a repository with programs, tests and images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from pants.core.goals.tailor import TailorGoal
from pants.testutil.rule_runner import RuleRunner

from support.rules import OPTIONS, repository

CLAUSE = 'if __name__ == "__main__":\n    print()\n'
FILES = {
    "src/web/main.py": CLAUSE,
    "src/web/views.py": "",
    "src/web/main_test.py": CLAUSE,
    "src/tools/load.py": CLAUSE,
    "src/tools/dump.py": CLAUSE,
    "src/pack/__init__.py": "",
    "src/pack/__main__.py": "",
    "src/done/BUILD": (
        "python_image(name='a', entry_point='main.py')\n"
        "python_image(name='b', entry_point='done.job:run')\n"
        "python_image(name='c', entry_point='done.deep')\n"
        "python_image(name='d', script='flask')\n"
    ),
    "src/done/main.py": CLAUSE,
    "src/done/job.py": CLAUSE,
    "src/done/deep/__main__.py": CLAUSE,
}
IMAGES = "--strata-tailor-images"
ARTIFACTS = "--strata-tailor-artifacts=3rdparty/strata"


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    made = repository([])
    made.write_files(FILES)
    return made


def tailor(runner: RuleRunner, *arguments: str, options: Sequence[str] = ()) -> dict[str, str]:
    """Returns path → content of the BUILD files that are new or differ."""
    result = runner.run_goal_rule(
        TailorGoal,
        args=arguments,
        global_args=[*OPTIONS, "--no-python-tailor-source-targets", *options],
        env={"PATH": os.environ["PATH"]},
    )
    assert result.exit_code == 0
    root = Path(runner.build_root)
    found = {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("BUILD"))}
    return {path: text for path, text in found.items() if text != FILES.get(path)}


def image(name: str, file: str) -> str:
    return f'python_image(\n    name="{name}",\n    entry_point="{file}",\n)\n'


def test_nothing_is_proposed_by_default(runner: RuleRunner) -> None:
    assert tailor(runner, "::") == {}


def test_only_in_the_folders_that_are_named(runner: RuleRunner) -> None:
    assert tailor(runner, "src/web:", options=[IMAGES, ARTIFACTS]) == {"src/web/BUILD": image("image", "main.py")}


def test_an_image_for_each_program_that_none_runs(runner: RuleRunner) -> None:
    expected = {
        "src/pack/BUILD": image("image", "__main__.py"),
        "src/tools/BUILD": image("dump_image", "dump.py") + "\n" + image("load_image", "load.py"),
        "src/web/BUILD": image("image", "main.py"),
    }
    assert tailor(runner, "::", options=[IMAGES]) == expected
    assert tailor(runner, "::", options=[IMAGES]) == expected


def test_a_base_and_a_cpython_once(runner: RuleRunner) -> None:
    runner.write_files({"3rdparty/strata/README": "", "README": ""})
    base, python = (
        f'''# Lock it: ./pants generate-lockfiles --resolve=3rdparty/strata:{name}
# Let images have it, in pants.toml: [strata] {option} = "3rdparty/strata:{name}"
{kind}(
    name="{name}",
    lockfile="{name}.lock.json",
)
'''
        for name, option, kind in (
            ("base", "base", "debian_packages"),
            ("cpython", "interpreter", "python_interpreter"),
        )
    )
    file = "3rdparty/strata/BUILD"
    assert tailor(runner, "3rdparty::", options=[ARTIFACTS])[file] == f"{base}\n{python}"
    assert tailor(runner, "::", options=[ARTIFACTS])[file] == f"{base}\n{python}"
    runner.write_files({file: base})
    found = tailor(runner, "::", options=["--strata-tailor-artifacts=/"])
    assert (found[file], found["BUILD"]) == (base, python.replace("3rdparty/strata:", "//:"))
