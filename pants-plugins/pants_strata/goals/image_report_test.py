"""`image-report` and `image-why` as a user runs them. Images and interpreters are made by rules of the test."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from pants.backend.python import register as python
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import rule
from pants.testutil.rule_runner import GoalRuleResult, RuleRunner
from pants.util.frozendict import FrozenDict

from pants_strata import dependency_inference, engine, register
from pants_strata.artifacts.debian_packages import DebianPackages, DebianPackagesRequest
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.interpreter import Interpreter, InterpreterRequest
from pants_strata.artifacts.oci_base import OciBase, OciBaseRequest
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.artifacts.wheel import LockedWheel
from pants_strata.goals import image_report, image_why
from pants_strata.goals.image_report import ImageReport
from pants_strata.goals.image_why import ImageWhy
from pants_strata.util_rules import default_targets
from pants_strata.util_rules.interpreters import python_version
from strata.attest.build_inputs import BuildInputs
from strata.audit.policy import Verdict
from strata.debian.lock import LockedPackage
from strata.errors import StrataError
from strata.oci.image import Image, RuntimeConfig
from strata.protocol.app_layer import Import
from strata.protocol.package import InstalledPackage
from strata.protocol.system_layer import Parts
from strata.protocol.wheel import License
from support.oci.images import AMD64, Build, layer
from support.rules import OPTIONS, pants_rules

VENV, BASE, CPYTHON = (Address("", target_name=name) for name in ("venv", "base", "python"))
LIBC = LockedPackage("libc6", "2.41", "amd64", "pool/libc6.deb", 1, "0" * 64, "debian")
STRATA = ("--strata-venv=//:venv", "--strata-interpreter=//:python", "--strata-base=//:base")


@rule
async def packages(request: DebianPackagesRequest) -> DebianPackages:
    return DebianPackages((LIBC,), FrozenDict())


@rule
async def interpreter(request: InterpreterRequest) -> Interpreter:
    nothing = DebianPackages((), FrozenDict())
    return Interpreter(request.address, request.platform, "3.13.5", (2, 41), nothing, BASE)


@rule
async def no_oci_base(request: OciBaseRequest) -> OciBase:
    raise AssertionError(request)


async def wheel(name: str, *requires: str, terms: str = "") -> LockedWheel:
    file = f"{name}-1.0-py3-none-any.whl"
    digest = await engine.create({file: name.encode()})
    return LockedWheel(name, "1.0", file, 1, requires, (name,), digest, license=License(terms))


@rule
async def built_image(request: ImageRequest) -> BuiltImage:
    """An image with two wheels, a layer each; each target has an app layer of its own."""
    flask, click = await wheel("flask", "click>=8"), await wheel("click", terms="BSD-3-Clause")
    with tempfile.TemporaryDirectory() as directory:
        blobs = Path(directory, "blobs", "sha256")
        layers = [
            layer(blobs, {"kind": "os-packages", "packages": {"libc6": "2.41"}}),
            layer(blobs, {"kind": "dependencies", "packages": {"flask": "1.0"}}),
            layer(blobs, {"kind": "dependencies", "packages": {"click": "1.0"}}),
            layer(blobs, {"kind": "app", "files": {"main.py": str(request.address)}}),
        ]
    image = Image.assemble(AMD64, layers, RuntimeConfig(("python",)), annotations={})
    libc = InstalledPackage("libc6", "2.41", "amd64", "glibc", "2.41")
    return BuiltImage(
        *(image, EMPTY_DIGEST, BuildInputs((), {}), Verdict("keep", ())),
        LockedVenvRequest(VENV, request.platform, BASE, CPYTHON),
        (flask, click),
        declared=FrozenDict({"flask": "//:reqs#flask"}),
        imports=(Import("flask", "web/main.py", 1, True),),
        parts=FrozenDict({layers[0].descriptor.digest: Parts((libc,), {"libc6": ("LGPL-2.1",)})}),
    )


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    made = RuleRunner(
        rules=[
            *pants_rules(),
            *default_targets.rules(),
            *dependency_inference.rules(),
            *image_report.rules(),
            *image_why.rules(),
            *python_version.rules(),
            *(built_image, interpreter, no_oci_base, packages),
        ],
        target_types=[*python.target_types(), *register.target_types()],  # type: ignore[no-untyped-call]
    )
    made.write_files(
        {
            "BUILD": (
                "debian_packages(name='base')\n"
                "python_interpreter(name='python', version='3.13')\n"
                "python_venv(name='venv')\n"
            ),
            "src/web/BUILD": "python_image(name='image', entry_point='main.py')\n",
            "src/web/main.py": "",
            "src/job/BUILD": "python_image(name='image', entry_point='main.py')\n",
            "src/job/main.py": "",
        }
    )
    return made


def run(runner: RuleRunner, goal: Any, *arguments: str) -> GoalRuleResult:
    environment = {"PATH": os.environ["PATH"]}
    return runner.run_goal_rule(goal, args=arguments, global_args=[*OPTIONS, *STRATA], env=environment)


def message(runner: RuleRunner, goal: Any, *arguments: str) -> str:
    with pytest.raises(ExecutionError) as caught:
        run(runner, goal, *arguments)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, StrataError), error
    return str(error)


def written(runner: RuleRunner, name: str = "image-report") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Path(runner.build_root, "dist", f"{name}.json").read_text())
    return told


def test_a_page_and_json_are_written(runner: RuleRunner) -> None:
    result = run(runner, ImageReport, "src::")
    assert (result.exit_code, result.stdout) == (0, "Wrote dist/image-report.html\nWrote dist/image-report.json\n")
    page = Path(runner.build_root, "dist", "image-report.html").read_text()
    assert page.startswith("<!doctype html>\n")
    assert "import flask, in web/main.py:1" in page
    job, web = written(runner)["images"]
    assert (job["image"], web["image"], web["platform"]) == ("src/job:image", "src/web:image", "linux/amd64")
    assert (web["shares"][0]["with"], web["shares"][0]["layers"]) == ("src/job:image linux/amd64", 3)
    assert {each["name"]: each["license"] for each in web["packages"] if each["license"]} == {
        "click": "BSD-3-Clause",
        "libc6": "LGPL-2.1",
    }
    assert {each["name"] for each in web["packages"]} == {"click", "flask", "libc6", "src/web:image"}
    assert web["pull"] == {"first": web["size"], "update": None, "besideReference": None}


def test_a_reference_and_an_image_that_is_new(runner: RuleRunner) -> None:
    reference = Path(runner.build_root, "former")
    Build(packages={"click": "0.9"}).write(reference / "src.web" / "image")
    result = run(runner, ImageReport, "--reference=former", "--output=compared", "src::")
    assert result.stdout == "Wrote dist/compared.html\nWrote dist/compared.json\n"
    told = written(runner, "compared")
    job, web = told["images"]
    assert told["reference"] == "former"
    assert job["pull"] == {"first": job["size"], "update": None, "besideReference": job["size"]}
    assert web["pull"]["update"] == web["size"]
    assert "click 0.9 → 1.0" in [cause["text"] for cause in web["layers"][2]["change"]["causes"]]
    shutil.rmtree(reference)
    assert message(runner, ImageReport, "--reference=former", "src::").splitlines()[0] == (
        f"There is nothing to compare with at {reference}."
    )


def test_why_a_wheel_is_there(runner: RuleRunner) -> None:
    assert run(runner, ImageWhy, "src/web:image", "--", "Click").stdout == (
        "src/web:image linux/amd64: click 1.0 (BSD-3-Clause)\n"
        "  flask → click\n"
        "  flask requires click>=8\n"
        "  in layer 3 of 4, 0.2 kB\n"
    )
    told = json.loads(run(runner, ImageWhy, "--json", "src/web:image", "--", "flask").stdout)
    assert told == {
        "schema": 1,
        "images": [
            {
                "image": "src/web:image",
                "platform": "linux/amd64",
                "wheels": [
                    {
                        "name": "flask",
                        "version": "1.0",
                        "askedBy": ["import flask, in web/main.py:1", "requirement flask, of //:reqs#flask"],
                        "requiredBy": [],
                        "path": ["flask"],
                    }
                ],
            }
        ],
    }


def test_an_image_without_a_name_of_a_wheel(runner: RuleRunner) -> None:
    assert run(runner, ImageWhy, "src/web:image").stdout == (
        "src/web:image linux/amd64\n"
        "  archive: none\n"
        "  base: //:base\n"
        "  bytecode: True\n"
        "  compression: gzip\n"
        "  installer: //:strata-installer\n"
        "  interpreter: //:python\n"
        "  layer_budget: 100\n"
        "  layer_threshold: 16384\n"
        "  platforms: linux/amd64\n"
        "  python: 3.13\n"
        "  python_origin: the `version` field of //:python\n"
        "  venv: //:venv\n"
        "  wheels: click 1.0, flask 1.0\n"
    )


def test_a_wheel_that_the_image_does_not_have(runner: RuleRunner) -> None:
    assert message(runner, ImageWhy, "src/web:image", "--", "clik") == (
        "src/web:image: The image has no wheel of clik.\n"
        "Found:\n"
        "  wheels in it: click, flask\n"
        "Fix: name one of these, by the name of its project on the index."
    )


@pytest.mark.parametrize("goal, name", [(ImageReport, "image-report"), (ImageWhy, "image-why")])
def test_no_image(runner: RuleRunner, goal: Any, name: str) -> None:
    assert message(runner, goal, "//:base") == (
        f"{name} found no `python_image` target.\nFix: name one, as `./pants {name} src/web:image`."
    )
