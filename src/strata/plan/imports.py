"""This module decides which imports of an app the modules of an image, or of a wheel, satisfy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from strata.protocol.app_layer import Import


def unsatisfied(imports: Iterable[Import], modules: Collection[str], standard_library: Collection[str]) -> list[Import]:
    """Return the imports that find nothing among the modules, in their order.

    :param modules: the full names of the importable modules.
    :param standard_library: the names of its top-level modules.
    """
    return [
        item
        for item in imports
        if item.module.partition(".")[0] not in standard_library and not _provides(item.module, modules)
    ]


def providers(imports: Iterable[Import], wheels: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return for each import the names of the wheels that satisfy it, sorted.

    :param wheels: name → what an import has to name (strata.wheels.modules.import_names).
    """
    return [[name for name in sorted(wheels) if _provides(item.module, wheels[name])] for item in imports]


def _provides(module: str, modules: Collection[str]) -> bool:
    """Return whether an import finds its module, or a package above it that may define the name itself."""
    parts = module.split(".")
    # A regular package may define any name when it is imported. A namespace (PEP 420) holds what lies in it alone.
    if any(".".join(parts[:length]) in modules for length in range(1, len(parts) + 1)):
        return True
    return any(each.startswith(f"{module}.") for each in modules)
