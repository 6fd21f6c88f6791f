"""What `package` leaves alone in `dist/`: a package that lies there as it was written, and that nobody else takes.

Pants' own goal removes and writes what a package consists of. So a rule gives it one without files, whose lines say
that it was kept. Whoever else asks for the package would get no files either: another goal, and a target that takes
packages into its own. Such a package is never kept, nor one in a folder that another target writes as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pants.base.build_root import BuildRoot
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, OutputPathField, PackageFieldSet
from pants.core.goals.test import RuntimePackageDependenciesField
from pants.core.util_rules.distdir import DistDir
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.internals.options_parsing import _Options
from pants.engine.internals.session import RunId
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.streaming_workunit_handler import (
    WorkunitsCallback,
    WorkunitsCallbackFactory,
    WorkunitsCallbackFactoryRequest,
)
from pants.engine.target import AllTargets, SpecialCasedDependencies, Target
from pants.engine.unions import UnionMembership, UnionRule

from pants_strata import engine
from pants_strata.artifacts.dist import Dist, EmbeddedPackages, EmbeddedPackagesRequest
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.outputs.written import WRITTEN, Output

_EVERYTHING = "::"

# What these package has no other package in it, but for what the fields name that are looked at for all targets.
_EMBED_NONE = ("pants_strata.", "pants.backend.python.")


@rule
async def dist_of_this_run(
    run: RunId, dist: DistDir, root: BuildRoot, strata: StrataSubsystem, options: _Options
) -> Dist:
    """Return the folder that this run packages into. It is asked anew in each run, and in no key of a step."""
    asked = options.options
    keeps = strata.keep_unchanged and set(asked.goals) == {"package"}
    return Dist(run, root.path, str(dist.relpath), keeps, _EVERYTHING in asked.specs)


@rule
async def embedded_packages(
    request: EmbeddedPackagesRequest, targets: AllTargets, unions: UnionMembership
) -> EmbeddedPackages:
    """Return the packages that targets of this repository may take into their own."""
    outputs = frozenset(_output(target) for target in targets if target.has_field(OutputPathField))
    takers = [target.address for target in _takers(targets, unions)]
    fields = [field for target in targets for field in _naming_packages(target)]
    if not takers and not fields:
        return EmbeddedPackages(frozenset(), outputs)
    if not request.whole:
        # To ask what other targets depend on may take longer than to write this one.
        return EmbeddedPackages(None, outputs)
    try:
        named = [
            await engine.target_at(text, owner=field.address, origin=f"the `{field.alias}` of {field.address}")
            for field in fields
            for text in field.value or ()
        ]
        taken = await engine.with_dependencies([*takers, *(target.address for target in named)])
    except Exception:
        # Some target is wrong. If this run asks for it, Pants says so, and better.
        return EmbeddedPackages(None, outputs)
    return EmbeddedPackages(frozenset(target.address for target in taken), outputs)


get_embedded_packages = engine.asker(embedded_packages)


def _output(target: Target) -> str:
    return target[OutputPathField].value_or_default(file_ending=None)


def _takers(targets: Iterable[Target], unions: UnionMembership) -> list[Target]:
    """Return the targets whose packages may have packages of their dependencies in them."""
    kinds = [each for each in unions.get(PackageFieldSet) if not each.__module__.startswith(_EMBED_NONE)]
    applicable: dict[type[Target], bool] = {}
    for target in targets:
        if type(target) not in applicable:
            applicable[type(target)] = any(target.has_fields(kind.required_fields) for kind in kinds)
    return [target for target in targets if applicable[type(target)]]


def _naming_packages(target: Target) -> Iterator[SpecialCasedDependencies]:
    """Yield the fields of a target that may name packages whose files it takes."""
    for field in target.field_values.values():
        # A test takes them when it runs, and not while `package` does.
        if not isinstance(field, SpecialCasedDependencies) or isinstance(field, RuntimePackageDependenciesField):
            continue
        if field.value and not type(field).__module__.startswith(_EMBED_NONE):
            yield field


async def unless_kept(package: BuiltPackage, address: Address, dist: Dist) -> BuiltPackage:
    """Return a package, or one without files where `dist/` has it as it was written and nobody else takes it."""
    if not dist.keeps:
        return package
    own = tuple(artifact.relpath for artifact in package.artifacts if artifact.relpath)
    output = Output(dist.path, own, package.digest)
    if WRITTEN.has(output, dist.run):
        embedded = await get_embedded_packages(EmbeddedPackagesRequest(dist.whole))
        if not embedded.need(address, own):
            return _kept(package.artifacts[0], dist)
    WRITTEN.note(output, await engine.entries(package.digest))
    return package


def _kept(first: BuiltPackageArtifact, dist: Dist) -> BuiltPackage:
    """Return a package without files and paths, so that the goal neither removes nor writes anything.

    :param first: the layout, or the folder of wheels. Of its lines the first one has the digest; the run that wrote it
        printed the others.
    """
    lines = (f"Kept {dist.name}/{first.relpath}", *first.extra_log_lines[:1])
    return BuiltPackage(EMPTY_DIGEST, (BuiltPackageArtifact(None, lines),))


class _End(WorkunitsCallback):
    """What Pants calls when a run ends, and waits for: nobody changes a file before it was looked at."""

    can_finish_async = False

    def __call__(self, *, finished: bool, **_: object) -> None:
        if finished:
            WRITTEN.look()


@dataclass(frozen=True)
class EndOfRunRequest:
    """The request for what looks at `dist/` when a run ends."""


@rule
async def end_of_run(_: EndOfRunRequest, dist: Dist) -> WorkunitsCallbackFactory:
    """Return what looks at `dist/` when a run ends that leaves alone what lies there."""
    return WorkunitsCallbackFactory(lambda: _End() if dist.keeps else None)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(WorkunitsCallbackFactoryRequest, EndOfRunRequest))
