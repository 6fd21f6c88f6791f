"""The list that clients keep at a tag: two of them write it at the same time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Thread

import pytest

from strata.errors import StrataError
from strata.oci.descriptor import INDEX, MANIFEST, Descriptor
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach, attach_all
from strata.registry.referrers.listing import referrers, referrers_tag
from strata.registry.referrers.manifest import Attachment
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

KIND = "application/vnd.example.note.v1+json"
SUBJECT = Descriptor.of(MANIFEST, b"{}")
TAG = referrers_tag(SUBJECT.digest)


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with fake_registry() as registry:
        yield registry


def provider(registry: FakeRegistry) -> Provider:
    return Provider(Reference.parse(f"{registry.address}/team/app:1"), actions="pull,push", environment={})


def overwrite(registry: FakeRegistry) -> None:
    """Somebody who read an empty list before writes it now."""
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
    registry.manifests["team/app", TAG] = (INDEX, json.dumps(index).encode())


def test_tags_of_digests() -> None:
    assert referrers_tag(SUBJECT.digest) == f"sha256-{SUBJECT.digest[7:]}"
    # As long as a tag may be, and no longer.
    assert referrers_tag(f"sha512:{'a' * 128}") == f"sha512-{'a' * 64}"


def test_several_documents_are_one_new_list(registry: FakeRegistry) -> None:
    attach_all(provider(registry), SUBJECT, [Attachment(KIND, b"%d" % number) for number in range(5)])
    assert len(referrers(provider(registry), SUBJECT.digest)) == 5
    assert registry.asked(f"PUT .*/{TAG}") == [f"PUT /v2/team/app/manifests/{TAG}"]


def test_what_is_attached_costs_the_list_alone(registry: FakeRegistry) -> None:
    documents = [Attachment(KIND, b"%d" % number) for number in range(5)]
    attach_all(provider(registry), SUBJECT, documents)
    registry.requests.clear()
    assert [each.sent for each in attach_all(provider(registry), SUBJECT, documents)] == [False] * 5
    assert registry.asked() == [
        f"GET /v2/team/app/referrers/{SUBJECT.digest}",
        f"GET /v2/team/app/manifests/{TAG}",
    ]


def test_a_registry_that_lists_referrers_itself(registry: FakeRegistry) -> None:
    """`OCI-Subject` says so, also where the list was asked for in vain."""
    registry.lists_referrers = True
    registry.faults.append(Fault("GET .*/referrers/", status=404, times=1))
    attach(provider(registry), SUBJECT, KIND, b"a note")
    assert TAG not in registry.tags("team/app")
    registry.requests.clear()
    assert not attach(provider(registry), SUBJECT, KIND, b"a note").sent
    assert registry.asked() == [f"GET /v2/team/app/referrers/{SUBJECT.digest}"]


def test_a_list_that_somebody_overwrites_is_written_again(registry: FakeRegistry) -> None:
    writes = []

    def on_put(name: str, reference: str) -> None:
        writes.append(reference)
        if writes.count(TAG) == 1 and reference == TAG:
            overwrite(registry)

    registry.on_put = on_put
    done = attach(provider(registry), SUBJECT, KIND, b"a note")
    assert [each.descriptor.digest for each in referrers(provider(registry), SUBJECT.digest)] == [done.digest]
    assert writes.count(TAG) == 2


def test_a_list_that_is_overwritten_each_time(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    registry.on_put = lambda name, reference: overwrite(registry) if reference == TAG else None
    with pytest.raises(StrataError) as caught:
        attach(provider(registry), SUBJECT, KIND, b"a note")
    assert str(caught.value).replace(registry.address, "registry.example") == (
        f"registry.example/team/app:{TAG}: the list of what is attached to the image was written 8 times, and others "
        "wrote it each time without what this push added.\n"
        "Fix: push again when nobody else attaches documents to this image, or use a registry that keeps such lists "
        "itself (the referrers API of OCI 1.1)."
    )


def test_many_attach_at_once(registry: FakeRegistry) -> None:
    def work(number: int) -> None:
        attach(provider(registry), SUBJECT, KIND, b"%d" % number)

    threads = [Thread(target=work, args=[number]) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(referrers(provider(registry), SUBJECT.digest)) == 4


def test_what_others_wrote_into_the_list_stays(registry: FakeRegistry) -> None:
    entry = {**Descriptor.of(MANIFEST, b"{}").to_json(), "artifactType": KIND, "data": "e30="}
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry], "annotations": {"kept": "by others"}}
    registry.manifests["team/app", entry["digest"]] = (MANIFEST, b"{}")
    registry.manifests["team/app", TAG] = (INDEX, json.dumps(index).encode())
    attach(provider(registry), SUBJECT, KIND, b"a note")
    kept = json.loads(registry.tags("team/app")[TAG])
    assert entry in kept["manifests"]
    assert (kept["annotations"], len(kept["manifests"])) == ({"kept": "by others"}, 2)


def test_a_list_that_names_what_is_gone(registry: FakeRegistry) -> None:
    """Registries refuse an index with it, so that it is left out."""
    first = attach(provider(registry), SUBJECT, KIND, b"one")
    del registry.manifests["team/app", first.digest]
    second = attach(provider(registry), SUBJECT, KIND, b"two")
    listed = json.loads(registry.tags("team/app")[TAG])["manifests"]
    assert [each["digest"] for each in listed] == [second.digest]
