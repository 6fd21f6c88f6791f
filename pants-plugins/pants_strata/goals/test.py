"""`./pants test`: tests of images, in containers without a daemon.

A test is a process on the interpreter artifact, keyed by the image and what is asked of it, and cached where it passes.
The program that starts containers is the machine's, and in no key, as no other tool of tests is: it cannot change what
the image holds. Unpacked layers are kept beside the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pants.core.goals.test import TestFieldSet, TestRequest, TestResult, TestSubsystem
from pants.engine.platform import Platform as HostPlatform
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import FieldSet, InferDependenciesRequest, InferredDependencies
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.artifacts.interpreter import BuildInterpreterRequest
from pants_strata.engine.test_results import finished_test
from pants_strata.image_test_options import ImageTestSubsystem
from pants_strata.library_process import ended, on_interpreter, with_cache
from pants_strata.subsystem import DebianSubsystem, StrataSubsystem
from pants_strata.target_types import image_tests as fields
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.image_test_cases import command_cases, file_cases, structure_tests
from pants_strata.util_rules.interpreters.build_time import get_build_interpreter
from pants_strata.util_rules.lookup import artifact_target
from pants_strata.util_rules.machine_image import machine_image
from strata.protocol.images import try_image

_LAYOUT = "image"
_CACHE = "strata_layers"
_CACHE_FOLDER = ".layers"
_REPORT = "report"
# Where somebody turned time limits off.
_NO_LIMIT = 24 * 3600
# Beside the commands: for the layers, which are unpacked once.
_MORE_SECONDS = 900


@dataclass(frozen=True)
class ImageTestFieldSet(TestFieldSet):
    """The fields by which a target is a test of an image."""

    required_fields = (fields.TestedImageField, fields.ImageTestStructureField, fields.ImageTestTimeoutField)

    image: fields.TestedImageField


class ImageTestRequest(TestRequest):
    """The request to run tests of images."""

    tool_subsystem = ImageTestSubsystem
    field_set_type = ImageTestFieldSet


@rule(desc="Test an image")
async def run_image_test(
    batch: ImageTestRequest.Batch[ImageTestFieldSet, Any],
    tests: TestSubsystem,
    options: ImageTestSubsystem,
    strata: StrataSubsystem,
    debian: DebianSubsystem,
    machine: HostPlatform,
) -> TestResult:
    """Return how a test ended. Raise StrataError where it cannot be run as it is written."""
    field_set = batch.single_element
    target = await engine.target(field_set.address)
    image = await artifact_target(field_set.image, None, "")
    seconds = target[fields.ImageTestTimeoutField].calculate_from_global_options(tests) or _NO_LIMIT
    structure = await structure_tests(target, seconds)
    built, layout = await machine_image(image.address, image[PlatformsField], strata, debian, machine)
    interpreter = await get_build_interpreter(BuildInterpreterRequest(built.venv.interpreter))
    request = try_image.Request(
        layout=Path(_LAYOUT),
        cache=Path(_CACHE_FOLDER),
        program=options.runtime.value,
        commands=(*command_cases(target, seconds), *structure.commands),
        files=(*file_cases(target), *structure.files),
        configs=structure.configs,
    )
    step = await on_interpreter(
        interpreter,
        request,
        description=f"Test the image {image.address} by {field_set.address}",
        large_inputs={_LAYOUT: layout},
        outputs=_REPORT,
        cache_scope=ProcessCacheScope.PER_SESSION if tests.force else ProcessCacheScope.SUCCESSFUL,
    )
    count = sum(1 + len(case.setup) for case in request.commands)
    step = with_cache(step, _CACHE, _CACHE_FOLDER, seconds=count * seconds + _MORE_SECONDS)
    result, answer = await ended(step)
    report = await engine.contents(await engine.only(result.output_digest, [f"{_REPORT}/**"]))
    files = {f"{field_set.address.path_safe_spec}.xml": content for content in report.values()}
    return finished_test(
        result,
        field_set.address,
        tests.output,
        output="\n".join(answer.value.lines) if answer.value else "",
        error=str(answer.error) if answer.error else "",
        report=await engine.snapshot(await engine.create(files)),
    )


@dataclass(frozen=True)
class ImageTestInferenceFieldSet(FieldSet):
    """The field of a test that implies a dependency."""

    required_fields = (fields.ImageTestDependenciesField, fields.TestedImageField)

    image: fields.TestedImageField


class InferImageTestDependencies(InferDependenciesRequest[ImageTestInferenceFieldSet]):
    """The request for the dependency that the field of a test implies."""

    infer_from = ImageTestInferenceFieldSet


@rule
async def infer_image_test_dependencies(request: InferImageTestDependencies) -> InferredDependencies:
    """Return the image that a test is for."""
    return InferredDependencies([(await artifact_target(request.field_set.image, None, "")).address])


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (
        *collect_rules(),
        *ImageTestRequest.rules(),
        UnionRule(InferDependenciesRequest, InferImageTestDependencies),
    )
