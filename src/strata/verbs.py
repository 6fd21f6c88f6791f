"""Verbs: the steps of a build, each a process that Pants runs.

    python -I LIBRARY VERB request.json

A verb reads its request, a JSON object, writes its files below the working directory and returns what goes into
`result.json`. A user's mistake ends with the error's own exit code (2, mostly) and the error as JSON on standard error;
everything else is a traceback. Arguments are read without argparse: dozens of these processes start in a build.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from strata.errors import StrataError

# Imported when asked for: a process gets only the modules that its verb needs, so that an edit elsewhere in the
# library leaves its cache key alone (see library_process.py in the plugin).
VERBS = {
    "app-layer": "strata.layers.app",
    "build-wheel": "strata.installers.build_wheel",
    "dependencies-layer": "strata.layers.dependencies",
    "fetch-debian": "strata.fetch.debian",
    "fetch-debian-index": "strata.fetch.debian_index",
    "fetch-wheel": "strata.fetch.wheel",
    "install": "strata.installers.proof",
    "interpreter-layer": "strata.layers.interpreter",
    "interpreter-tree": "strata.interpreters.tree",
    "lock-installer": "strata.fetch.installer_lock",
    "os-packages-layer": "strata.layers.os_packages",
    "venv-layer": "strata.layers.venv",
}


def run_verb(verb: str, request: Path) -> int:
    """Returns the exit code."""
    module = importlib.import_module(VERBS[verb])
    try:
        result = module.run(json.loads(request.read_text(encoding="utf-8")))
    except StrataError as error:
        print(error.to_json(), file=sys.stderr)
        return error.exit_code
    Path("result.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0
