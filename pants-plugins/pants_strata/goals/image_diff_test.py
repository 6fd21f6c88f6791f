"""The goal as a user runs it. Its images are made by a rule of the test, from a file that says what to build."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from pants.backend.python import register as python
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import rule
from pants.testutil.rule_runner import GoalRuleResult, RuleRunner

from pants_strata import engine
from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.artifacts.venv import LockedVenvRequest
from pants_strata.goals import image_diff
from pants_strata.goals.image_diff import ImageDiff
from pants_strata.target_types import PythonImageTarget
from pants_strata.util_rules.first_party import closure
from strata.attest.build_inputs import read_build_inputs
from strata.audit.policy import Verdict
from strata.errors import StrataError
from support.oci.images import Build
from support.rules import OPTIONS, pants_rules

BASE = Build()


@rule
async def built_image(request: ImageRequest) -> BuiltImage:
    files = await engine.repository_files(["build.json"])
    fields = json.loads(files["build.json"])
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory, "image")
        image = replace(BASE, **fields).write(root)
        build_inputs = read_build_inputs(root)
        assert build_inputs
        blobs = await engine.create(
            {layer.descriptor.blob_path: (root / layer.descriptor.blob_path).read_bytes() for layer in image.layers}
        )
    address = request.address
    venv = LockedVenvRequest(address, request.platform, address, address)
    return BuiltImage(image, blobs, build_inputs, Verdict("keep", ()), venv)


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    runner = RuleRunner(
        rules=[*pants_rules(), *closure.rules(), *image_diff.rules(), built_image],
        target_types=[*python.target_types(), PythonImageTarget],  # type: ignore[no-untyped-call]
    )
    runner.write_files(
        {
            "src/web/BUILD": (
                "python_sources(name='lib')\n"
                "python_image(name='image', entry_point='main.py', dependencies=[':lib'])\n"
                "python_image(name='other', entry_point='main.py')\n"
            ),
            "src/web/main.py": "",
            "src/web/a.py": "",
        }
    )
    reference = Path(runner.build_root, "main")
    BASE.write(reference / "src.web" / "image")
    BASE.write(reference / "src.web" / "other")
    return runner


def run(runner: RuleRunner, *arguments: str, **fields: object) -> GoalRuleResult:
    """`fields` are those of the Build that images are made from."""
    runner.write_files({"build.json": json.dumps(fields)})
    return runner.run_goal_rule(ImageDiff, args=arguments, global_args=OPTIONS, env={"PATH": os.environ["PATH"]})


def message(runner: RuleRunner, *arguments: str) -> str:
    with pytest.raises(ExecutionError) as caught:
        run(runner, *arguments)
    error = next(iter(caught.value.wrapped_exceptions))
    assert isinstance(error, StrataError), error
    return str(error)


def test_causes_in_the_users_words(runner: RuleRunner) -> None:
    result = run(
        runner,
        "--reference=main",
        "src/web:image",
        packages={"click": "8.2.1", "numpy": "2.1.1"},
        app={"main.py": "1", "web/a.py": "1"},
        installer="pip 25.3",
    )
    assert (result.exit_code, result.stdout.partition("\n")[2]) == (
        0,
        "LAYER           CHANGE   SIZE  CAUSE\n"
        "1 os-packages   same      180\n"
        "2 interpreter   same      182\n"
        "3 dependencies  changed   192  numpy 2.1.0 → 2.1.1\n"
        "                               installed by pip 25.2 → 25.3\n"
        "4 app           changed   159  /app/lib/a.py removed\n"
        "                               src/web/a.py added\n",
    )
    assert result.stdout.startswith("src/web:image linux/amd64: sha256:")


def test_rebuilt_to_the_same_bytes_is_no_change(runner: RuleRunner) -> None:
    arguments = ("--reference=main", "--fail-on-change")
    result = run(runner, *arguments, "::", installer="pip 25.3")
    assert result.exit_code == 0
    assert (
        result.stdout.count("3 dependencies  rebuilt   192  rebuilt to the same bytes: installed by pip 25.2 → 25.3")
        == 2
    )
    assert run(runner, *arguments, "--only-changed", "::", installer="pip 25.3").stdout == "No image changed.\n"
    assert run(runner, *arguments, "::", openssl="4").exit_code == 1


def test_json_in_a_file(runner: RuleRunner) -> None:
    path = Path(runner.build_root, "report.json")
    result = run(
        runner, "--reference=main", "--format=json", f"--output-file={path}", "--only-changed", "::", openssl="4"
    )
    document = json.loads(path.read_text())
    assert (result.stdout, [image["image"] for image in document["images"]]) == ("", ["src/web:image", "src/web:other"])
    assert [layer["causes"][0]["text"] for layer in document["images"][0]["layers"]] == ["Debian libssl3t64 3.5.6 → 4"]


def test_layers_that_do_not_list_their_files_are_read(runner: RuleRunner) -> None:
    replace(BASE, extra="1").write(Path(runner.build_root, "extra", "src.web", "image"))
    result = run(runner, "--reference=extra", "--only-changed", "src/web:image", extra="2")
    # The size between them is the blob's, which depends on the version of zlib.
    position, kind, change, *_, path, cause = result.stdout.splitlines()[2].split()
    assert (position, kind, change, path, cause) == ("4", "app", "changed", "/etc/extra", "edited")


def test_two_layouts_without_a_target(runner: RuleRunner) -> None:
    replace(BASE, cpython="3.13.6").write(Path(runner.build_root, "next"))
    result = run(runner, "--reference=main/src.web/image", "--layout=next", "--only-changed")
    assert result.stdout.splitlines()[2] == "2 interpreter  changed   182  CPython 3.13.5 → 3.13.6"


def test_what_is_missing(runner: RuleRunner) -> None:
    assert message(runner, "src/web:image") == (
        "image-diff needs something to compare with.\n"
        "Fix: set `--image-diff-reference` to a copy of `dist/`, or to one OCI image layout."
    )
    assert message(runner, "--reference=main") == (
        "image-diff found no `python_image` target to compare with the reference.\n"
        "Fix: name one, as `./pants image-diff src/web:image`, or set `--image-diff-layout` to a second layout."
    )
    assert message(runner, "--reference=main", "--layout=main/src.web/image", "src/web:image") == (
        "image-diff compares the reference with targets or with a layout, not with both.\n"
        "Found:\n  src/web:image\n"
        "Fix: leave the targets out, or `--image-diff-layout`."
    )
    assert message(runner, "--reference=main/src.web/image", "::") == (
        "main/src.web/image is the layout of one image, but there are 2 targets.\n"
        "Found:\n  src/web:image\n  src/web:other\n"
        "Fix: name one target, or a directory with a layout for each, laid out as `dist/` is."
    )
    save = "keep a copy of what `./pants package` wrote below `dist/`"
    assert message(runner, "--reference=src", "src/web:image") == (
        "src/web:image has no reference: src is no layout and holds none at src.web/image.\n"
        f"Fix: {save}, and set `--image-diff-reference` to the copy of `dist/` or to the layout in it."
    )
    assert message(runner, "--reference=nowhere", "src/web:image") == (
        f"There is nothing to compare with at {runner.build_root}/nowhere.\nFix: {save}, and name the copy."
    )
