"""`./pants tailor` proposes an image for each program, and targets for a base and a CPython of the repository's own.

`[strata-tailor]` says which. No process, and no error of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pants.backend.python.goals.tailor import is_entry_point
from pants.backend.python.target_types import (
    PythonTestsGeneratingSourcesField,
    PythonTestUtilsGeneratingSourcesField,
)
from pants.core.goals.tailor import PutativeTarget, PutativeTargets, PutativeTargetsRequest
from pants.engine.rules import Rule, collect_rules, rule
from pants.engine.target import AllUnexpandedTargets, Target
from pants.engine.unions import UnionRule
from pants.source.filespec import FilespecMatcher
from pants.util.logging import LogLevel

from pants_strata import engine
from pants_strata.tailor_options import StrataTailorSubsystem
from pants_strata.target_types import (
    DebianPackagesTarget,
    EntryPointField,
    PythonImageTarget,
    PythonInterpreterTarget,
)
from pants_strata.target_types.defaults import is_default

_MAIN = "__main__"
# By their names, as Pants has them where no option says otherwise.
_TESTS = FilespecMatcher(
    [*PythonTestsGeneratingSourcesField.default, *PythonTestUtilsGeneratingSourcesField.default], ()
)


@dataclass(frozen=True)
class PutativeStrataTargetsRequest(PutativeTargetsRequest):
    """The request for the targets that `tailor` proposes."""


def _program(field: EntryPointField) -> str:
    """Return what an image runs, without a function: the path of a file from the build root, or a module."""
    name = (field.value or "").partition(":")[0]
    return str(PurePosixPath(field.address.spec_path, name)) if name.endswith(".py") else name


async def _modules(path: str) -> Collection[str]:
    """Return the names by which an image may run a file: `python -m package` runs `package.__main__`."""
    parts = PurePosixPath(path).relative_to(await engine.source_root(path)).with_suffix("").parts
    names = [parts, parts[:-1]] if parts[-1] == _MAIN else [parts]
    return [".".join(each) for each in names if each]


async def _programs(folders: Iterable[str]) -> list[str]:
    """Return the paths of the files in some folders that are run as programs, sorted; no tests."""
    files: Mapping[str, bytes] = await engine.repository_files(str(PurePosixPath(folder, "*.py")) for folder in folders)
    tests = set(_TESTS.matches([PurePosixPath(path).name for path in files]))
    return sorted(
        path
        for path, content in files.items()
        if (file := PurePosixPath(path)).name not in tests and (file.stem == _MAIN or is_entry_point(content))
    )


async def _images(folders: Iterable[str], existing: Iterable[Target]) -> list[PutativeTarget]:
    """Return an image for each program that no image runs. Beside other programs it has the name of its file."""
    run = {_program(target[EntryPointField]) for target in existing if target.has_field(EntryPointField)}
    programs = await _programs(folders)
    in_folder = Counter(PurePosixPath(path).parent for path in programs)
    proposed = []
    for path in programs:
        if run.isdisjoint([path, *await _modules(path)]):
            file = PurePosixPath(path)
            folder = "" if str(file.parent) == "." else str(file.parent)
            name = "image" if in_folder[file.parent] == 1 else f"{file.stem.strip('_')}_image"
            proposed.append(
                PutativeTarget.for_target_type(
                    PythonImageTarget,
                    path=folder,
                    name=name,
                    triggering_sources=(),
                    kwargs={"name": name, "entry_point": file.name},
                )
            )
    return proposed


def _artifacts(folder: str, existing: Collection[Target]) -> list[PutativeTarget]:
    """Return the base and the CPython of which the repository has none; comments say how they come into use."""
    kinds = {target.alias for target in existing}
    place = folder or "//"
    wanted = (
        (DebianPackagesTarget, "base", "base"),
        (PythonInterpreterTarget, "cpython", "interpreter"),
    )
    return [
        PutativeTarget.for_target_type(
            kind,
            path=folder,
            name=name,
            triggering_sources=(),
            # Pants names a target in the folder at the top itself, unless the fields do.
            kwargs={"name": name, "lockfile": f"{name}.lock.json"},
            comments=(
                f"# Lock it: ./pants generate-lockfiles --resolve={place}:{name}",
                f'# Let images have it, in pants.toml: [strata] {option} = "{place}:{name}"',
            ),
        )
        for kind, name, option in wanted
        if kind.alias not in kinds
    ]


def _looked_into(folder: str, folders: Collection[str]) -> bool:
    """Return whether `tailor` was given a folder, or one above it."""
    path = PurePosixPath(folder)
    above = {"" if str(each) == "." else str(each) for each in (path, *path.parents)}
    return not above.isdisjoint(folders)


@rule(desc="Determine candidate images to create", level=LogLevel.DEBUG)
async def propose_targets(
    request: PutativeStrataTargetsRequest, options: StrataTailorSubsystem, targets: AllUnexpandedTargets
) -> PutativeTargets:
    """Return the targets that the options ask for and that nobody wrote yet."""
    existing = [target for target in targets if not is_default(target.address)]
    folder = options.artifacts.strip("/")
    proposed = await _images(request.dirs, existing) if options.images else []
    if options.artifacts and _looked_into(folder, request.dirs):
        proposed += _artifacts(folder, existing)
    return PutativeTargets(proposed)


def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of this module."""
    return (*collect_rules(), UnionRule(PutativeTargetsRequest, PutativeStrataTargetsRequest))
