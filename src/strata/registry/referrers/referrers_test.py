from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from strata.errors import StrataError
from strata.oci.descriptor import INDEX, MANIFEST, Descriptor
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach
from strata.registry.referrers.listing import referrers, referrers_tag
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

KIND = "application/vnd.example.note.v1+json"
IMAGE = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}'
SUBJECT = Descriptor.of(MANIFEST, IMAGE)


@pytest.fixture(params=["with the API", "without"])
def registry(request: Any) -> Iterator[FakeRegistry]:
    with fake_registry() as registry:
        registry.lists_referrers = request.param == "with the API"
        registry.manifests["team/app", SUBJECT.digest] = (MANIFEST, IMAGE)
        yield registry


def provider(registry: FakeRegistry) -> Provider:
    reference = Reference.parse(f"{registry.address}/team/app:1")
    return Provider(reference, actions="pull,push", environment={})


def test_what_is_attached_is_listed(registry: FakeRegistry) -> None:
    client = provider(registry)
    assert referrers(client, SUBJECT.digest) == ()
    first = attach(client, SUBJECT, KIND, b"{}", annotations={"name": "first"})
    second = attach(client, SUBJECT, "text/plain", b"two")
    listed = referrers(client, SUBJECT.digest)
    assert {each.descriptor.digest: each.artifact_type for each in listed} == {
        first.digest: KIND,
        second.digest: "text/plain",
    }
    assert {each.descriptor.digest: each.descriptor.annotations for each in listed}[first.digest] == {"name": "first"}
    assert registry.incomplete() == []
    assert (referrers_tag(SUBJECT.digest) in registry.tags("team/app")) is not registry.lists_referrers


def test_manifest_of_a_referrer(registry: FakeRegistry) -> None:
    done = attach(provider(registry), SUBJECT, KIND, b"{}", annotations={"name": "first"})
    assert json.loads(registry.manifests["team/app", done.digest][1]) == {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": KIND,
        "config": Descriptor.of("application/vnd.oci.empty.v1+json", b"{}").to_json(),
        "layers": [Descriptor.of(KIND, b"{}").to_json()],
        "subject": {"mediaType": MANIFEST, "digest": SUBJECT.digest, "size": len(IMAGE)},
        "annotations": {"name": "first"},
    }


def test_the_same_document_is_sent_once(registry: FakeRegistry) -> None:
    client = provider(registry)
    first = attach(client, SUBJECT, KIND, b"a note")
    registry.requests.clear()
    again = attach(client, SUBJECT, KIND, b"a note")
    assert (first.sent, again.sent, again.digest) == (True, False, first.digest)
    assert registry.asked("^(POST|PUT|PATCH)") == []
    assert len(referrers(client, SUBJECT.digest)) == 1


def test_list_that_another_program_keeps(registry: FakeRegistry) -> None:
    """cosign's entries name the media type of the config as their artifact type."""
    registry.lists_referrers = False
    other = Descriptor.of(MANIFEST, b"{}")
    entry = {**other.to_json(), "artifactType": "application/vnd.oci.empty.v1+json"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [entry]}
    registry.manifests["team/app", other.digest] = (MANIFEST, b"{}")
    registry.manifests["team/app", referrers_tag(SUBJECT.digest)] = ("", json.dumps(index).encode())
    done = attach(provider(registry), SUBJECT, KIND, b"a note")
    kept = json.loads(registry.tags("team/app")[referrers_tag(SUBJECT.digest)])["manifests"]
    assert entry in kept
    assert {each["digest"] for each in kept} == {other.digest, done.digest}


def test_blob_that_a_registry_loses_for_a_moment(registry: FakeRegistry) -> None:
    body = {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry"}]}
    registry.faults.append(Fault("PUT .*/manifests/", status=400, body=body))
    client = provider(registry)
    done = attach(client, SUBJECT, KIND, b"a note")
    assert [each.descriptor.digest for each in referrers(client, SUBJECT.digest)] == [done.digest]
    assert registry.incomplete() == []
    assert len(registry.asked(f"PUT .*/manifests/{done.digest}")) == 2


@pytest.mark.parametrize(
    "status, code, told", [(400, "MANIFEST_INVALID", "HTTP 400\n  MANIFEST_INVALID: no"), (422, "OTHER", "OTHER: no")]
)
def test_registry_that_takes_images_alone(registry: FakeRegistry, status: int, code: str, told: str) -> None:
    body = {"errors": [{"code": code, "message": "no"}]}
    registry.faults.append(Fault("PUT .*/manifests/", status=status, body=body))
    with pytest.raises(StrataError) as caught:
        attach(provider(registry), SUBJECT, KIND, b"{}")
    assert str(caught.value).replace(registry.address, "registry.example") == (
        f"registry.example/team/app:1: the registry does not take a document of the type {KIND} that is attached to an "
        f"image.\nFound:\n  {told}\n"
        "Fix: use a registry that takes OCI 1.1 artifacts, or push without documents: `attest = []` in `[strata]`, or "
        "no `--documents`."
    )


def test_types_that_a_list_does_not_say(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    """cosign names the media type of the config, and other programs nothing at all."""
    registry.lists_referrers = False
    manifests = [json.dumps({"artifactType": f"text/{each}"}).encode() for each in ("a", "b")]
    manifests.append(b"[")
    entries = []
    for content, artifact_type in zip(manifests, ("application/vnd.oci.empty.v1+json", "", "")):
        described = Descriptor.of(MANIFEST, content)
        registry.manifests["team/app", described.digest] = (MANIFEST, content)
        entries.append({**described.to_json(), **({"artifactType": artifact_type} if artifact_type else {})})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    registry.manifests["team/app", referrers_tag(SUBJECT.digest)] = (INDEX, json.dumps(index).encode())
    listed = {each.descriptor.digest: each.artifact_type for each in referrers(provider(registry), SUBJECT.digest)}
    assert [listed[each["digest"]] for each in entries] == ["text/a", "text/b", ""]
    assert len(referrers(provider(registry), SUBJECT.digest, "text/b")) == 1
    monkeypatch.setattr("strata.registry.referrers.limits.OWN_TYPES", 1)
    listed = {each.descriptor.digest: each.artifact_type for each in referrers(provider(registry), SUBJECT.digest)}
    assert [listed[each["digest"]] for each in entries] == ["text/a", "", ""]


def test_an_empty_list_of_a_registry_in_go(registry: FakeRegistry) -> None:
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": None}
    answer = Fault("GET .*/referrers/", status=200, headers={"Content-Type": INDEX}, body=index)
    registry.faults.append(answer)
    assert referrers(provider(registry), SUBJECT.digest) == ()
    assert answer.times == 0


def test_a_list_without_an_end(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.lists_referrers = True
    for each in ("1", "2", "3"):
        attach(provider(registry), SUBJECT, KIND, each.encode())
    monkeypatch.setattr("strata.registry.referrers.limits.PAGES", 2)
    with pytest.raises(StrataError) as caught:
        referrers(provider(registry), SUBJECT.digest)
    assert str(caught.value).replace(registry.address, "registry.example") == (
        "registry.example/team/app:1: the list of referrers: the registry's manifest cannot be read: it has more than "
        "2 pages.\nFix: push the image again, with a program that writes OCI images."
    )


@pytest.mark.parametrize(
    "content, problem", [(b"{", "is not JSON: line 1, column 2"), (b"{}", "is wrong: schemaVersion is missing")]
)
def test_list_that_cannot_be_read(registry: FakeRegistry, content: bytes, problem: str) -> None:
    registry.lists_referrers = False
    registry.manifests["team/app", referrers_tag(SUBJECT.digest)] = ("", content)
    with pytest.raises(StrataError) as caught:
        referrers(provider(registry), SUBJECT.digest)
    assert str(caught.value).replace(registry.address, "registry.example") == (
        f"registry.example/team/app:1: the list of referrers: the registry's manifest cannot be read: it {problem}.\n"
        "Fix: push the image again, with a program that writes OCI images."
    )
