"""The layouts that Pants makes of this repository's targets and puts into the sandbox of a test."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

from readers import blob_path, manifest_of

BASE = Path("3rdparty.debian/base")
INTERPRETER = Path("3rdparty.python/cpython")
VENV = Path("3rdparty.python/venv")
REPORT = Path("src.examples.report/image")
WEB = Path("src.examples.web/image")
ARTIFACTS = [BASE, INTERPRETER, VENV]
IMAGES = [REPORT, WEB]

SITE_PACKAGES = "/opt/venv/lib/python3.13/site-packages"
STANDARD_LIBRARY = ["/usr/lib/python313.zip", "/usr/lib/python3.13", "/usr/lib/python3.13/lib-dynload"]


def layer_digests(layout: Path) -> list[str]:
    """Lowest first."""
    return [layer["digest"] for layer in manifest_of(layout)["layers"]]


def layers_of(layout: Path) -> list[Path]:
    """The blobs of the same."""
    return [blob_path(layout, digest) for digest in layer_digests(layout)]


def layer_of(layout: Path) -> Path:
    """The one layer of an artifact."""
    (layer,) = layers_of(layout)
    return layer


def locked_packages(lock: str) -> dict[str, str]:
    """Name → version of the packages for linux/amd64."""
    packages = json.loads(Path(lock).read_text())["platforms"]["linux/amd64"]
    return {package["name"]: package["version"] for package in packages}


def installed_packages(layer: Path) -> dict[str, str]:
    """The same, from the records that image scanners read."""
    found = {}
    with tarfile.open(layer) as archive:
        for member in archive:
            if re.fullmatch(r"var/lib/dpkg/status\.d/[^/]+(?<!\.md5sums)", member.name):
                record = archive.extractfile(member)
                assert record is not None
                text = record.read().decode()
                fields = dict(
                    line.split(": ", 1) for line in text.splitlines() if re.match(r"(Package|Version): ", line)
                )
                found[fields["Package"]] = fields["Version"]
    return found
