"""This module asks the Pants engine by calling rules by their names, as releases from 2.30 on want it.

Pants' rule visitor follows coroutines that a rule calls into other modules, and collects the rules that they call. It
takes no keyword arguments but `**implicitly(…)`, which finds the rest of a rule's parameters by their types.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Iterable, Mapping
from itertools import chain
from pathlib import PurePath
from typing import Any, Callable, Concatenate, Optional, TypeVar

from pants.backend.python.dependency_inference.module_mapper import (
    PythonModuleOwners,
    PythonModuleOwnersRequest,
    map_module_to_address,
)
from pants.backend.python.subsystems.setuptools import PythonDistributionFieldSet
from pants.backend.python.target_types import PythonRequirementsField, PythonSourceField
from pants.core.environments.rules import extract_process_config_from_environment
from pants.core.goals.package import EnvironmentAwarePackageRequest, environment_aware_package
from pants.core.target_types import FileSourceField, ResourceSourceField
from pants.core.util_rules.env_vars import environment_vars_subset
from pants.core.util_rules.source_files import SourceFilesRequest, determine_source_files
from pants.core.util_rules.stripped_source_files import strip_source_roots
from pants.core.util_rules.system_binaries import GitBinaryException
from pants.engine.addresses import Address, UnparsedAddressInputs
from pants.engine.env_vars import EnvironmentVarsRequest
from pants.engine.environment import EnvironmentName
from pants.engine.fs import (
    AddPrefix,
    CreateDigest,
    Digest,
    DigestSubset,
    Directory,
    FileContent,
    FileEntry,
    MergeDigests,
    PathGlobs,
    RemovePrefix,
    Snapshot,
    SymlinkEntry,
)
from pants.engine.internals.graph import (
    find_all_targets,
    resolve_dependencies,
    resolve_target,
    resolve_unparsed_address_inputs,
    transitive_targets,
)
from pants.engine.internals.platform_rules import current_platform
from pants.engine.intrinsics import (
    add_prefix,
    create_digest,
    digest_subset_to_digest,
    digest_to_snapshot,
    execute_process,
    get_digest_contents,
    get_digest_entries,
    merge_digests,
    path_globs_to_digest,
    path_globs_to_paths,
    remove_prefix,
)
from pants.engine.platform import Platform
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import concurrently, implicitly
from pants.engine.target import (
    Dependencies,
    DependenciesRequest,
    SourcesField,
    Target,
    TransitiveTargetsRequest,
    WrappedTargetRequest,
)
from pants.source.source_root import SourceRootRequest, SourceRootsRequest, get_source_root, get_source_roots
from pants.vcs.git import GitWorktreeRequest, get_git_worktree

from pants_strata.engine.sources import python_sources

__all__ = [
    "all_requirements",
    "asker",
    "concurrently",
    "contents",
    "create",
    "direct_dependencies",
    "entries",
    "environment_variables",
    "execute",
    "execute_all",
    "file_hashes",
    "git_commit",
    "link",
    "loose_files",
    "merge",
    "module_owners",
    "only",
    "packaged",
    "python_files",
    "python_targets",
    "remote_platform",
    "repository_files",
    "repository_paths",
    "requirements_of",
    "snapshot",
    "source_paths",
    "source_root",
    "target",
    "target_at",
    "under",
    "with_dependencies",
    "without_prefix",
]

# ---- what rules ask of each other -----------------------------------------------------------------------------------

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


def asker(
    rule: Callable[Concatenate[Asked, ...], Coroutine[Any, Any, Answer]],
) -> Callable[[Asked], Coroutine[Any, Any, Answer]]:
    """Return a function that asks a rule by its request: `await ask(request)`, also within `concurrently`."""

    async def ask(request: Asked) -> Answer:
        return await rule(request, **implicitly())

    return ask


# ---- processes and digests ------------------------------------------------------------------------------------------


async def execute(process: Process, environment: Optional[EnvironmentName]) -> FallibleProcessResult:
    """Run a process, on this machine or in an environment; return its result, also where it failed."""
    if environment is None:
        return await execute_process(process, **implicitly())
    return await execute_process(process, **implicitly({environment: EnvironmentName}))


async def execute_all(
    processes: Iterable[Process], environment: Optional[EnvironmentName]
) -> tuple[FallibleProcessResult, ...]:
    """Run processes at the same time, on this machine or in an environment; return their results in the same order."""
    if environment is None:
        return await concurrently(execute_process(process, **implicitly()) for process in processes)
    return await concurrently(
        execute_process(process, **implicitly({environment: EnvironmentName})) for process in processes
    )


async def remote_platform(environment: EnvironmentName) -> Optional[Platform]:
    """Return the platform of the workers in an environment; None where processes in it run on no worker."""
    settings = await extract_process_config_from_environment(**implicitly({environment: EnvironmentName}))
    platform = await current_platform(**implicitly({environment: EnvironmentName}))
    return platform if settings.remote_execution else None


async def merge(digests: Iterable[Digest]) -> Digest:
    """Return all files of some digests in one. A path that two have must hold the same in both."""
    return await merge_digests(MergeDigests(tuple(digests)))


async def under(prefix: str, digest: Digest) -> Digest:
    """Return the same files below a directory."""
    return await add_prefix(AddPrefix(digest, prefix))


async def without_prefix(prefix: str, digest: Digest) -> Digest:
    """Return the files below a directory, without it."""
    return await remove_prefix(RemovePrefix(digest, prefix))


async def snapshot(digest: Digest) -> Snapshot:
    """Return a digest with the names of its files and directories."""
    return await digest_to_snapshot(digest)


async def create(files: Mapping[str, bytes]) -> Digest:
    """Return a digest of files, path → content."""
    return await create_digest(CreateDigest([FileContent(path, content) for path, content in sorted(files.items())]))


async def link(path: str, target: str) -> Digest:
    """Return a digest of a symbolic link."""
    return await create_digest(CreateDigest([SymlinkEntry(path, target)]))


async def contents(digest: Digest) -> dict[str, bytes]:
    """Return path → content of a digest's files: for small ones, they are all read into memory."""
    return {file.path: file.content for file in await get_digest_contents(digest)}


async def entries(digest: Digest) -> tuple[FileEntry | SymlinkEntry | Directory, ...]:
    """Return the files, links and empty directories of a digest; no file is read for that."""
    return tuple(await get_digest_entries(digest))


async def file_hashes(digest: Digest) -> dict[str, str]:
    """Return path → SHA-256 of a digest's files, in hexadecimal digits; no file is read for that."""
    return {each.path: each.file_digest.fingerprint for each in await entries(digest) if isinstance(each, FileEntry)}


async def only(digest: Digest, globs: Iterable[str]) -> Digest:
    """Return the files of a digest that match."""
    return await digest_subset_to_digest(DigestSubset(digest, PathGlobs(globs)))


# ---- the repository -------------------------------------------------------------------------------------------------


async def repository_files(globs: Iterable[str]) -> dict[str, bytes]:
    """Return path → content of the files that match; where none does, nothing."""
    return await contents(await path_globs_to_digest(PathGlobs(globs)))


async def repository_paths(globs: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of the files that match."""
    return (await path_globs_to_paths(PathGlobs(globs))).files


async def environment_variables(names: Iterable[str]) -> Mapping[str, str]:
    """Return those of the user's environment variables that are set."""
    return await environment_vars_subset(EnvironmentVarsRequest(tuple(names)), **implicitly())


async def git_commit() -> str:
    """Return the commit that is checked out; empty where none is, or where there is no `git` on PATH."""
    try:
        worktree = (await get_git_worktree(GitWorktreeRequest(), **implicitly())).git_worktree
        return str(worktree.commit_id) if worktree else ""
    except GitBinaryException:
        # A repository without any commit.
        return ""


async def source_root(path: str) -> str:
    """Return the source root that a file lies below, relative to the build root."""
    return (await get_source_root(SourceRootRequest.for_file(path))).path


async def target_at(text: str, *, owner: Address | None, origin: str) -> Target:
    """Return the target that an address names, as a field of `owner` or an option has it; `origin` says where."""
    addresses = await resolve_unparsed_address_inputs(
        UnparsedAddressInputs([text], owning_address=owner, description_of_origin=origin), **implicitly()
    )
    return (await resolve_target(WrappedTargetRequest(addresses[0], origin), **implicitly())).target


async def target(address: Address) -> Target:
    """Return the target of an address."""
    return (await resolve_target(WrappedTargetRequest(address, "an earlier step"), **implicitly())).target


async def _targets(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the target of each address, in their order."""
    requests = [WrappedTargetRequest(address, "an earlier step") for address in addresses]
    found = await concurrently(resolve_target(request, **implicitly()) for request in requests)
    return tuple(item.target for item in found)


async def direct_dependencies(*targets: Target) -> tuple[Target, ...]:
    """Return what targets depend on themselves, by their fields or by inference; each of them once."""
    requests = [DependenciesRequest(target.get(Dependencies)) for target in targets]
    found = await concurrently(resolve_dependencies(request, **implicitly()) for request in requests)
    return await _targets(dict.fromkeys(chain.from_iterable(found)))


async def with_dependencies(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets of some addresses, and all that they depend on."""
    return tuple((await transitive_targets(TransitiveTargetsRequest(addresses), **implicitly())).closure)


async def packaged(distributions: Iterable[Target]) -> tuple[Digest, ...]:
    """Return the files that `./pants package` makes of each `python_distribution`, in their order."""
    requests = [EnvironmentAwarePackageRequest(PythonDistributionFieldSet.create(item)) for item in distributions]
    return tuple(item.digest for item in await concurrently(environment_aware_package(each) for each in requests))


async def module_owners(module: str) -> PythonModuleOwners:
    """Return the targets that provide a Python module."""
    return await map_module_to_address(PythonModuleOwnersRequest(module, resolve=None), **implicitly())


async def requirements_of(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets among the addresses that are third-party requirements."""
    return tuple(item for item in await _targets(addresses) if item.has_field(PythonRequirementsField))


async def all_requirements() -> tuple[Target, ...]:
    """Return all `python_requirement` targets of the repository, those that are generated included."""
    found = await find_all_targets()
    return tuple(sorted(item for item in found if item.has_field(PythonRequirementsField)))


async def python_targets(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets with first-party Python code at the addresses; a requirement has none."""
    return tuple(item for item in await _targets(addresses) if item.has_field(PythonSourceField))


async def source_paths(targets: Iterable[Target]) -> dict[str, str]:
    """Return the path with its source root stripped → the path in the repository, of Python sources and resources."""
    fields = [
        item[kind] for item in targets for kind in (PythonSourceField, ResourceSourceField) if item.has_field(kind)
    ]
    paths = [field.file_path for field in fields if isinstance(field.value, str)]
    found = await get_source_roots(SourceRootsRequest.for_files(paths))
    roots = {str(path): root.path for path, root in found.path_to_root.items()}
    return {str(PurePath(path).relative_to(roots[path])): path for path in paths}


async def python_files(targets: Collection[Target]) -> Snapshot:
    """Return the Python sources and resources of targets, source roots stripped, generated code included."""
    found = await concurrently(
        strip_source_roots(**implicitly({each: SourceFilesRequest})) for each in python_sources(targets)
    )
    return await snapshot(await merge(item.snapshot.digest for item in found))


async def loose_files(targets: Iterable[Target]) -> Snapshot:
    """Return the files of `files` targets and their like by their paths in the repository, generated ones included."""
    sources = await determine_source_files(
        SourceFilesRequest(
            [item.get(SourcesField) for item in targets], for_sources_types=(FileSourceField,), enable_codegen=True
        )
    )
    return sources.snapshot
