"""The layouts that Pants makes of this repository's targets and puts into the sandbox of a test."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from strata.oci.layer import CONTENTS_ANNOTATION
from support.oci.readers import blob_path, manifest_of

BASE = Path("3rdparty.debian/base")
INTERPRETER = Path("3rdparty.python/cpython")
VENV = Path("3rdparty.python/venv")
REPORT = Path("src.examples.report/image")
WEB = Path("src.examples.web/image")
ARTIFACTS = [BASE, INTERPRETER, VENV]
IMAGES = [REPORT, WEB]
# tests/images/variants
VARIANTS = Path("tests.images.variants")
AMD64_ALONE = VARIANTS / "amd64"
SCRIPT = VARIANTS / "script"
SCRIPT_ZSTD = VARIANTS / "script-zstd"
WHOLE_LOCK = VARIANTS / "whole-lock"
WITH_JINJA2 = VARIANTS / "with-jinja2"
WITHOUT_BYTECODE = VARIANTS / "without-bytecode"

# What the code of the images asks for by itself.
ROOTS: Mapping[Path, frozenset[str]] = {
    REPORT: frozenset({"numpy", "pandas", "pydantic"}),
    SCRIPT: frozenset({"jinja2", "uvicorn[standard]"}),
    WEB: frozenset({"fastapi", "pydantic", "uvicorn[standard]"}),
    WITH_JINJA2: frozenset({"fastapi", "jinja2", "pydantic", "uvicorn[standard]"}),
}
# Of PEP 508, where the images differ from the Python of a test.
MARKERS = {"platform_machine": "x86_64", "python_full_version": "3.13.5", "python_version": "3.13"}

SITE_PACKAGES = "/opt/venv/lib/python3.13/site-packages"
STANDARD_LIBRARY = ["/usr/lib/python313.zip", "/usr/lib/python3.13", "/usr/lib/python3.13/lib-dynload"]


def layer_digests(layout: Path, architecture: str = "amd64") -> list[str]:
    """Lowest first."""
    return [layer["digest"] for layer in manifest_of(layout, architecture)["layers"]]


def layers_of(layout: Path) -> list[Path]:
    """The blobs of the same."""
    return [blob_path(layout, digest) for digest in layer_digests(layout)]


def layer_of(layout: Path) -> Path:
    """The one layer of an artifact."""
    (layer,) = layers_of(layout)
    return layer


def contents_of(layout: Path, architecture: str = "amd64") -> dict[str, Any]:
    """Digest → what the layer says that it holds, lowest first."""
    layers = manifest_of(layout, architecture)["layers"]
    return {layer["digest"]: json.loads(layer["annotations"][CONTENTS_ANNOTATION]) for layer in layers}


def layers_of_kind(layout: Path, kind: str) -> list[str]:
    """Their digests, lowest first."""
    return [digest for digest, contents in contents_of(layout).items() if contents["kind"] == kind]


def wheels_of(layout: Path) -> dict[str, dict[str, str]]:
    """Digest → name and version of the wheels in the layer, of the layers of dependencies, lowest first."""
    contents = contents_of(layout)
    return {digest: contents[digest]["packages"] for digest in layers_of_kind(layout, "dependencies")}


def pinned(lock: str = "3rdparty/python/requirements.lock") -> dict[str, str]:
    """Name → version of what a lock of Python packages pins."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", Path(lock).read_text(), re.M))


def locked_packages(lock: str) -> dict[str, str]:
    """Name → version of the packages for linux/amd64."""
    packages = json.loads(Path(lock).read_text())["platforms"]["linux/amd64"]
    return {package["name"]: package["version"] for package in packages}


def installed_packages(layer: Path) -> dict[str, str]:
    """The same, from the status files that image scanners read."""
    found = {}
    with tarfile.open(layer) as archive:
        for member in archive:
            if re.fullmatch(r"var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums)", member.name):
                status = archive.extractfile(member)
                assert status is not None
                text = status.read().decode()
                fields = dict(
                    line.split(": ", 1) for line in text.splitlines() if re.match(r"(Package|Version): ", line)
                )
                found[fields["Package"]] = fields["Version"]
    return found
