"""The two forms of the bill of materials of an image, by its neutral contents."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from strata.attest.components import Component, Contents
from strata.attest.cyclonedx import cyclonedx_document
from strata.attest.purls import debian_purl, generic_purl, pypi_purl
from strata.attest.spdx import spdx_document

DIGEST = f"sha256:{'ab' * 32}"
VENV, BASE = f"sha256:{'01' * 32}", f"sha256:{'02' * 32}"
ZLIB = Component("library", "zlib", "1.3.1", generic_purl("zlib", "1.3.1"))
CLICK = Component(
    *("library", "click", "8.2.1", pypi_purl("click", "8.2.1"), VENV),
    sha256={"click-8.2.1-py3-none-any.whl": "cd" * 32},
    license_expression="BSD-3-Clause",
)
FLASK = Component(
    *("library", "flask", "3.1.0", pypi_purl("flask", "3.1.0"), VENV),
    license_names=("BSD License",),
    parts=(ZLIB,),
    requires=(CLICK.ref, "pkg:pypi/absent@1#010101010101"),
)
LIBC = Component("library", "libc6", "2.41-12", debian_purl("libc6", "2.41-12", "amd64"), BASE, note="it is not read")
APP = Component("application", "src/web:image", "", layer=BASE)
CONTENTS = Contents.of("src/web:image", DIGEST, "linux/amd64", [FLASK, LIBC, CLICK, APP])


def cyclonedx() -> Any:
    return json.loads(cyclonedx_document(CONTENTS))


def spdx() -> Any:
    return json.loads(spdx_document(CONTENTS))


def test_what_is_not_in_the_image_is_not_required() -> None:
    (flask,) = [each for each in CONTENTS.components if each.name == "flask"]
    assert flask.requires == ("pkg:pypi/click@8.2.1#010101010101",)


def test_cyclonedx_names_the_image_by_its_digest() -> None:
    root = cyclonedx()["metadata"]["component"]
    assert (root["name"], root["version"], root["hashes"]) == (
        "src/web:image",
        DIGEST,
        [{"alg": "SHA-256", "content": "ab" * 32}],
    )


def test_a_component_of_cyclonedx() -> None:
    components = {each["name"]: each for each in cyclonedx()["components"]}
    assert components["click"] == {
        "type": "library",
        "bom-ref": "pkg:pypi/click@8.2.1#010101010101",
        "name": "click",
        "version": "8.2.1",
        "purl": "pkg:pypi/click@8.2.1",
        "hashes": [{"alg": "SHA-256", "content": "cd" * 32}],
        "licenses": [{"expression": "BSD-3-Clause"}],
        "properties": [
            {"name": "strata:file", "value": "click-8.2.1-py3-none-any.whl"},
            {"name": "strata:layer", "value": VENV},
        ],
    }
    assert components["flask"]["licenses"] == [{"license": {"name": "BSD License"}}]
    assert components["flask"]["components"] == [
        {"type": "library", "name": "zlib", "version": "1.3.1", "purl": "pkg:generic/zlib@1.3.1"}
    ]
    assert components["libc6"]["purl"] == "pkg:deb/debian/libc6@2.41-12?arch=amd64"
    assert components["libc6"]["properties"][-1] == {"name": "strata:note", "value": "it is not read"}


def test_dependencies_of_cyclonedx() -> None:
    depends = {each["ref"]: each["dependsOn"] for each in cyclonedx()["dependencies"]}
    assert depends[FLASK.ref] == [CLICK.ref]
    assert depends[f"src/web:image@{DIGEST}"] == sorted(each.ref for each in CONTENTS.components)


def test_a_package_of_spdx() -> None:
    packages = {each["name"]: each for each in spdx()["packages"]}
    click = packages["click"]
    assert click.pop("SPDXID").startswith("SPDXRef-pkg-pypi-click-8.2.1-")
    assert click == {
        "name": "click",
        "versionInfo": "8.2.1",
        "packageFileName": "click-8.2.1-py3-none-any.whl",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "BSD-3-Clause",
        "copyrightText": "NOASSERTION",
        "checksums": [{"algorithm": "SHA256", "checksumValue": "cd" * 32}],
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": "pkg:pypi/click@8.2.1",
            }
        ],
        "comment": f"layer {VENV}",
        "primaryPackagePurpose": "LIBRARY",
    }
    assert (packages["flask"]["licenseDeclared"], packages["flask"]["licenseComments"]) == (
        "NOASSERTION",
        "BSD License",
    )
    assert packages["libc6"]["comment"] == f"layer {BASE}; it is not read"


def test_relations_of_spdx() -> None:
    names = {each["SPDXID"]: each["name"] for each in spdx()["packages"]}
    relations = [
        (names.get(each["spdxElementId"], ""), each["relationshipType"], names[each["relatedSpdxElement"]])
        for each in spdx()["relationships"]
    ]
    image = "src/web:image"
    assert relations[0] == ("", "DESCRIBES", image)
    assert ("flask", "DEPENDS_ON", "click") in relations
    assert ("flask", "CONTAINS", "zlib") in relations
    assert {(image, "CONTAINS", each.name) for each in CONTENTS.components} <= set(relations)


_TEXT = st.text(max_size=20)
_COMPONENTS = st.lists(
    st.builds(
        Component,
        kind=st.sampled_from(["application", "library"]),
        name=_TEXT.filter(bool),
        version=_TEXT,
        purl=st.builds(pypi_purl, _TEXT.filter(bool), _TEXT.filter(bool)),
        layer=st.sampled_from(["", VENV, BASE]),
        license_expression=_TEXT,
        license_names=st.tuples(_TEXT),
        parts=st.lists(st.builds(Component, st.just("library"), _TEXT.filter(bool), _TEXT), max_size=2).map(tuple),
    ),
    max_size=5,
)


@given(_COMPONENTS, st.randoms())
def test_the_order_in_which_components_come_makes_no_difference(components: list[Component], random: Any) -> None:
    distinct = list({each.ref: each for each in components}.values())
    shuffled = random.sample(distinct, len(distinct))
    one, other = (Contents.of("a:b", DIGEST, "linux/amd64", each) for each in (distinct, shuffled))
    for write in (cyclonedx_document, spdx_document):
        assert write(one) == write(other)
        identifiers = [each["SPDXID"] for each in json.loads(spdx_document(one))["packages"]]
        assert len(identifiers) == len(set(identifiers)) or any(len(set(e.parts)) < len(e.parts) for e in distinct)
