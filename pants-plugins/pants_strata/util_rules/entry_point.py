"""What an image runs: from the fields `entry_point` and `script` to the module, its owner and the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Callable, Optional

from pants.backend.python.target_types import PythonSourceField
from pants.engine.addresses import Address
from pants.engine.target import Target

from pants_strata import engine
from pants_strata.artifacts.venv import Venv
from pants_strata.target_types import EntryPointField, ScriptField
from strata.errors import targets as errors
from strata.wheels.image_venv import IMAGE_PREFIX, IMAGE_PYTHON

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

Narrow = Callable[[tuple[Target, ...]], tuple[Target, ...]]
"""Leaves of several targets with one file, one for each resolve, those that an image can have."""


@dataclass(frozen=True)
class EntryPoint:
    """A module, optionally a function in it; `owners` are the first-party targets that provide the module."""

    module: str
    function: str
    owners: tuple[Address, ...]

    def command(self, python: str) -> tuple[str, ...]:
        """Return the command that runs it on a version of CPython, with no working directory in `sys.path`.

        It would come before the standard library there. `-P` keeps it out since CPython 3.11; before, the program
        itself takes it out, and then does what `-m` does.
        """
        top = self.function.partition(".")[0]
        call = f"from {self.module} import {top}; sys.exit({self.function}())"
        if _has_safe_path(python):
            if not self.function:
                return (IMAGE_PYTHON, "-P", "-m", self.module)
            return (IMAGE_PYTHON, "-P", "-c", f"import sys; {call}")
        run = call if self.function else f"import runpy; runpy._run_module_as_main({self.module!r})"
        return (IMAGE_PYTHON, "-c", f"import sys; del sys.path[0]; {run}")


async def entry_point(field: EntryPointField, narrow: Narrow) -> Optional[EntryPoint]:
    """Return the entry point that the field names, None where it is not set.

    Raise StrataError where it names nothing, or one of several targets.
    """
    if field.value is None:
        return None
    where = str(field.address)
    name, _, function = field.value.partition(":")
    path, file_module = "", ""
    if name.endswith(".py"):
        path = await _file(field, name)
        parts = PurePosixPath(path).relative_to(await engine.source_root(path)).with_suffix("").parts
        # As Pants calls it; a module `__init__` at a source root is ".".
        file_module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "."
        # `python -m package` runs the module `__main__` of a package.
        implied = ("__init__",) if function else ("__init__", "__main__")
        module = ".".join(parts[:-1] if parts[-1] in implied and len(parts) > 1 else parts)
        if not _MODULE.fullmatch(module):
            raise errors.entry_point_file_no_module(path, module).at(where)
    else:
        module = name
    if not _MODULE.fullmatch(module) or (":" in field.value and not _MODULE.fullmatch(function)):
        raise errors.entry_point_malformed(field.value).at(where)
    if path:
        owners = await _file_owners(path, file_module, where, narrow)
    else:
        owners = await _module_owners(module, where, narrow)
    # A package is run by its `__main__`. To name its `__init__.py` is to name the package.
    if not function and owners and all(_is_package(owner) for owner in owners):
        main = await _module_owners(f"{module}.__main__", where, narrow)
        if not main:
            raise errors.entry_point_not_runnable(module).at(where)
        owners = (*owners, *main)
    return EntryPoint(module, function, tuple(owner.address for owner in owners))


async def _file(field: EntryPointField, name: str) -> str:
    """Return the path of a file that the field names, relative to the build root."""
    path = PurePosixPath(field.address.spec_path, name)
    if path.is_absolute() or ".." in path.parts:
        raise errors.entry_point_file_elsewhere(name).at(str(field.address))
    if str(path) not in await engine.repository_paths([str(path)]):
        similar = [PurePosixPath(each).name for each in await engine.repository_paths([str(path.parent / "*.py")])]
        raise errors.entry_point_file_missing(str(path), str(path.parent), sorted(similar)).at(str(field.address))
    return str(path)


async def _file_owners(path: str, module: str, where: str, narrow: Narrow) -> tuple[Target, ...]:
    """Return the targets with a file, found by its module: all images share what Pants knows of modules."""
    answer = await engine.module_owners(module)
    targets = await engine.python_targets((*answer.unambiguous, *answer.ambiguous))
    owners = narrow(tuple(target for target in targets if target[PythonSourceField].file_path == path))
    if not owners:
        raise errors.entry_point_file_unowned(path).at(where)
    if len(owners) > 1:
        raise errors.ambiguous_file(path, [str(owner.address) for owner in owners]).at(where)
    return owners


async def _module_owners(module: str, where: str, narrow: Narrow) -> tuple[Target, ...]:
    """Return the targets whose files are the module; none where the repository does not have it."""
    owners = await engine.module_owners(module)
    ambiguous = narrow(_with_module(module, await engine.python_targets(owners.ambiguous)))
    if len(ambiguous) > 1:
        raise errors.ambiguous_module(module, [str(owner.address) for owner in ambiguous]).at(where)
    return (*narrow(_with_module(module, await engine.python_targets(owners.unambiguous))), *ambiguous)


def _with_module(module: str, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Pants also answers with the package, which may have a name of that kind in its `__init__`."""
    wanted = tuple(module.split("."))
    found = []
    for target in targets:
        parts = PurePosixPath(target[PythonSourceField].file_path).with_suffix("").parts
        named = parts[:-1] if parts[-1] == "__init__" else parts
        if named[-len(wanted) :] == wanted:
            found.append(target)
    return tuple(found)


def _is_package(target: Target) -> bool:
    return PurePosixPath(target[PythonSourceField].file_path).stem == "__init__"


async def image_command(target: Target, venv: Venv, narrow: Narrow, python: str) -> tuple[str, ...]:
    """Return the `Entrypoint` of an image. Raise StrataError where the venv and the repository lack what it names.

    :param python: the version of the image's CPython.
    """
    where = str(target.address)
    point, script = await entry_point(target[EntryPointField], narrow), target[ScriptField].value
    if (point is None) == (script is None):
        both = [f'entry_point="{target[EntryPointField].value}"', f'script="{script}"']
        raise errors.one_entry_point(both if script else []).at(where)
    if point is None:
        assert script is not None
        if script not in venv.scripts:
            raise errors.script_missing(script, sorted(venv.scripts)).at(where)
        path = f"/{IMAGE_PREFIX}/bin/{script}"
        return (IMAGE_PYTHON, "-P", path) if _has_safe_path(python) else (IMAGE_PYTHON, path)
    if not point.owners:
        _check_installed(point, venv, where)
    return point.command(python)


def _has_safe_path(python: str) -> bool:
    """Return whether a version of CPython has the option `-P` (https://docs.python.org/3/using/cmdline.html)."""
    return int(python.split(".")[1]) >= 11


def _check_installed(point: EntryPoint, venv: Venv, where: str) -> None:
    top = point.module.partition(".")[0]
    is_package = any(module.startswith(f"{point.module}.") for module in venv.modules)
    if point.module not in venv.modules and not is_package and top not in venv.standard_library:
        raise errors.entry_point_module_missing(point.module).at(where)
    if is_package and not point.function and f"{point.module}.__main__" not in venv.modules:
        raise errors.entry_point_not_runnable(point.module).at(where)
