"""This module refuses to start on a package `strata` that is not the library of this plugin.

Pants installs all plugins into one environment, and `strata` is a name that another distribution, or a directory of
`[GLOBAL].pythonpath`, may have, too. Its own words stand here, since the library with all others is not found then; in
one line, since Pants shows them quoted.
"""

from __future__ import annotations

from importlib.util import find_spec

_OWN = ("strata.errors.unworded", "strata.protocol.message", "strata.verbs")


def check_library() -> None:
    """Raise ImportError where the first package `strata` on the import path is none, or another one."""
    try:
        found = find_spec("strata")
        if found and all(find_spec(module) for module in _OWN):
            return
    except ModuleNotFoundError:
        # It is a module, or lacks one of the packages.
        pass
    if found is None:
        raise ImportError(
            "The plugin pants_strata does not find its library, the package `strata`. Fix: name `pants-strata` in "
            "`[GLOBAL].plugins`; for a checkout, name both `pants-plugins` and `src` in `[GLOBAL].pythonpath`."
        )
    raise ImportError(
        "The plugin pants_strata needs its own library, and Python finds another `strata` first: "
        f"{found.origin or list(found.submodule_search_locations or ())}. Fix: take what brings it out of "
        "`[GLOBAL].plugins` or `[GLOBAL].pythonpath`, or name it behind `pants-strata`."
    )
