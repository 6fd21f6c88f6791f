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
from pants.engine.streaming_workunit_handler import WorkunitsCallbackFactory, WorkunitsCallbackFactoryRequest
from pants.engine.target import AllTargets, SpecialCasedDependencies, Target
from pants.engine.unions import UnionMembership, UnionRule
from pants.util.frozendict import FrozenDict

from pants_strata import engine
from pants_strata.artifacts.dist import (
    Dist,
    DistRequest,
    EmbeddedPackages,
    NamedTargets,
    Output,
    PackageInDist,
    PackageInDistRequest,
    PackagesInDist,
    PackagesInDistRequest,
)
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.end_of_run import EndOfRun
from pants_strata.util_rules.outputs.written import WRITTEN

_EVERYTHING = "::"

# What these package has no other package in it, but for what the fields name that are looked at for all targets.
_EMBED_NONE = ("pants_strata.", "pants.backend.python.")


@rule
async def dist_of_this_run(
    _: DistRequest, run: RunId, dist: DistDir, root: BuildRoot, strata: StrataSubsystem, options: _Options
) -> Dist:
    """Return the folder that this run packages into. It is asked anew in each run, and in no key of a step."""
    keeps = strata.keep_unchanged and set(options.options.goals) == {"package"}
    return Dist(run, root.path, str(dist.relpath), keeps)


get_dist = engine.asker(dist_of_this_run)


@rule
async def packages_in_dist(_: PackagesInDistRequest) -> PackagesInDist:
    """Return what this run leaves alone of what lies there: if nothing changed, that is what the last run found."""
    dist = await get_dist(DistRequest())
    return PackagesInDist(dist.name, FrozenDict(WRITTEN.all_unchanged(dist.path, dist.run) if dist.keeps else {}))


get_packages_in_dist = engine.asker(packages_in_dist)


@rule
async def package_in_dist(request: PackageInDistRequest, named: NamedTargets) -> PackageInDist:
    """Return one of these packages. So a package that changed is no reason to ask anew for the other ones."""
    if named.whole:
        packages = await get_packages_in_dist(PackagesInDistRequest())
        return PackageInDist(packages.name, packages.by_path.get(request.path))
    # To look at all of them may take longer than this run has to do.
    dist = await get_dist(DistRequest())
    return PackageInDist(dist.name, WRITTEN.unchanged(dist.path, request.path, dist.run) if dist.keeps else None)


get_package_in_dist = engine.asker(package_in_dist)


@rule
async def named_targets(options: _Options) -> NamedTargets:
    """Return what the command of this run names: the same for the next run of the same command."""
    return NamedTargets(_EVERYTHING in options.options.specs)


@rule
async def embedded_packages(named: NamedTargets, targets: AllTargets, unions: UnionMembership) -> EmbeddedPackages:
    """Return the packages that targets of this repository may take into their own."""
    outputs = frozenset(_output(target) for target in targets if target.has_field(OutputPathField))
    takers = [target.address for target in _takers(targets, unions)]
    fields = [field for target in targets for field in _naming_packages(target)]
    if not takers and not fields:
        return EmbeddedPackages(frozenset(), outputs)
    if not named.whole:
        # To ask what other targets depend on may take longer than to write this one.
        return EmbeddedPackages(None, outputs)
    try:
        packages = [
            await engine.target_at(text, owner=field.address, origin=f"the `{field.alias}` of {field.address}")
            for field in fields
            for text in field.value or ()
        ]
        taken = await engine.with_dependencies([*takers, *(target.address for target in packages)])
    except Exception:
        # Some target is wrong. If this run asks for it, Pants says so, and better.
        return EmbeddedPackages(None, outputs)
    return EmbeddedPackages(frozenset(target.address for target in taken), outputs)


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


async def unless_kept(package: BuiltPackage, address: Address, embedded: EmbeddedPackages) -> BuiltPackage:
    """Return a package, or one without files where `dist/` has it as it was written and nobody else takes it.

    In the first case the rule that calls this is asked anew in the next run.
    """
    own = tuple(artifact.relpath for artifact in package.artifacts if artifact.relpath)
    found = await get_package_in_dist(PackageInDistRequest(own[0]))
    if found.has(own, package.digest) and not embedded.need(address, own):
        return _kept(package.artifacts[0], found.name)
    dist = await get_dist(DistRequest())
    if dist.keeps:
        WRITTEN.note(Output(dist.path, own, package.digest), await engine.entries(package.digest))
    return package


def _kept(first: BuiltPackageArtifact, dist: str) -> BuiltPackage:
    """Return a package without files and paths, so that the goal neither removes nor writes anything.

    :param first: the layout, or the folder of wheels. Of its lines the first one has the digest; the run that wrote it
        printed the others.
    """
    lines = (f"Kept {dist}/{first.relpath}", *first.extra_log_lines[:1])
    return BuiltPackage(EMPTY_DIGEST, (BuiltPackageArtifact(None, lines),))


@dataclass(frozen=True)
class EndOfRunRequest:
    """The request for what looks at `dist/` when a run ends."""


@rule
async def end_of_run(_: EndOfRunRequest) -> WorkunitsCallbackFactory:
    """Return what looks at `dist/` when a run ends that leaves alone what lies there."""
    dist = await get_dist(DistRequest())
    return WorkunitsCallbackFactory(lambda: EndOfRun(WRITTEN.look) if dist.keeps else None)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(WorkunitsCallbackFactoryRequest, EndOfRunRequest))
