from __future__ import annotations

import pytest

from strata.attest.absence import AuditedLayer, InstallerAudit
from strata.attest.provenance import Build, Material, Source, materials_json
from strata.attest.purls import debian_purl, oci_purl, pypi_purl
from strata.attest.statement import Statement, statement
from support.oci.in_toto import check_provenance, read_statement

DIGEST = f"sha256:{'ab' * 32}"
COMMIT = "c0ffee" * 6 + "c0ff"
WHEEL = Material("click-8.2.1-py3-none-any.whl", "aa" * 32, "dependencies", pypi_purl("click", "8.2.1"))
LIBC = Material("libc6_2.41-12_amd64.deb", "bb" * 32, "base", debian_purl("libc6", "2.41-12", "amd64"))


def build(source: Source, *materials: Material) -> Build:
    versions = {"pants": "2.17.1", "strata": "0.1.0"}
    return Build("https://ci.example/builder", versions, {"target": "src/web:image"}, source, materials)


def test_provenance_is_what_slsa_asks_for() -> None:
    source = Source(COMMIT, True, "git+https://git.example/team/app")
    said = read_statement(build(source, WHEEL, LIBC).to_bytes(DIGEST, "src/web:image"))
    check_provenance(said["predicate"])
    assert said["subject"] == [{"name": "src/web:image", "digest": {"sha256": "ab" * 32}}]
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    assert said["predicate"]["runDetails"] == {
        "builder": {"id": "https://ci.example/builder", "version": {"pants": "2.17.1", "strata": "0.1.0"}}
    }
    definition = said["predicate"]["buildDefinition"]
    assert definition["internalParameters"] == {"source": {"versionControl": "git", "commit": COMMIT, "clean": True}}
    assert definition["resolvedDependencies"] == [
        {
            "name": "source",
            "uri": "git+https://git.example/team/app",
            "digest": {"gitCommit": COMMIT},
            "annotations": {"clean": True},
        },
        {
            "name": "click-8.2.1-py3-none-any.whl",
            "uri": "pkg:pypi/click@8.2.1",
            "digest": {"sha256": "aa" * 32},
            "annotations": {"usedFor": ["dependencies"]},
        },
        {
            "name": "libc6_2.41-12_amd64.deb",
            "uri": "pkg:deb/debian/libc6@2.41-12?arch=amd64",
            "digest": {"sha256": "bb" * 32},
            "annotations": {"usedFor": ["base"]},
        },
    ]


def test_the_same_build_has_the_same_provenance() -> None:
    one = build(Source(COMMIT, True), WHEEL, LIBC).to_bytes(DIGEST, "image")
    assert build(Source(COMMIT, True), LIBC, WHEEL).to_bytes(DIGEST, "image") == one
    assert build(Source(COMMIT, False), LIBC, WHEEL).to_bytes(DIGEST, "image") != one


def test_a_repository_without_git_says_so() -> None:
    said = read_statement(build(Source()).to_bytes(DIGEST, "image"))
    check_provenance(said["predicate"])
    definition = said["predicate"]["buildDefinition"]
    assert definition["internalParameters"] == {"source": {"versionControl": "none"}}
    assert definition["resolvedDependencies"] == []


def test_a_file_that_serves_several_purposes_comes_once() -> None:
    (once,) = materials_json([Material(LIBC.name, LIBC.sha256, "interpreter", LIBC.uri), LIBC])
    assert once["annotations"] == {"usedFor": ["base", "interpreter"]}


def test_audit_of_installers() -> None:
    evidence = {"path": "usr/bin/pip", "project": "pip", "kind": "script", "requestedBy": 'ensurepip="keep"'}
    layers = [AuditedLayer("sha256:1", "interpreter", [evidence]), AuditedLayer("sha256:2", "app", [])]
    audit = InstallerAudit(1, {"pip": ["**/pip-*.whl"]}, ['ensurepip="keep"'], layers)
    said = read_statement(audit.to_bytes(DIGEST, "image"))
    assert said["predicateType"] == "urn:strata:installers:v1"
    assert said["predicate"] == {
        "table": 1,
        "lookedFor": {"pip": ["**/pip-*.whl"]},
        "mayBeThere": ['ensurepip="keep"'],
        "layers": [
            {"digest": "sha256:1", "kind": "interpreter", "found": [evidence]},
            {"digest": "sha256:2", "kind": "app", "found": []},
        ],
        "found": 1,
    }


def test_head_of_a_statement() -> None:
    head = Statement.from_bytes(statement(DIGEST, "urn:example", {}, "image"))
    assert head == Statement(frozenset([DIGEST]), "urn:example", {})


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"[", "is not JSON: line 1, column 2"),
        (b"[]", "is no in-toto statement: the document is a list, not an object"),
        (b'{"subject": []}', "is no in-toto statement: predicateType is missing"),
    ],
)
def test_what_is_no_statement(content: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match="is") as caught:
        Statement.from_bytes(content)
    assert str(caught.value) == problem


def test_package_urls() -> None:
    assert pypi_purl("Zope.Interface", "7.2+local") == "pkg:pypi/zope-interface@7.2%2Blocal"
    assert debian_purl("libstdc++6", "1:14.2.0-19", "arm64") == "pkg:deb/debian/libstdc%2B%2B6@1%3A14.2.0-19?arch=arm64"
    assert oci_purl("registry.example:5000/team/base", DIGEST) == (
        f"pkg:oci/base@sha256%3A{'ab' * 32}?repository_url=registry.example:5000/team/base"
    )
