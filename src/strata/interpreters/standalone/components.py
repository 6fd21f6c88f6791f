"""This module writes a bill of materials of a standalone build, in the form of CycloneDX, for scanners of images.

A standalone build has its libraries linked into the program, where scanners do not look: an image with an outdated
OpenSSL would pass. So the versions that CPython itself tells stand in a file that scanners read (`*.cdx.json`).
https://cyclonedx.org/docs/1.5/json/
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from strata.oci.entry import File
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import Bundled

# Vendor and product in CPE names, by which databases of vulnerabilities know the parts.
_NAMES = {
    "expat": "libexpat_project:libexpat",
    "openssl": "openssl:openssl",
    "sqlite": "sqlite:sqlite",
    "zlib": "zlib:zlib",
}

# Modules are imported one by one, for a build may lack some.
_ASK = """
import importlib, json, re
found = {}
for name, module, attribute in (
    ("expat", "pyexpat", "EXPAT_VERSION"),
    ("openssl", "ssl", "OPENSSL_VERSION"),
    ("sqlite", "sqlite3", "sqlite_version"),
    ("zlib", "zlib", "ZLIB_RUNTIME_VERSION"),
):
    try:
        text = getattr(importlib.import_module(module), attribute)
    except ImportError:
        continue
    match = re.search(r"\\d+(\\.\\w+)+", text)
    if match:
        found[name] = match[0]
print(json.dumps(found))
"""


def linked_libraries(interpreter: SandboxInterpreter) -> tuple[Bundled, ...]:
    """Return the libraries that are linked into an interpreter and whose versions it tells, sorted by name."""
    command = [*interpreter.command(Path.cwd()), "-I", "-B", "-c", _ASK]
    ran = subprocess.run(command, check=True, env={"OPENSSL_CONF": "/dev/null"}, stdout=subprocess.PIPE)
    found: dict[str, str] = json.loads(ran.stdout)
    return tuple(Bundled(name, version, _purl(name, version)) for name, version in sorted(found.items()))


def bill_of_materials(interpreter: SandboxInterpreter, release: str, linked: Iterable[Bundled]) -> File:
    """Return the file for the layer of an interpreter.

    :param interpreter: of the version and release that the layer holds.
    :param release: the tag of the release of standalone builds.
    :param linked: the libraries that are linked into it.
    """
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "python-build-standalone", "version": release}},
        "components": _components(interpreter.version, linked),
    }
    text = json.dumps(document, indent=1) + "\n"
    return File(f"usr/share/sbom/python{interpreter.feature_version}.cdx.json", text.encode())


def _components(version: str, linked: Iterable[Bundled]) -> list[dict[str, Any]]:
    return [
        _component("application", "cpython", version, "python:python"),
        *(_component("library", each.name, each.version, _NAMES[each.name]) for each in linked),
    ]


def _component(kind: str, name: str, version: str, cpe: str) -> dict[str, Any]:
    return {
        "type": kind,
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "cpe": f"cpe:2.3:a:{cpe}:{version}:*:*:*:*:*:*:*",
        "purl": _purl(name, version),
    }


def _purl(name: str, version: str) -> str:
    return f"pkg:generic/{name}@{version}"
