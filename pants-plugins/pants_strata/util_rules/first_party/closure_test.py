from __future__ import annotations

import pytest
from pants.engine.addresses import Address
from pants.engine.internals.graph import CycleException
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import QueryRule
from pants.engine.target import TransitiveTargets, TransitiveTargetsRequest
from pants.testutil.rule_runner import RuleRunner

from pants_strata.artifacts.image import ImageClosure, ImageClosureRequest
from support.rules import repository, write

IMAGE = Address("src/web", target_name="image")
ARTIFACTS = """\
debian_packages(name="base", lockfile="base.lock.json")
python_interpreter(name="cpython", base=":base", lockfile="cpython.lock.json")
python_installer(name="pip")
python_venv(name="venv", interpreter=":cpython", installer=":pip", lockfile="apps.lock")
python_requirement(name="click", requirements=["click"])
resources(name="texts", sources=["*.txt"])
"""
OWN = {"third:venv", "third:cpython", "third:pip", "third:base"}


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository(
        [
            QueryRule(ImageClosure, [ImageClosureRequest]),
            QueryRule(TransitiveTargets, [TransitiveTargetsRequest]),
        ]
    )


def prepare(runner: RuleRunner, build: str, files: dict[str, str]) -> None:
    image = 'python_image(name="image", entry_point="main.py", venv="third:venv")\n'
    write(
        runner,
        {
            "third/BUILD": ARTIFACTS,
            "third/notes.txt": "",
            "src/web/BUILD": f"python_sources()\n{image if 'python_image' not in build else ''}{build}",
            "src/web/main.py": "import click\nfrom library import used\n",
            "src/library/BUILD": "python_sources()\n",
            "src/library/used.py": "from library import base\n",
            "src/library/base.py": "",
            "src/library/unused.py": "",
            **files,
        },
        "--strata-base=third:base",
        "--strata-interpreter=third:cpython",
        "--strata-installer=third:pip",
    )


def closure(runner: RuleRunner) -> set[str]:
    return {str(target.address) for target in runner.request(ImageClosure, [ImageClosureRequest(IMAGE)]).targets}


def of_pants(runner: RuleRunner) -> set[str]:
    found = runner.request(TransitiveTargets, [TransitiveTargetsRequest([IMAGE])])
    return {str(target.address) for target in found.dependencies}


def test_what_an_image_imports_directly_and_through_others(runner: RuleRunner) -> None:
    prepare(runner, "", {})
    assert closure(runner) == {*OWN, "src/web/main.py", "src/library/used.py", "src/library/base.py", "third:click"}
    assert closure(runner) == of_pants(runner)


def test_a_generator_stands_for_what_it_generates(runner: RuleRunner) -> None:
    image = 'python_image(name="image", entry_point="main.py", venv="third:venv", dependencies=["third:texts"])\n'
    prepare(runner, image, {})
    assert "third/notes.txt:texts" in closure(runner)
    assert "third:texts" not in closure(runner)
    assert closure(runner) == of_pants(runner)


def test_modules_that_import_each_other(runner: RuleRunner) -> None:
    prepare(runner, "", {"src/library/base.py": "from library import used\nfrom web import main\n"})
    assert closure(runner) == of_pants(runner)


def test_a_target_that_excludes_others_from_its_closure(runner: RuleRunner) -> None:
    build = (
        'python_image(name="image", entry_point="main.py", venv="third:venv", dependencies=[":tool"])\n'
        'pex_binary(name="tool", dependencies=["!!src/library/base.py"])\n'
    )
    prepare(runner, build, {})
    assert "src/library/used.py" in closure(runner)
    assert "src/library/base.py" not in closure(runner)
    assert closure(runner) == of_pants(runner)


def test_what_only_a_distribution_depends_on(runner: RuleRunner) -> None:
    build = (
        'python_image(name="image", entry_point="main.py", venv="third:venv", dependencies=[":dist"])\n'
        'python_distribution(name="dist", dependencies=["src/library/unused.py"], '
        'provides=python_artifact(name="own", version="1.0"))\n'
    )
    prepare(runner, build, {})
    assert "src/library/unused.py" in of_pants(runner)
    assert of_pants(runner) - closure(runner) == {"src/web:dist", "src/library/unused.py"}


def test_an_image_that_depends_on_itself(runner: RuleRunner) -> None:
    build = (
        'python_image(name="image", entry_point="main.py", venv="third:venv", dependencies=[":other"])\n'
        'python_image(name="other", entry_point="main.py", venv="third:venv", dependencies=[":image"])\n'
    )
    prepare(runner, build, {})
    with pytest.raises(ExecutionError) as caught:
        closure(runner)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, CycleException)
