"""This module lets Pants start in a fifth of the time. Python imports it first where PYTHONPATH has its folder.

Pants makes graphs of rules when it starts, and most of a start goes into these. The projects of tests do without some:

- The graph that resolves `[GLOBAL].plugins`: where ./pants starts Pants, it has what they need.
- In the graph that builds, rules that can be combined in many ways and that no project of a test asks for: those of the
  build server protocol, and those of `pex_binary`.

Where the project's daemon runs, Pants' compiled client asks it: the one in Python needs a second for its imports.

The tests of the launcher and of the plugin's wheel start Pants as it is.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Optional

_START = "pants.bin.pants_loader"
_MODULE = "pants.init.options_initializer"
# Whose modules were read. Others start as they do.
_RELEASES = ("2.17.", "2.18.")
# Whose client ends with _NO_DAEMON where no daemon runs with these options. Later ones start Pants themselves.
_CLIENT_RELEASES = ("2.17.",)
_NO_DAEMON = 75
_UNASKED = (
    "pants.bsp.rules",
    "pants.backend.python.goals.package_pex_binary",
    "pants.backend.python.goals.run_pex_binary",
)


class _Finder(MetaPathFinder):
    """Finds the module once, and changes it when it was executed. Before Pants starts, it asks the daemon."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        if name == _START:
            _ask_the_daemon()
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


def _ask_the_daemon() -> None:
    """End this process as the daemon's answer says, if there is a daemon to ask."""
    pants: Any = importlib.import_module("pants")
    folder = Path(pants.__path__[0])
    version, client = folder / "_version/VERSION", folder / "bin/native_client"
    starts_a_daemon = "PANTS_DAEMON_ENTRYPOINT" in os.environ
    if starts_a_daemon or not client.is_file() or not version.read_text().startswith(_CLIENT_RELEASES):
        return
    if not os.access(client, os.X_OK):
        # As pip leaves it.
        try:
            client.chmod(0o755)
        except OSError:
            return
    # What it says where there is no daemon is nobody's concern.
    asked = subprocess.run([str(client), *sys.argv[1:]], stderr=subprocess.PIPE, check=False)
    if asked.returncode != _NO_DAEMON:
        sys.stderr.buffer.write(asked.stderr)
        sys.stderr.flush()
        os._exit(asked.returncode)


def _change(module: Any) -> None:
    version: Any = importlib.import_module("pants.version")
    if version.VERSION.startswith(_RELEASES):
        _leave_out_the_first_graph(module)
        _leave_out_unasked_rules()


def _leave_out_the_first_graph(module: Any) -> None:
    """A `pants` on PATH, which ./pants hands over to, does resolve plugins."""
    create, resolve = module.create_bootstrap_scheduler, module.PluginResolver._resolve_plugins

    def create_to_resolve(bootstrapper: Any, *rest: Any) -> Any:
        return create(bootstrapper, *rest) if _plugins(bootstrapper) else None

    def resolve_if_any(resolver: Any, bootstrapper: Any, *rest: Any) -> Any:
        return resolve(resolver, bootstrapper, *rest) if _plugins(bootstrapper) else ()

    module.create_bootstrap_scheduler = create_to_resolve
    module.PluginResolver._resolve_plugins = resolve_if_any


def _plugins(bootstrapper: Any) -> Any:
    return bootstrapper.bootstrap_options.for_global_scope().plugins


def _leave_out_unasked_rules() -> None:
    """Pants has not asked these modules for their rules yet: it does so for each backend, later."""
    for name in _UNASKED:
        unasked: Any = importlib.import_module(name)
        unasked.rules = lambda: ()


sys.meta_path.insert(0, _Finder())
