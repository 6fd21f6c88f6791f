"""Dependencies that the fields of a target imply, so that `dependencies`, `dependents` and `--changed-since` know them.

The artifact targets that a field names, or that an option names in its stead; the owner of an entry point, which may be
a requirement; the requirement whose project has the name of a script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from pants.backend.python.dependency_inference.subsystem import PythonInferSubsystem
from pants.backend.python.subsystems.setup import PythonSetup
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
    ImageInterpreterField,
    ImageResolveField,
    InstallerField,
    InterpreterField,
    InterpreterVersionField,
    ScriptField,
    VenvField,
    VenvLockfileField,
)
from pants_strata.util_rules.entry_point import Narrow, entry_point
from pants_strata.util_rules.lookup import artifact_address
from pants_strata.util_rules.venvs.resolves import image_venv, narrowing
from strata.errors import targets as errors
from strata.plan.needed import project_of


@dataclass(frozen=True)
class ImageInferenceFieldSet(FieldSet):
    """The fields of an image that imply dependencies."""

    required_fields = (
        ImageDependenciesField,
        EntryPointField,
        ScriptField,
        VenvField,
        ImageResolveField,
        ImageInterpreterField,
        ImageBaseField,
    )

    entry_point: EntryPointField
    script: ScriptField
    venv: VenvField
    resolve: ImageResolveField
    interpreter: ImageInterpreterField
    base: ImageBaseField


class InferImageDependencies(InferDependenciesRequest[ImageInferenceFieldSet]):
    """The request for the dependencies that the fields of an image imply."""

    infer_from = ImageInferenceFieldSet


async def _requirements_with_module(module: str, narrow: Narrow) -> list[Address]:
    """None where several of a resolve have it: `dependencies` says which."""
    owners = await engine.module_owners(module)
    found = narrow(await engine.requirements_of((*owners.unambiguous, *owners.ambiguous)))
    return [target.address for target in found] if owners.unambiguous or len(found) == 1 else []


async def _requirements_named(project: str, narrow: Narrow) -> list[Address]:
    """None where several of a resolve have the name: `dependencies` says which."""
    found = [
        target
        for target in await engine.all_requirements()
        for requirement in target[PythonRequirementsField].value
        if project_of(str(requirement)) == canonicalize_name(project)
    ]
    chosen = narrow(tuple(found))
    return [target.address for target in chosen] if len(chosen) == 1 else []


@rule
async def infer_image_dependencies(
    request: InferImageDependencies, strata: StrataSubsystem, python: PythonSetup, parser: PythonInferSubsystem
) -> InferredDependencies:
    """Return the venv and the base of an image, and the owner of its entry point or script."""
    fields = request.field_set
    # This is asked before the imports of any source are read. Later releases have no other parser and no such option.
    if not getattr(parser, "use_rust_parser", True):
        raise errors.parser_needs_python().at(str(fields.address))
    narrow = narrowing(fields.resolve, python)
    inferred = [(await image_venv(fields.venv, fields.resolve, fields.entry_point, strata, python)).address]
    if fields.interpreter.named:
        inferred.append(await artifact_address(fields.interpreter, None, "[strata].interpreter"))
    if fields.base.value:
        inferred.append(await artifact_address(fields.base, None, "[strata].base"))
    point = await entry_point(fields.entry_point, narrow)
    if point:
        inferred += point.owners or await _requirements_with_module(point.module, narrow)
    if fields.script.value:
        inferred += await _requirements_named(fields.script.value, narrow)
    return InferredDependencies(inferred)


@dataclass(frozen=True)
class VenvInferenceFieldSet(FieldSet):
    """The fields of a venv that imply dependencies."""

    required_fields = (ArtifactDependenciesField, VenvLockfileField, InterpreterField, InstallerField)

    interpreter: InterpreterField
    installer: InstallerField


class InferVenvDependencies(InferDependenciesRequest[VenvInferenceFieldSet]):
    """The request for the dependencies that the fields of a venv imply."""

    infer_from = VenvInferenceFieldSet


@rule
async def infer_venv_dependencies(request: InferVenvDependencies, strata: StrataSubsystem) -> InferredDependencies:
    """Return the interpreter and the installer of a venv."""
    fields = request.field_set
    return InferredDependencies(
        [
            await artifact_address(fields.interpreter, strata.interpreter, "[strata].interpreter"),
            await artifact_address(fields.installer, strata.installer, "[strata].installer"),
        ]
    )


@dataclass(frozen=True)
class InterpreterInferenceFieldSet(FieldSet):
    """The field of an interpreter that implies a dependency."""

    required_fields = (ArtifactDependenciesField, InterpreterVersionField, BaseField)

    base: BaseField


class InferInterpreterDependencies(InferDependenciesRequest[InterpreterInferenceFieldSet]):
    """The request for the dependency that the fields of an interpreter imply."""

    infer_from = InterpreterInferenceFieldSet


@rule
async def infer_interpreter_dependencies(
    request: InferInterpreterDependencies, strata: StrataSubsystem
) -> InferredDependencies:
    """Return the base of an interpreter."""
    return InferredDependencies([await artifact_address(request.field_set.base, strata.base, "[strata].base")])


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (
        *collect_rules(),
        UnionRule(InferDependenciesRequest, InferImageDependencies),
        UnionRule(InferDependenciesRequest, InferVenvDependencies),
        UnionRule(InferDependenciesRequest, InferInterpreterDependencies),
    )
