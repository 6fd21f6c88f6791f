"""What an image runs: from the fields `entry_point` and `script` to the module, its owner and the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts import Venv
from pants_strata.target_types import EntryPointField, ScriptField
from strata.errors import targets as errors
from strata.venv.environment import IMAGE_PREFIX, IMAGE_PYTHON

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class EntryPoint:
    """A module, optionally a function in it; `owners` are the first-party targets that provide the module."""

    module: str
    function: str
    owners: tuple[Address, ...]

    def command(self) -> tuple[str, ...]:
        """`-P` keeps the working directory out of `sys.path`, where it would come before the standard library."""
        if not self.function:
            return (IMAGE_PYTHON, "-P", "-m", self.module)
        top = self.function.partition(".")[0]
        return (
            IMAGE_PYTHON,
            "-P",
            "-c",
            f"import sys; from {self.module} import {top}; sys.exit({self.function}())",
        )


async def entry_point(field: EntryPointField) -> Optional[EntryPoint]:
    """The entry point that the field names, None where it is not set. Raises StrataError where it names nothing."""
    if field.value is None:
        return None
    where = str(field.address)
    name, _, function = field.value.partition(":")
    if name.endswith(".py"):
        path = str(PurePosixPath(field.address.spec_path, name))
        folder = field.address.spec_path or "."
        if path not in await engine.repository_paths([path]):
            similar = [PurePosixPath(each).name for each in await engine.repository_paths([f"{folder}/*.py"])]
            raise errors.entry_point_file_missing(path, sorted(similar)).at(where)
        root = await engine.source_root(path)
        parts = PurePosixPath(path).relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] in ("__init__", "__main__") and len(parts) > 1 else parts)
    else:
        path, module = "", name
    if not _MODULE.fullmatch(module) or (":" in field.value and not _MODULE.fullmatch(function)):
        raise errors.entry_point_malformed(field.value).at(where)
    owners = await _owners(module, path, where)
    if path and not owners:
        raise errors.entry_point_file_unowned(path).at(where)
    return EntryPoint(module, function, owners)


async def _owners(module: str, path: str, where: str) -> tuple[Address, ...]:
    """A package counts by its `__main__`, which is what runs, and by its `__init__`, which runs before it."""
    found = []
    for name in (module, f"{module}.__main__"):
        owners = await engine.module_owners(name)
        ambiguous = [address for address in owners.ambiguous if not path or address.filename == path]
        if len(ambiguous) > 1:
            raise errors.ambiguous_module(name, [str(address) for address in ambiguous]).at(where)
        found += [*owners.unambiguous, *ambiguous]
    return tuple(dict.fromkeys(found))


async def image_command(target: Target, venv: Venv) -> tuple[str, ...]:
    """The `Entrypoint` of an image. Raises StrataError where the venv and the repository have nothing of that name."""
    where = str(target.address)
    point, script = await entry_point(target[EntryPointField]), target[ScriptField].value
    if (point is None) == (script is None):
        both = [f'entry_point="{target[EntryPointField].value}"', f'script="{script}"']
        raise errors.one_entry_point(both if script else []).at(where)
    if point is None:
        assert script is not None
        if script not in venv.scripts:
            raise errors.script_missing(script, sorted(venv.scripts)).at(where)
        return (IMAGE_PYTHON, "-P", f"/{IMAGE_PREFIX}/bin/{script}")
    if not point.owners:
        _check_installed(point, venv, where)
    return point.command()


def _check_installed(point: EntryPoint, venv: Venv, where: str) -> None:
    top = point.module.partition(".")[0]
    is_package = any(module.startswith(f"{point.module}.") for module in venv.modules)
    if point.module not in venv.modules and not is_package and top not in venv.standard_library:
        raise errors.entry_point_module_missing(point.module).at(where)
    if is_package and not point.function and f"{point.module}.__main__" not in venv.modules:
        raise errors.entry_point_not_runnable(point.module).at(where)
