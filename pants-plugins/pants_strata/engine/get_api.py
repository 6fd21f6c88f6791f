"""This module asks the Pants engine through `Get` and `MultiGet`, as releases up to 2.29 want them; 2.32 has neither.

Pants' rule visitor follows functions that a rule calls into other modules, where they are coroutines or return an
awaitable, and collects what they ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Iterable, Mapping
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar, get_type_hints

from pants.backend.python.dependency_inference.module_mapper import (
    AllPythonTargets,
    PythonModuleOwners,
    PythonModuleOwnersRequest,
)
from pants.backend.python.subsystems.setuptools import PythonDistributionFieldSet
from pants.backend.python.target_types import PythonRequirementsField, PythonSourceField
from pants.core.goals.package import BuiltPackage, EnvironmentAwarePackageRequest
from pants.core.target_types import FileSourceField, ResourceSourceField
from pants.core.util_rules.source_files import SourceFiles, SourceFilesRequest
from pants.core.util_rules.stripped_source_files import StrippedSourceFiles
from pants.core.util_rules.system_binaries import GitBinaryException
from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.environment import EnvironmentName
from pants.engine.fs import (
    AddPrefix,
    CreateDigest,
    Digest,
    DigestContents,
    DigestEntries,
    DigestSubset,
    Directory,
    FileContent,
    FileEntry,
    MergeDigests,
    PathGlobs,
    Paths,
    RemovePrefix,
    Snapshot,
    SymlinkEntry,
)
from pants.engine.internals.native_engine import ProcessExecutionEnvironment
from pants.engine.platform import Platform
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import Get, MultiGet
from pants.engine.target import (
    Dependencies,
    DependenciesRequest,
    SourcesField,
    Target,
    TransitiveTargets,
    TransitiveTargetsRequest,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.source.source_root import SourceRoot, SourceRootRequest, SourceRootsRequest, SourceRootsResult
from pants.vcs.git import GitWorktreeRequest, MaybeGitWorktree

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

if TYPE_CHECKING:
    from typing_extensions import Concatenate  # pants: no-infer-dep

# ---- what rules ask of each other -----------------------------------------------------------------------------------

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

concurrently = MultiGet
"""Waits for several awaitables at the same time. What is named first begins first."""


def asker(rule: Callable[Concatenate[Asked, ...], Coroutine[Any, Any, Answer]]) -> Callable[[Asked], Get[Answer]]:
    """Return a function that asks a rule by its request: `await ask(request)`, also within `concurrently`.

    The engine finds the rule again by its types: no other rule may have the same two.
    """
    request_type, *_, answer_type = get_type_hints(rule).values()

    def ask(request: Asked) -> Get[Answer]:
        return Get(answer_type, request_type, request)

    # The rule visitor looks into a function whose annotation is this very type, and knows no parameters of it.
    ask.__annotations__["return"] = Get
    return ask


# ---- processes and digests ------------------------------------------------------------------------------------------


async def execute(process: Process, environment: Optional[EnvironmentName]) -> FallibleProcessResult:
    """Run a process, on this machine or in an environment; return its result, also where it failed."""
    if environment is None:
        return await Get(FallibleProcessResult, Process, process)
    return await Get(FallibleProcessResult, {process: Process, environment: EnvironmentName})


async def execute_all(
    processes: Iterable[Process], environment: Optional[EnvironmentName]
) -> tuple[FallibleProcessResult, ...]:
    """Run processes at the same time, on this machine or in an environment; return their results in the same order."""
    if environment is None:
        return await MultiGet(Get(FallibleProcessResult, Process, process) for process in processes)
    return await MultiGet(
        Get(FallibleProcessResult, {process: Process, environment: EnvironmentName}) for process in processes
    )


async def remote_platform(environment: EnvironmentName) -> Optional[Platform]:
    """Return the platform of the workers in an environment; None where processes in it run on no worker."""
    settings = await Get(ProcessExecutionEnvironment, EnvironmentName, environment)
    platform = await Get(Platform, EnvironmentName, environment)
    return platform if settings.remote_execution else None


async def merge(digests: Iterable[Digest]) -> Digest:
    """Return all files of some digests in one. A path that two have must hold the same in both."""
    return await Get(Digest, MergeDigests(tuple(digests)))


async def under(prefix: str, digest: Digest) -> Digest:
    """Return the same files below a directory."""
    return await Get(Digest, AddPrefix(digest, prefix))


async def without_prefix(prefix: str, digest: Digest) -> Digest:
    """Return the files below a directory, without it."""
    return await Get(Digest, RemovePrefix(digest, prefix))


async def snapshot(digest: Digest) -> Snapshot:
    """Return a digest with the names of its files and directories."""
    return await Get(Snapshot, Digest, digest)


async def create(files: Mapping[str, bytes]) -> Digest:
    """Return a digest of files, path → content."""
    return await Get(Digest, CreateDigest([FileContent(path, content) for path, content in sorted(files.items())]))


async def link(path: str, target: str) -> Digest:
    """Return a digest of a symbolic link."""
    return await Get(Digest, CreateDigest([SymlinkEntry(path, target)]))


async def contents(digest: Digest) -> dict[str, bytes]:
    """Return path → content of a digest's files: for small ones, they are all read into memory."""
    return {file.path: file.content for file in await Get(DigestContents, Digest, digest)}


async def entries(digest: Digest) -> tuple[FileEntry | SymlinkEntry | Directory, ...]:
    """Return the files, links and empty directories of a digest; no file is read for that."""
    return tuple(await Get(DigestEntries, Digest, digest))


async def file_hashes(digest: Digest) -> dict[str, str]:
    """Return path → SHA-256 of a digest's files, in hexadecimal digits; no file is read for that."""
    return {each.path: each.file_digest.fingerprint for each in await entries(digest) if isinstance(each, FileEntry)}


async def only(digest: Digest, globs: Iterable[str]) -> Digest:
    """Return the files of a digest that match."""
    return await Get(Digest, DigestSubset(digest, PathGlobs(globs)))


# ---- the repository -------------------------------------------------------------------------------------------------


async def repository_files(globs: Iterable[str]) -> dict[str, bytes]:
    """Return path → content of the files that match; where none does, nothing."""
    digest = await Get(Digest, PathGlobs(globs))
    return await contents(digest)


async def repository_paths(globs: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of the files that match."""
    return (await Get(Paths, PathGlobs(globs))).files


async def environment_variables(names: Iterable[str]) -> Mapping[str, str]:
    """Return those of the user's environment variables that are set."""
    return await Get(EnvironmentVars, EnvironmentVarsRequest(tuple(names)))


async def git_commit() -> str:
    """Return the commit that is checked out; empty where none is, or where there is no `git` on PATH."""
    try:
        worktree = (await Get(MaybeGitWorktree, GitWorktreeRequest())).git_worktree
        return str(worktree.commit_id) if worktree else ""
    except GitBinaryException:
        # A repository without any commit.
        return ""


async def source_root(path: str) -> str:
    """Return the source root that a file lies below, relative to the build root."""
    return (await Get(SourceRoot, SourceRootRequest, SourceRootRequest.for_file(path))).path


async def target_at(text: str, *, owner: Address | None, origin: str) -> Target:
    """Return the target that an address names, as a field of `owner` or an option has it; `origin` says where."""
    addresses = await Get(Addresses, UnparsedAddressInputs([text], owning_address=owner, description_of_origin=origin))
    return (await Get(WrappedTarget, WrappedTargetRequest(addresses[0], origin))).target


async def target(address: Address) -> Target:
    """Return the target of an address."""
    return (await Get(WrappedTarget, WrappedTargetRequest(address, "an earlier step"))).target


async def _targets(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the target of each address, in their order."""
    requests = [WrappedTargetRequest(address, "an earlier step") for address in addresses]
    found = await MultiGet(Get(WrappedTarget, WrappedTargetRequest, request) for request in requests)
    return tuple(item.target for item in found)


async def direct_dependencies(*targets: Target) -> tuple[Target, ...]:
    """Return what targets depend on themselves, by their fields or by inference; each of them once."""
    requests = [DependenciesRequest(target.get(Dependencies)) for target in targets]
    found = await MultiGet(Get(Addresses, DependenciesRequest, request) for request in requests)
    return await _targets(dict.fromkeys(chain.from_iterable(found)))


async def with_dependencies(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets of some addresses, and all that they depend on."""
    return tuple((await Get(TransitiveTargets, TransitiveTargetsRequest(addresses))).closure)


async def packaged(distributions: Iterable[Target]) -> tuple[Digest, ...]:
    """Return the files that `./pants package` makes of each `python_distribution`, in their order."""
    requests = [EnvironmentAwarePackageRequest(PythonDistributionFieldSet.create(item)) for item in distributions]
    built = await MultiGet(Get(BuiltPackage, EnvironmentAwarePackageRequest, each) for each in requests)
    return tuple(item.digest for item in built)


async def module_owners(module: str) -> PythonModuleOwners:
    """Return the targets that provide a Python module."""
    return await Get(PythonModuleOwners, PythonModuleOwnersRequest(module, resolve=None))


async def requirements_of(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets among the addresses that are third-party requirements."""
    return tuple(item for item in await _targets(addresses) if item.has_field(PythonRequirementsField))


async def all_requirements() -> tuple[Target, ...]:
    """Return all `python_requirement` targets of the repository, those that are generated included."""
    return tuple((await Get(AllPythonTargets)).third_party)


async def python_targets(addresses: Iterable[Address]) -> tuple[Target, ...]:
    """Return the targets with first-party Python code at the addresses; a requirement has none."""
    return tuple(item for item in await _targets(addresses) if item.has_field(PythonSourceField))


async def source_paths(targets: Iterable[Target]) -> dict[str, str]:
    """Return the path with its source root stripped → the path in the repository, of Python sources and resources."""
    fields = [
        item[kind] for item in targets for kind in (PythonSourceField, ResourceSourceField) if item.has_field(kind)
    ]
    paths = [field.file_path for field in fields if isinstance(field.value, str)]
    found = await Get(SourceRootsResult, SourceRootsRequest, SourceRootsRequest.for_files(paths))
    roots = {str(path): root.path for path, root in found.path_to_root.items()}
    return {str(PurePath(path).relative_to(roots[path])): path for path in paths}


async def python_files(targets: Collection[Target]) -> Snapshot:
    """Return the Python sources and resources of targets, source roots stripped, generated code included."""
    found = await MultiGet(Get(StrippedSourceFiles, SourceFilesRequest, each) for each in python_sources(targets))
    return await snapshot(await merge(item.snapshot.digest for item in found))


async def loose_files(targets: Iterable[Target]) -> Snapshot:
    """Return the files of `files` targets and their like by their paths in the repository, generated ones included."""
    sources = await Get(
        SourceFiles,
        SourceFilesRequest(
            [item.get(SourcesField) for item in targets], for_sources_types=(FileSourceField,), enable_codegen=True
        ),
    )
    return sources.snapshot
