"""This module lets Pants start in less than half of the time. Python imports it first where PYTHONPATH has its folder.

Pants makes graphs of rules when it starts, and most of a start goes into these. The projects of tests do without some:

- The graph that resolves `[GLOBAL].plugins`: they resolve none, since ./pants has what they need.
- In the graph that builds, rules that can be combined in many ways and that no project of a test asks for: those of the
  build server protocol, and those of `pex_binary`.

The tests of the launcher and of the plugin's wheel start Pants as it is.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional

_MODULE = "pants.init.options_initializer"
# Whose modules were read. Others start as they do.
_RELEASES = ("2.17.", "2.18.")
_UNASKED = (
    "pants.bsp.rules",
    "pants.backend.python.goals.package_pex_binary",
    "pants.backend.python.goals.run_pex_binary",
)


class _Finder(MetaPathFinder):
    """Finds the module once, and changes it when it was executed."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_change(module: ModuleType) -> None:
                execute(module)
                _change(module)

            spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec


def _change(module: Any) -> None:
    version: Any = importlib.import_module("pants.version")
    if version.VERSION.startswith(_RELEASES):
        _leave_out_the_first_graph(module)
        _leave_out_unasked_rules()


def _leave_out_the_first_graph(module: Any) -> None:
    module.create_bootstrap_scheduler = lambda *_: None
    module.PluginResolver._resolve_plugins = _resolved


def _leave_out_unasked_rules() -> None:
    """Pants has not asked these modules for their rules yet: it does so for each backend, later."""
    for name in _UNASKED:
        unasked: Any = importlib.import_module(name)
        unasked.rules = lambda: ()


def _resolved(_: Any, options_bootstrapper: Any, *__: Any) -> tuple[str, ...]:
    plugins = options_bootstrapper.bootstrap_options.for_global_scope().plugins
    assert not plugins, f"this project resolves plugins, so it needs Pants as it is: {plugins}"
    return ()


sys.meta_path.insert(0, _Finder())
