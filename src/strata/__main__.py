"""Command line of the library: one verb, a JSON request in, blobs and a JSON result out.

    python -I LIBRARY VERB request.json

A verb reads its request, writes its files below the working directory and returns what goes into `result.json`.
A user's mistake ends with the error's own exit code (2, mostly) and the error as JSON on standard error; everything else is a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from strata.errors import StrataError

# Imported when asked for: a process gets only the modules that its verb needs, so that an edit elsewhere in the
# library leaves its cache key alone (see library_process.py in the plugin).
VERBS = {
    "fetch-debian": "strata.fetch.debian",
    "fetch-debian-index": "strata.fetch.debian_index",
    "fetch-wheel": "strata.fetch.wheel",
    "interpreter-tree": "strata.layers.interpreter_tree",
    "interpreter-layer": "strata.layers.interpreter",
    "os-packages-layer": "strata.layers.os_packages",
    "dependencies-layer": "strata.layers.dependencies",
    "app-layer": "strata.layers.app",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="strata", description=__doc__)
    parser.add_argument("verb", choices=sorted(VERBS))
    parser.add_argument("request", type=Path, help="the request, a JSON file")
    arguments = parser.parse_args()
    verb = importlib.import_module(VERBS[arguments.verb])
    try:
        result = verb.run(json.loads(arguments.request.read_text()))
    except StrataError as error:
        print(error.to_json(), file=sys.stderr)
        return error.exit_code
    Path("result.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
