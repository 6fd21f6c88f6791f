"""This module reads uv.lock, version 1: the packages that a project, its groups and extras need in an environment.

Source: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, and crates/uv-resolver of uv for the fields.
The lock is a graph: each dependency names a package, its version where several are locked, and a marker. URLs of files
are not read: a file is found by name and hash on the indexes of the user's configuration.

Members of the workspace are code of the repository: their dependencies are installed, and the members are not.
"""

from __future__ import annotations

from packaging.utils import canonicalize_name

from strata.errors import locks as errors
from strata.locks.locked_files import one_version_each
from strata.locks.pyproject import Pyproject, read_pyproject
from strata.locks.requirements import LockedRequirement
from strata.locks.toml_table import Table, read_toml
from strata.locks.uv.fresh import differences
from strata.locks.uv.graph import COMMAND, Graph
from strata.locks.version_range import allows
from strata.locks.wanted import Wanted


def read_uv_lock(lock_text: str, where: str, document: Table, wanted: Wanted) -> tuple[LockedRequirement, ...]:
    """Return the project's dependencies and those of the wanted groups and extras, without the project, sorted by name.

    Raise StrataError for a lock of another version, interpreter, platform or pyproject.toml, for a group or an extra
    that the project does not have, for some that exclude each other, and for packages from elsewhere than an index.
    """
    lock = read_toml(lock_text, where)
    if lock.values.get("version") != 1:
        raise errors.other_lock_version(
            where, str(lock.values.get("version", "unknown")), "those of version 1", COMMAND
        )
    pyproject = read_pyproject(document)
    if not pyproject.name:
        raise errors.no_project(document.where, where)
    graph = Graph(lock, pyproject.name)
    changed = differences(lock, graph.root, len(graph.members), document, pyproject)
    if changed:
        raise errors.outdated(where, document.where, changed, COMMAND)
    pythons = lock.text("requires-python", "")
    if not allows(pythons, wanted.python, where):
        raise errors.other_python(where, pythons, wanted.python, COMMAND)
    platforms = lock.texts("supported-markers")
    if platforms and not any(wanted.applies(marker, where) for marker in platforms):
        raise errors.other_platform(where, platforms, COMMAND)
    wanted.check_known(where, groups=tuple(pyproject.groups), extras=tuple(pyproject.extras))
    _check_conflicts(lock, pyproject, wanted)
    return one_version_each(graph.requirements(wanted), where, COMMAND)


def _check_conflicts(lock: Table, pyproject: Pyproject, wanted: Wanted) -> None:
    for index, conflict in enumerate(lock.items("conflicts")):
        items = Table(lock.where, {"set": conflict}, f"conflicts[{index}]").tables("set")
        chosen = []
        for item in items:
            if canonicalize_name(item.text("package")) != pyproject.name:
                continue
            for kind, names in (("extra", wanted.extras), ("group", wanted.groups)):
                if canonicalize_name(item.text(kind, "")) in names:
                    chosen.append(f"{kind} {item.text(kind)}")
            if "extra" not in item and "group" not in item:
                chosen.append(f"project {pyproject.name}")
        if len(chosen) > 1:
            raise errors.conflicting(lock.where, chosen)
