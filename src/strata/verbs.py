"""Verbs: the steps of a build, each a process that Pants runs.

    python -I LIBRARY VERB request.json

A verb reads its request (strata.protocol), writes its files below the working directory, and its result to
`result.json`. A user's mistake ends with exit code 2 and the error, as JSON, on the last line of standard error;
everything else is a traceback. Arguments are read without argparse: dozens of these processes start in a build.
"""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path
from typing import Any

from strata.errors import unworded
from strata.pieces import NO_ROOM

# Imported when asked for: a process gets only the modules that its verb needs, so that an edit elsewhere in the
# library leaves its cache key alone (see library_slice.py in the plugin).
VERBS = {
    "app-layer": "strata.layers.app",
    "build-wheel": "strata.installers.build_wheel",
    "debug-layer": "strata.layers.debug",
    "dependencies-layer": "strata.layers.dependencies",
    "fetch-base": "strata.bases.fetch",
    "fetch-base-layer": "strata.bases.fetch_layer",
    "fetch-debian": "strata.fetch.debian",
    "fetch-debian-index": "strata.fetch.debian_index",
    "fetch-standalone": "strata.fetch.standalone",
    "fetch-standalone-release": "strata.fetch.standalone_release",
    "fetch-wheel": "strata.fetch.wheel",
    "files-layer": "strata.layers.files",
    "image-archive": "strata.oci.image_archive",
    "inspect-base-layer": "strata.bases.inspect_layer",
    "interpreter-layer": "strata.layers.interpreter",
    "interpreter-tree": "strata.interpreters.tree",
    "lock-installer": "strata.installers.installer_lock",
    "normal-wheel": "strata.wheels.normal_wheel",
    "os-packages-layer": "strata.layers.os_packages",
    "prepare-installer": "strata.installers.prepare",
    "proof": "strata.installers.proof",
    "standalone-interpreter-layer": "strata.layers.standalone_interpreter",
    "standalone-tree": "strata.interpreters.standalone.tree",
    "try-image": "strata.image_tests.run",
    "venv-layer": "strata.layers.venv",
}


# Verbs with these words in their names have a room of their own in strata.protocol.
_ROOMS = {
    "base": "bases.",
    "image": "images.",
    "files": "contents.",
    "installer": "installers.",
    "standalone": "standalone.",
}


def protocol(verb: str) -> str:
    """Return the name of the module with the request and the result of a verb."""
    room = next((folder for word, folder in _ROOMS.items() if word in verb.split("-")), "")
    return f"strata.protocol.{room}{verb.replace('-', '_')}"


def _imported(verb: str) -> tuple[Any, Any]:
    """Import the module of a verb, and that of its request and result; return both."""
    # Imports make nothing that could be collected.
    gc.disable()
    unworded.leave_words_out()
    modules = importlib.import_module(VERBS[verb]), importlib.import_module(protocol(verb))
    gc.freeze()
    gc.enable()
    return modules


def run_verb(verb: str, request: Path) -> int:
    """Run a verb in a process of its own; return the exit code."""
    module, messages = _imported(verb)
    try:
        result = module.run(messages.Request.from_json(request.read_text(encoding="utf-8")))
    except unworded.UnwordedError as error:
        return _report(error)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        return _report(unworded.UnwordedError("machine", "no_room", [verb, str(error)]))
    Path("result.json").write_text(f"{result.to_json()}\n", encoding="utf-8")
    return 0


def _report(error: unworded.UnwordedError) -> int:
    """Write an error to the last line of standard error, where the rule looks for it; return the exit code."""
    print(error.to_json(), file=sys.stderr)
    return 2
