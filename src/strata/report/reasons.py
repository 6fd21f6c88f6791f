"""This module says why each wheel is in an image: which import, requirement or other wheel asked for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from strata.plan.imports import providers
from strata.plan.needed import project_of, reached, required
from strata.protocol.app_layer import Import

WHOLE_LOCK = "the image takes all of its lock"
OWN = "a distribution of this repository, among the dependencies of the image"


@dataclass(frozen=True)
class WheelFacts:
    """A wheel of an image, as far as reasons need it.

    :param requires: the values of Requires-Dist in its metadata.
    :param import_names: what an import has to name to find something in it.
    :param own: whether it was built of a `python_distribution` of the repository.
    """

    name: str
    version: str
    requires: tuple[str, ...]
    import_names: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True)
class Demand:
    """Another wheel that requires one, and the line of its metadata that says so."""

    project: str
    requirement: str


@dataclass(frozen=True)
class Reason:
    """Why a wheel is in an image.

    :param code: what asks for it directly, in words: imports first, then requirements.
    :param demands: the wheels that require it, sorted.
    :param path: the projects from one that something asks for directly to this one, along the fewest requirements.
    """

    project: str
    version: str
    code: tuple[str, ...]
    demands: tuple[Demand, ...]
    path: tuple[str, ...]


def reasons(
    wheels: Iterable[WheelFacts],
    declared: Optional[Mapping[str, str]],
    imports: Sequence[Import],
    environment: Mapping[str, str],
) -> dict[str, Reason]:
    """Return the reason of each wheel by the name of its project, sorted.

    :param declared: the requirements (PEP 508) that the image's code depends on, and the targets that have them; None
        for an image that takes all of its lock.
    :param imports: what the image's code imports and does not hold itself.
    :param environment: the value of every PEP 508 marker.
    """
    by_name = {wheel.name: wheel for wheel in wheels}
    code = _code(by_name, declared, imports)
    requires = {name: wheel.requires for name, wheel in by_name.items()}
    extras = reached([*(declared or ()), *by_name], requires, by_name, environment)
    demands: dict[str, set[Demand]] = {name: set() for name in by_name}
    for name, wheel in by_name.items():
        for line in wheel.requires:
            for other, _ in required(name, [line], environment, sorted(extras[name])):
                if other in demands and other != name:
                    demands[other].add(Demand(name, line))
    if declared is None:
        for name in by_name:
            if not code[name] and not demands[name]:
                code[name].append(WHOLE_LOCK)
    paths = _paths([name for name in sorted(by_name) if code[name]], demands)
    return {
        name: Reason(
            name,
            by_name[name].version,
            tuple(code[name]),
            tuple(sorted(demands[name], key=lambda each: (each.project, each.requirement))),
            paths.get(name, (name,)),
        )
        for name in sorted(by_name)
    }


def _code(
    wheels: Mapping[str, WheelFacts], declared: Optional[Mapping[str, str]], imports: Sequence[Import]
) -> dict[str, list[str]]:
    """Return what the image's own code and targets ask for, by project."""
    code: dict[str, list[str]] = {name: [] for name in wheels}
    offered = {name: wheel.import_names for name, wheel in wheels.items()}
    for item, names in zip(imports, providers(imports, offered)):
        for name in names:
            code[name].append(f"import {item.module}, in {item.file}:{item.line}")
    for requirement, address in (declared or {}).items():
        name = project_of(requirement)
        if name in code:
            code[name].append(f"requirement {requirement}, of {address}")
    for name, wheel in wheels.items():
        if wheel.own:
            code[name].append(OWN)
    return code


def _paths(roots: Sequence[str], demands: Mapping[str, Iterable[Demand]]) -> dict[str, tuple[str, ...]]:
    """Return the shortest path from a root to each project that one leads to; among equals the first by names."""
    required_by: dict[str, list[str]] = {}
    for name, asking in demands.items():
        for each in asking:
            required_by.setdefault(each.project, []).append(name)
    paths: dict[str, tuple[str, ...]] = {root: (root,) for root in roots}
    pending = deque(roots)
    while pending:
        name = pending.popleft()
        for other in sorted(required_by.get(name, ())):
            if other not in paths:
                paths[other] = (*paths[name], other)
                pending.append(other)
    return paths
