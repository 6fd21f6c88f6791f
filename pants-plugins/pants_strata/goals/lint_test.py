"""`./pants lint` of images: what it says, and what is ignored. Only one of them is built, by a rule of the test."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.core.goals.lint import Lint, LintResult
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.rules import QueryRule, rule
from pants.testutil.rule_runner import RuleRunner

from pants_strata import dependency_inference, register
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.goals import lint as lint_goal
from pants_strata.goals.lint import LintImageFieldSet, StrataLintRequest
from pants_strata.util_rules import default_targets
from pants_strata.util_rules.first_party import closure
from pants_strata.util_rules.interpreters import python_version
from pants_strata.util_rules.review import lint as image_lint
from strata.attest.build_inputs import BuildInputs
from strata.audit.policy import Verdict
from strata.oci.image import Image, RuntimeConfig
from support.oci.images import AMD64, layer
from support.rules import OPTIONS, pants_rules, write

ZERO = "0" * 64
STRATA = ("--strata-venv=//:venv", "--strata-interpreter=//:python", "--strata-base=//:base")
CLEAN = "src/good:image"
FILES = {
    "BUILD": (
        "debian_packages(name='base')\n"
        "oci_base(name='company', image='registry.example/base:1')\n"
        "python_interpreter(name='python', version='3.13')\n"
        "python_interpreter(name='old', version='3.11', release='bookworm', base='//:strata-base-bookworm')\n"
        "python_venv(name='venv', lockfile='requirements.lock')\n"
        "python_venv(name='absent', lockfile='absent.lock')\n"
        "python_requirement(name='click', requirements=['click'])\n"
    ),
    "requirements.lock": f"click==8.2.1 --hash=sha256:{ZERO}\npip==25.1 --hash=sha256:{ZERO}\n",
    "src/good/BUILD": (
        "python_sources()\npython_image(name='image', entry_point='main.py', lint_ignore=['installer-in-lock'])\n"
    ),
    "src/good/main.py": "import click",
    "src/bad/BUILD": (
        "python_sources()\n"
        "python_image(name='image', entry_point='main.py', env={'TOKEN': 'x'}, base='//:company')\n"
        "python_image(name='lost', entry_point='main.py', venv='//:absent')\n"
    ),
    "src/bad/main.py": "import json",
}


@rule
async def built_image(request: ImageRequest) -> BuiltImage:
    """Three layers of dependencies, whatever the image."""
    with tempfile.TemporaryDirectory() as directory:
        described = [{"kind": "dependencies", "packages": {name: "1"}} for name in ("a", "b", "c")]
        layers = [layer(Path(directory, "blobs", "sha256"), each) for each in described]
    image = Image.assemble(AMD64, layers, RuntimeConfig(("python",)), annotations={})
    here = Address("", target_name="venv")
    venv = LockedVenvRequest(here, request.platform, here, here)
    return BuiltImage(image, EMPTY_DIGEST, BuildInputs((), {}), Verdict("keep", ()), venv)


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    made = RuleRunner(
        rules=[
            *pants_rules(),
            *closure.rules(),
            *default_targets.rules(),
            *dependency_inference.rules(),
            *image_lint.rules(),
            *lint_goal.rules(),
            *python_version.rules(),
            built_image,
            QueryRule(LintResult, [StrataLintRequest.Batch]),
        ],
        target_types=[*python.target_types(), *register.target_types()],  # type: ignore[no-untyped-call]
    )
    write(made, FILES, *STRATA)
    return made


def lint(runner: RuleRunner, address: str, *options: str) -> tuple[int, str]:
    write(runner, {}, *STRATA, *options)
    folder, _, name = address.partition(":")
    target = runner.get_target(Address(folder, target_name=name))
    without_metadata: Any = None
    batch = StrataLintRequest.Batch("strata-lint", (LintImageFieldSet.create(target),), without_metadata)
    result = runner.request(LintResult, [batch])
    assert (result.linter_name, result.stderr) == ("strata-lint", "")
    return result.exit_code, result.stdout


def test_an_image_without_problems(runner: RuleRunner) -> None:
    assert lint(runner, CLEAN) == (0, "")


def test_problems_of_an_image(runner: RuleRunner) -> None:
    assert lint(runner, "src/bad:image") == (
        1,
        "src/bad:image: secret-in-env: the variable TOKEN in `env` holds a secret, by its name, and whoever has the "
        "image can read it.\n"
        "  Fix: take TOKEN out of `env` and give it to the container when it starts, or let the app read a file that "
        "is mounted then; replace a secret that was in a published image\n"
        "src/bad:image: unpinned-base: the base //:company is registry.example/base:1, and nothing pins what the tag "
        "names.\n"
        "  Fix: set `lockfile` in //:company and run `./pants generate-lockfiles --resolve=//:company`, or name the "
        "image by its digest\n"
        "src/bad:image: installer-in-lock: the lock of //:venv has the installer pip 25.1, which no "
        "`python_requirement` names.\n"
        "  Fix: lock without it; or declare pip in a `python_requirement` where the app needs it\n"
        "src/bad:image: nothing-of-lock: no import leads from its entry point to one of the 2 projects in the lock of "
        "//:venv.\n"
        "  Fix: see `./pants dependencies --transitive` of the image for an import that is not found, add what no "
        'import names to `dependencies`; or say `lint_ignore=["nothing-of-lock"]` where the standard library is '
        "enough\n",
    )


def test_what_the_options_leave_out(runner: RuleRunner) -> None:
    ignored = "['secret-in-env', 'unpinned-base', 'installer-in-lock', 'nothing-of-lock']"
    assert lint(runner, "src/bad:image", f"--strata-lint-ignore={ignored}") == (0, "")


def test_a_version_that_comes_to_its_end(runner: RuleRunner) -> None:
    code, text = lint(runner, CLEAN, "--strata-interpreter=//:old", "--strata-lint-end-of-life-days=9999")
    assert (code, text.splitlines()[0]) == (
        1,
        "src/good:image: end-of-life: CPython 3.11, of the `version` field of //:old, gets security fixes until "
        "2027-10-31 only.",
    )


def test_layers_near_the_budget(runner: RuleRunner) -> None:
    """The lock has two wheels, so an image is built where the budget is two; three layers are too many then."""
    assert lint(runner, CLEAN, "--strata-layer-budget=3") == (0, "")
    code, text = lint(runner, CLEAN, "--strata-layer-budget=2")
    assert (code, text.splitlines()[0]) == (
        1,
        "src/good:image: layer-budget: its dependencies have 3 layers of the 2 that they may have: with more wheels, "
        "some share a layer, and an update of one sends the others again.",
    )


def test_a_lock_that_is_missing_is_a_problem_and_ends_no_other_linter(runner: RuleRunner) -> None:
    assert lint(runner, "src/bad:lost") == (
        1,
        "src/bad:lost: //:absent: The lock file absent.lock does not exist.\n"
        "Fix: list what the apps need in requirements.in beside it and run `uv pip compile --generate-hashes -o "
        "absent.lock requirements.in`, or name another file in `lockfile`.\n",
    )


def test_the_goal_fails_and_can_be_told_to_skip(runner: RuleRunner) -> None:
    def goal(*options: str) -> tuple[int, str]:
        result = runner.run_goal_rule(
            Lint, args=["src/bad:image"], global_args=[*OPTIONS, *STRATA, *options], env={"PATH": os.environ["PATH"]}
        )
        return result.exit_code, result.stderr.strip()

    assert goal() == (1, "✕ strata-lint failed.")
    assert goal("--strata-lint-skip") == (0, "")
