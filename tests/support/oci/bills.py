"""Bills of materials beside layouts, and what files in layers and scanners say that the image holds."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

from support.oci.examples import layer_digests
from support.oci.readers import blob_path
from support.programs import go_program

Package = tuple[str, str, str]
"""Kind, name and version: `("pypi", "click", "8.2.1")`."""

# What syft calls the kinds. What it finds in programs, and in documents of layers, is listed as parts.
_SYFT = {"deb": "deb", "python": "pypi"}
_PARTS = ("binary", "UnknownPackage")


def documents_folder(layout: Path, architecture: str = "amd64") -> Path:
    return Path(f"{layout}.attest", f"linux-{architecture}")


def cyclonedx(layout: Path, architecture: str = "amd64") -> Any:
    return json.loads((documents_folder(layout, architecture) / "sbom.cdx.json").read_bytes())


def packages(layout: Path, architecture: str = "amd64") -> set[Package]:
    """The packages that the bill of materials names, of Debian and of Python."""
    found = [
        (each["purl"].partition(":")[2].partition("/")[0], each["name"], each["version"])
        for each in cyclonedx(layout, architecture)["components"]
        if "purl" in each
    ]
    assert max(Counter(found).values()) == 1
    return {each for each in found if each[0] in _SYFT.values()}


def packages_in_layers(layout: Path, architecture: str = "amd64") -> set[Package]:
    """The same, from the files that scanners look for."""
    return {found for digest in layer_digests(layout, architecture) for found in _in_layer(layout, digest)}


def packages_by_syft(layout: Path) -> set[Package]:
    """The same, by a scanner. It skips the test where the scanner is not at hand."""
    syft = go_program("syft", "github.com/anchore/syft/cmd/syft@latest")
    command = [syft, "scan", "--quiet", "--platform=linux/amd64", f"oci-dir:{layout}", "--output=syft-json"]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    artifacts = [each for each in told["artifacts"] if each["type"] not in _PARTS]
    unknown = sorted({f"{each['type']}: {each['name']}" for each in artifacts if each["type"] not in _SYFT})
    assert not unknown, f"syft found packages of kinds that no bill of materials is compared with: {unknown}"
    return {
        (
            _SYFT[each["type"]],
            _normalized(each["name"]) if each["type"] == "python" else each["name"],
            each["version"],
        )
        for each in artifacts
    }


def _in_layer(layout: Path, digest: str) -> Iterator[Package]:
    with tarfile.open(blob_path(layout, digest)) as archive:
        for member in archive:
            path = Path(member.name)
            if path.match("site-packages/*.dist-info/METADATA"):
                yield ("pypi", *_release(archive.extractfile(member).read().decode()))  # type: ignore[union-attr]
            elif path.parent.name == "status.d" and path.suffix != ".md5sums":
                text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
                fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
                yield "deb", fields["Package"], fields["Version"]


def _release(metadata: str) -> tuple[str, str]:
    class Text(PathDistribution):
        def read_text(self, filename: Any) -> str:
            return metadata

    found = Text(Path())
    return _normalized(found.metadata["Name"]), found.version


def _normalized(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
