"""Dependencies that the fields of a target imply, so that `dependencies`, `dependents` and `--changed-since` know them.

The artifact targets that a field names, or that an option names in its stead; the owner of an entry point, which may be
a requirement; the requirement whose project has the name of a script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pants.backend.python.target_types import PythonRequirementsField
from pants.engine.addresses import Address
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import FieldSet, InferDependenciesRequest, InferredDependencies
from pants.engine.unions import UnionRule

from pants_strata import engine
from pants_strata.subsystem import StrataSubsystem
from pants_strata.target_types import (
    ArtifactDependenciesField,
    BaseField,
    EntryPointField,
    ImageBaseField,
    ImageDependenciesField,
    InstallerField,
    InterpreterField,
    InterpreterVersionField,
    ScriptField,
    VenvField,
    VenvLockfileField,
)
from pants_strata.util_rules.entry_point import entry_point
from pants_strata.util_rules.lookup import artifact_address


@dataclass(frozen=True)
class ImageInferenceFieldSet(FieldSet):
    required_fields = (ImageDependenciesField, EntryPointField, ScriptField, VenvField, ImageBaseField)

    entry_point: EntryPointField
    script: ScriptField
    venv: VenvField
    base: ImageBaseField


class InferImageDependencies(InferDependenciesRequest[ImageInferenceFieldSet]):
    infer_from = ImageInferenceFieldSet


async def _requirements_with_module(module: str) -> list[Address]:
    """None where several have it: `dependencies` says which."""
    owners = (await engine.module_owners(module)).unambiguous
    return [target.address for target in await engine.requirements_of(owners)]


async def _requirements_named(project: str) -> list[Address]:
    """None where several have the name: `dependencies` says which."""
    found = [
        target.address
        for target in await engine.all_requirements()
        for requirement in target[PythonRequirementsField].value
        if canonicalize_name(Requirement(str(requirement)).name) == canonicalize_name(project)
    ]
    return found if len(found) == 1 else []


@rule
async def infer_image_dependencies(request: InferImageDependencies, strata: StrataSubsystem) -> InferredDependencies:
    fields = request.field_set
    inferred = [await artifact_address(fields.venv, strata.venv, "[strata].venv")]
    if fields.base.value:
        inferred.append(await artifact_address(fields.base, None, "[strata].base"))
    point = await entry_point(fields.entry_point)
    if point:
        inferred += point.owners or await _requirements_with_module(point.module)
    if fields.script.value:
        inferred += await _requirements_named(fields.script.value)
    return InferredDependencies(inferred)


@dataclass(frozen=True)
class VenvInferenceFieldSet(FieldSet):
    required_fields = (ArtifactDependenciesField, VenvLockfileField, InterpreterField, InstallerField)

    interpreter: InterpreterField
    installer: InstallerField


class InferVenvDependencies(InferDependenciesRequest[VenvInferenceFieldSet]):
    infer_from = VenvInferenceFieldSet


@rule
async def infer_venv_dependencies(request: InferVenvDependencies, strata: StrataSubsystem) -> InferredDependencies:
    fields = request.field_set
    return InferredDependencies(
        [
            await artifact_address(fields.interpreter, strata.interpreter, "[strata].interpreter"),
            await artifact_address(fields.installer, strata.installer, "[strata].installer"),
        ]
    )


@dataclass(frozen=True)
class InterpreterInferenceFieldSet(FieldSet):
    required_fields = (ArtifactDependenciesField, InterpreterVersionField, BaseField)

    base: BaseField


class InferInterpreterDependencies(InferDependenciesRequest[InterpreterInferenceFieldSet]):
    infer_from = InterpreterInferenceFieldSet


@rule
async def infer_interpreter_dependencies(
    request: InferInterpreterDependencies, strata: StrataSubsystem
) -> InferredDependencies:
    return InferredDependencies([await artifact_address(request.field_set.base, strata.base, "[strata].base")])


def rules() -> Iterable[Rule | UnionRule]:
    return (
        *collect_rules(),
        UnionRule(InferDependenciesRequest, InferImageDependencies),
        UnionRule(InferDependenciesRequest, InferVenvDependencies),
        UnionRule(InferDependenciesRequest, InferInterpreterDependencies),
    )
