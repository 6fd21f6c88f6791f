"""Command line of the library.

    python -I LIBRARY VERB request.json      a step of a build: a JSON request in, blobs and a JSON result out
    python -m strata validate DIRECTORY      what is wrong with an OCI image layout
    python -m strata list BLOB_OR_DIRECTORY  the files of a layer, or of all layers of a layout
    python -m strata diff REFERENCE LAYOUT   why an image differs from another one
    python -m strata audit DIRECTORY         the installers of Python packages in an OCI image layout

A verb reads its request, writes its files below the working directory and returns what goes into `result.json`.
A user's mistake ends with the error's own exit code (2, mostly) and the error on standard error, for a verb as JSON;
everything else is a traceback.
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
    "build-wheel": "strata.venv.build_wheel",
    "fetch-debian": "strata.fetch.debian",
    "fetch-debian-index": "strata.fetch.debian_index",
    "fetch-wheel": "strata.fetch.wheel",
    "install": "strata.venv.proof",
    "lock-installer": "strata.fetch.installer_lock",
    "interpreter-tree": "strata.layers.interpreter_tree",
    "interpreter-layer": "strata.layers.interpreter",
    "os-packages-layer": "strata.layers.os_packages",
    "venv-layer": "strata.layers.venv",
    "dependencies-layer": "strata.layers.dependencies",
    "app-layer": "strata.layers.app",
}

COMMANDS = {
    "audit": "strata.audit.command",
    "diff": "strata.diff.command",
    "list": "strata.oci.command",
    "validate": "strata.oci.command",
}


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.verb in VERBS:
        return _run_verb(arguments.verb, arguments.request)
    command = importlib.import_module(COMMANDS[arguments.verb])
    try:
        return int(command.COMMANDS[arguments.verb](arguments))
    except StrataError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="strata", description="Builds and checks layers of OCI images.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMMAND")

    validate = verbs.add_parser("validate", help="recompute all that an OCI image layout says of itself")
    validate.add_argument("layout", type=Path, help="the directory that holds index.json")
    validate.add_argument(
        "--image-spec-only",
        action="store_true",
        help="leave out what only reproducible images must hold: for images that something else built",
    )
    listing = verbs.add_parser("list", help="list mode, owner, size and path of each file in a layer")
    listing.add_argument("path", type=Path, help="a layer's blob, or the directory that holds index.json")
    diff = verbs.add_parser("diff", help="compare the images of two layouts, layer by layer, and name the causes")
    diff.add_argument("reference", metavar="REFERENCE", help="DIRECTORY or DIRECTORY:TAG of an OCI image layout")
    diff.add_argument("layout", metavar="LAYOUT", help="the same, to compare with the reference")
    diff.add_argument("--format", choices=("table", "json"), default="table", help="table: the default")
    diff.add_argument("--only-changed", action="store_true", help="leave out images and layers that are the same")
    diff.add_argument("--fail-on-change", action="store_true", help="exit with 1 if an image changed")
    audit = verbs.add_parser("audit", help="find installers of Python packages in the images of any OCI image layout")
    audit.add_argument("layout", type=Path, help="the directory that holds index.json")
    audit.add_argument("--looked-for", action="store_true", help="say also which paths and contents are looked for")

    for verb in sorted(VERBS):
        step = verbs.add_parser(verb, help="a step of a build; Pants runs it")
        step.add_argument("request", type=Path, help="the request, a JSON file")
    return parser


def _run_verb(verb: str, request: Path) -> int:
    module = importlib.import_module(VERBS[verb])
    try:
        result = module.run(json.loads(request.read_text(encoding="utf-8")))
    except StrataError as error:
        print(error.to_json(), file=sys.stderr)
        return error.exit_code
    Path("result.json").write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
