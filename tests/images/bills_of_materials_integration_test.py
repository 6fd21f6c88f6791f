"""The bills of materials of an image: what they name is what the image holds, and validators find nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.environments import hashed_environment
from support.oci.bills import cyclonedx, documents_folder, packages, packages_by_syft, packages_in_layers
from support.oci.examples import REPORT, WEB, contents_of
from support.oci.readers import described

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


def test_validators_find_nothing() -> None:
    python = hashed_environment("bills-of-materials", sys.executable, _VALIDATORS)
    folders = [documents_folder(REPORT), *(documents_folder(WEB, each) for each in _ARCHITECTURES)]
    done = subprocess.run([python, "-I", "-c", _VALIDATE, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("layout, architecture", [(REPORT, "amd64"), *((WEB, each) for each in _ARCHITECTURES)])
def test_packages_are_those_of_the_image(layout: Path, architecture: str) -> None:
    """None is missing, and there is none more."""
    assert packages(layout, architecture) == packages_in_layers(layout, architecture)


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
    libssl = components["libssl3t64"]
    assert libssl["purl"].endswith("?arch=amd64&distro=debian-13&upstream=openssl")
    assert {"license": {"name": "Apache-2.0"}} in libssl["licenses"]
    assert components["libc6"]["bom-ref"] in needed[libssl["bom-ref"]]
    # It is written in Rust, and declares the crates in it (PEP 770).
    assert len(components["pydantic-core"]["components"]) > 10
    assert [each["name"] for each in components["python3-pip-whl"]["components"]] == ["pip"]


@pytest.mark.parametrize("layout", [REPORT, WEB])
def test_syft_finds_the_same(layout: Path) -> None:
    assert packages_by_syft(layout) == packages(layout)
