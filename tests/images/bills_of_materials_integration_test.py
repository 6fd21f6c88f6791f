"""The bills of materials of an image: what they name is what the image holds, and validators find nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from support.environments import hashed_environment
from support.oci.examples import REPORT, WEB, contents_of, layer_digests
from support.oci.readers import blob_path, described
from support.programs import go_program

_VALIDATORS = Path("tests/images/bills_of_materials.txt")
_VALIDATE = """\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

for folder in sys.argv[1:]:
    with open(f"{folder}/sbom.cdx.json") as file:
        found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read())
    assert found is None, found
    found = validate_full_spdx_document(parse_file(f"{folder}/sbom.spdx.json"))
    assert not found, found
"""
_ARCHITECTURES = ("amd64", "arm64")


def folder(layout: Path, architecture: str = "amd64") -> Path:
    return Path(f"{layout}.attest", f"linux-{architecture}")


def cyclonedx(layout: Path, architecture: str = "amd64") -> Any:
    return json.loads((folder(layout, architecture) / "sbom.cdx.json").read_bytes())


def packages(layout: Path, architecture: str = "amd64") -> set[tuple[str, str, str]]:
    """Kind, name and version of the packages that the bill of materials names: `pypi`, `deb`."""
    found = [
        (each["purl"].partition(":")[2].partition("/")[0], each["name"], each["version"])
        for each in cyclonedx(layout, architecture)["components"]
        if "purl" in each
    ]
    assert max(Counter(found).values()) == 1
    return set(found)


def in_layers(layout: Path, architecture: str = "amd64") -> Iterator[tuple[str, str, str]]:
    """The same, from the files that scanners look for."""
    for digest in layer_digests(layout, architecture):
        with tarfile.open(blob_path(layout, digest)) as archive:
            for member in archive:
                path = Path(member.name)
                if path.match("site-packages/*.dist-info/METADATA"):
                    text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
                    yield ("pypi", *_release(text))
                elif path.parent.name == "status.d" and path.suffix != ".md5sums":
                    text = archive.extractfile(member).read().decode()  # type: ignore[union-attr]
                    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
                    yield "deb", fields["Package"], fields["Version"]


def _release(metadata: str) -> tuple[str, str]:
    class Text(PathDistribution):
        def read_text(self, filename: Any) -> str:
            return metadata

    found = Text(Path())
    return found.metadata["Name"].lower().replace("_", "-").replace(".", "-"), found.version


def test_validators_find_nothing() -> None:
    python = hashed_environment("bills-of-materials", sys.executable, _VALIDATORS)
    folders = [folder(REPORT), *(folder(WEB, each) for each in _ARCHITECTURES)]
    done = subprocess.run([python, "-I", "-c", _VALIDATE, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("layout, architecture", [(REPORT, "amd64"), *((WEB, each) for each in _ARCHITECTURES)])
def test_packages_are_those_of_the_image(layout: Path, architecture: str) -> None:
    """None is missing, and there is none more."""
    assert packages(layout, architecture) == set(in_layers(layout, architecture))


def test_each_package_is_in_the_layer_that_it_names() -> None:
    contents = contents_of(REPORT)
    for component in cyclonedx(REPORT)["components"]:
        properties = {each["name"]: each["value"] for each in component["properties"]}
        layer = contents[properties["strata:layer"]]
        if layer["kind"] == "app":
            assert component["name"] == "src/examples/report:image"
        else:
            assert layer["packages"][component["name"]] == component["version"]


def test_image_is_named_by_its_manifest() -> None:
    for architecture in _ARCHITECTURES:
        manifest = described(WEB, architecture)["digest"]
        assert cyclonedx(WEB, architecture)["metadata"]["component"]["version"] == manifest


def test_wheels_have_what_is_known_of_them() -> None:
    components = {each["name"]: each for each in cyclonedx(REPORT)["components"]}
    pandas = components["pandas"]
    assert pandas["licenses"] == [{"expression": "BSD-3-Clause"}]
    (digest,) = pandas["hashes"]
    lock = Path("3rdparty/python/requirements.lock").read_text()
    assert digest["content"] in lock.partition("\npandas==")[2].partition("==")[0]
    needed = {each["ref"]: each["dependsOn"] for each in cyclonedx(REPORT)["dependencies"]}
    assert components["numpy"]["bom-ref"] in needed[pandas["bom-ref"]]
    # It is written in Rust, and declares the crates in it (PEP 770).
    assert len(components["pydantic-core"]["components"]) > 10
    assert [each["name"] for each in components["python3-pip-whl"]["components"]] == ["pip"]


def test_syft_finds_the_same(tmp_path: Path) -> None:
    syft = go_program("syft", "github.com/anchore/syft/cmd/syft@latest")
    for layout in (REPORT, WEB):
        command = [syft, "scan", "--quiet", "--platform=linux/amd64", f"oci-dir:{layout}", "--output=syft-json"]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        kinds = {"deb": "deb", "python": "pypi"}
        found = {
            (kinds[each["type"]], each["name"].lower().replace("_", "-").replace(".", "-"), each["version"])
            if each["type"] == "python"
            else (kinds[each["type"]], each["name"], each["version"])
            for each in told["artifacts"]
        }
        assert found == packages(layout)
