"""Images in a registry are signed and verified, and whatever was changed since is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from strata.attest.documents import BUNDLE
from strata.layouts.layout import Layout
from strata.oci.descriptor import Descriptor, sha256_digest
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.referrers.attach import attach
from strata.sign.formats import simple_signing
from support.servers.fake_registry import FakeRegistry
from support.signing.commands import Commands

NAME = "team/app"
FIX_SIGNERS = (
    "Fix: do not run it before you know why: it, or a signature, was changed, or it was signed with another key.\n"
)
FIX_CHANGED = (
    "Fix: do not run it: somebody changed it since, or the place where it is stored damages files. Push it again from "
    "the layout that was built.\n"
)


@pytest.fixture
def image(registry: FakeRegistry) -> str:
    return f"{registry.address}/{NAME}:1"


@pytest.fixture
def digest(commands: Commands) -> str:
    return Layout.open(commands.folder / "image").roots()[0].digest


def bundles(registry: FakeRegistry) -> dict[str, str]:
    """The digest of each referrer with a bundle → the digest of the bundle."""
    return {
        reference: json.loads(body)["layers"][0]["digest"]
        for (_, reference), (_, body) in registry.manifests.items()
        if json.loads(body).get("artifactType") == BUNDLE
    }


def replace_manifest(registry: FakeRegistry, reference: str, value: Any) -> str:
    """Put another manifest where one was, as somebody with the right to push can."""
    body = json.dumps(value).encode()
    kind, _ = registry.manifests.pop((NAME, reference))
    key = reference if ":" not in reference else sha256_digest(body)
    registry.manifests[NAME, key] = (kind, body)
    return key


def shown(result: tuple[int, str, str], registry: FakeRegistry) -> tuple[int, str]:
    code, out, err = result
    return code, (out + err).replace(registry.address, "registry.example")


def test_what_is_signed_is_accepted(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    code, out, _ = commands.sign(image)
    assert code == 0
    said = json.loads(out)
    assert said["signed"] == [f"simple-signing {digest}", f"bundle {digest}"]
    assert shown(commands.verify(image, "--layers"), registry) == (
        0,
        f"registry.example/team/app:1 is accepted: {digest}\nsigned by {commands.key_name('a')}\n",
    )
    code, out, _ = commands.verify(image, "--json")
    assert json.loads(out) == {
        "image": image,
        "digest": digest,
        "signers": [said["key"]],
        "documents": {digest: []},
        "notes": [],
    }


@pytest.mark.parametrize("form", ["simple-signing", "bundle"])
def test_one_format_is_enough(commands: Commands, registry: FakeRegistry, image: str, digest: str, form: str) -> None:
    assert json.loads(commands.sign(image, f"--format={form}")[1])["signed"] == [f"{form} {digest}"]
    assert commands.verify(image)[0] == 0
    assert (simple_signing.signature_tag(digest) in registry.tags(NAME)) == (form == "simple-signing")
    assert len(bundles(registry)) == (form == "bundle")


def test_signing_twice_sends_nothing(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    commands.sign(image)
    registry.requests.clear()
    said = json.loads(commands.sign(image)[1])
    assert (said["signed"], said["present"]) == ([], [f"simple-signing {digest}", f"bundle {digest}"])
    assert registry.asked("^(POST|PUT|PATCH)") == []


def test_a_second_signer_keeps_the_first(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    commands.sign(image)
    commands.sign(image, key="b")
    assert [commands.verify(image, key=key)[0] for key in "ab"] == [0, 0]
    tag = simple_signing.signature_tag(digest)
    assert len(json.loads(registry.tags(NAME)[tag])["layers"]) == 2
    assert len(bundles(registry)) == 2


def test_registry_without_referrers(commands: Commands, registry: FakeRegistry, image: str) -> None:
    registry.lists_referrers = False
    commands.sign(image, "--format=bundle")
    assert commands.verify(image)[0] == 0


def test_image_that_nobody_signed(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    assert shown(commands.verify(image), registry) == (
        1,
        f"registry.example/team/app:1 is refused: there is no signature over {digest}.\n"
        f"Found:\n  nothing at the tag sha256-{digest[7:]}.sig\n  nothing at the referrers of {digest}\n"
        "Fix: sign it (`python -m strata sign`), or have whoever built it sign it.\n",
    )


def test_image_that_another_signed(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    hint = base64.b64encode(bytes.fromhex(json.loads(commands.sign(image)[1])["key"])).decode()
    referrer = next(iter(bundles(registry)))
    assert shown(commands.verify(image, key="b"), registry) == (
        1,
        "registry.example/team/app:1 is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  the tag sha256-{digest[7:]}.sig, layer 0 is by another key, or was changed\n"
        f"  the referrer {referrer} names another key ({hint})\n{FIX_SIGNERS}",
    )


def test_tag_that_was_moved_to_another_image(commands: Commands, registry: FakeRegistry, image: str) -> None:
    """The signatures of the first image stay where they are; the second has none."""
    commands.sign(image)
    manifest = json.loads(registry.tags(NAME)["1"])
    replace_manifest(registry, "1", {**manifest, "annotations": {"other": "yes"}})
    code, said = shown(commands.verify(image), registry)
    moved = sha256_digest(registry.tags(NAME)["1"])
    assert (code, said.splitlines()[0]) == (
        1,
        f"registry.example/team/app:1 is refused: there is no signature over {moved}.",
    )


def test_signature_over_another_image(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    """Somebody copies the signature of a good image to the tag of a bad one."""
    commands.sign(image, "--format=simple-signing")
    manifest = json.loads(registry.tags(NAME)["1"])
    replace_manifest(registry, "1", {**manifest, "annotations": {"other": "yes"}})
    moved = sha256_digest(registry.tags(NAME)["1"])
    tag = simple_signing.signature_tag
    registry.manifests[NAME, tag(moved)] = registry.manifests[NAME, tag(digest)]
    assert shown(commands.verify(image), registry) == (
        1,
        "registry.example/team/app:1 is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  the tag {tag(moved)}, layer 0 is a signature over {digest}\n{FIX_SIGNERS}",
    )


def test_simple_signature_that_was_changed(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    commands.sign(image, "--format=simple-signing")
    tag = simple_signing.signature_tag(digest)
    manifest = json.loads(registry.tags(NAME)[tag])
    manifest["layers"][0]["annotations"][simple_signing.ANNOTATION] = base64.b64encode(b"forged").decode()
    replace_manifest(registry, tag, manifest)
    assert shown(commands.verify(image), registry) == (
        1,
        "registry.example/team/app:1 is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  the tag {tag}, layer 0 is by another key, or was changed\n{FIX_SIGNERS}",
    )


def test_bundle_that_was_changed(commands: Commands, registry: FakeRegistry, image: str) -> None:
    commands.sign(image, "--format=bundle")
    ((referrer, blob),) = bundles(registry).items()
    value = json.loads(registry.blobs[NAME, blob])
    value["dsseEnvelope"]["signatures"] = [{"sig": base64.b64encode(b"forged").decode()}]
    forged = json.dumps(value).encode()
    manifest = json.loads(registry.manifests[NAME, referrer][1])
    manifest["layers"] = [Descriptor.of(BUNDLE, forged).to_json()]
    registry.add_blob(NAME, forged)
    changed = replace_manifest(registry, referrer, manifest)
    assert shown(commands.verify(image), registry) == (
        1,
        "registry.example/team/app:1 is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  the referrer {changed} names the key {commands.key_name('a')}, whose signature it is not: "
        f"one of the two was changed\n{FIX_SIGNERS}",
    )


def test_bundle_whose_bytes_were_changed_in_the_store(commands: Commands, registry: FakeRegistry, image: str) -> None:
    commands.sign(image, "--format=bundle")
    ((referrer, blob),) = bundles(registry).items()
    content = registry.blobs[NAME, blob]
    registry.blobs[NAME, blob] = content[:-1] + b" "
    code, said = shown(commands.verify(image), registry)
    assert (code, said.splitlines()[:3]) == (
        1,
        [
            "registry.example/team/app:1 is refused: none of the 1 key needed signed it.",
            "Found:",
            f"  the referrer {referrer}: registry.example/team/app:1: the bytes are not those that were asked for.",
        ],
    )


def test_layer_that_was_changed(commands: Commands, registry: FakeRegistry, image: str) -> None:
    commands.sign(image)
    layer = json.loads(registry.tags(NAME)["1"])["layers"][1]["digest"]
    content = registry.blobs[NAME, layer]
    registry.blobs[NAME, layer] = bytes([content[0] ^ 1]) + content[1:]
    found = sha256_digest(registry.blobs[NAME, layer])
    assert shown(commands.verify(image, "--layers"), registry) == (
        1,
        f"registry.example/team/app:1 is refused: its signature is good, but the layer or config {layer} is not what "
        "was signed.\n"
        "Found:\n  registry.example/team/app:1: the bytes are not those that were asked for.\n"
        f"  got {found}\n  wanted {layer}\n{FIX_CHANGED}",
    )
    registry.blobs[NAME, layer] = content + b"more"
    assert shown(commands.verify(image, "--layers"), registry)[1].splitlines()[3:4] == [
        f"  got {len(content) + 4} bytes instead of {len(content)}"
    ]
    del registry.blobs[NAME, layer]
    code, said = shown(commands.verify(image, "--layers"), registry)
    assert (code, said.splitlines()[2]) == (1, "  registry.example/team/app:1: the registry does not have it.")


def test_documents_are_signed(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    subject = Layout.open(commands.folder / "image").roots()[0]
    client = Provider(Reference.parse(image), actions="pull,push", environment={})
    attach(client, subject, "application/vnd.cyclonedx+json", b'{"bomFormat":"CycloneDX"}')
    said = json.loads(commands.sign(image, "--format=bundle")[1])
    assert said["signed"] == [f"bundle {digest}", f"https://cyclonedx.org/bom {digest}"]
    assert shown(commands.verify(image), registry) == (
        0,
        f"registry.example/team/app:1 is accepted: {digest}\nsigned by {commands.key_name('a')}\n"
        f"https://cyclonedx.org/bom of {digest} is signed\n",
    )
    assert json.loads(commands.sign(image, "--format=bundle")[1])["signed"] == []


def test_attestation_at_a_tag(commands: Commands, registry: FakeRegistry, image: str, digest: str) -> None:
    """cosign keeps them there by default until version 3."""
    subject = Layout.open(commands.folder / "image").roots()[0]
    client = Provider(Reference.parse(image), actions="pull,push", environment={})
    attach(client, subject, "application/vnd.cyclonedx+json", b'{"bomFormat":"CycloneDX"}')
    commands.sign(image)
    read = [json.loads(registry.blobs[NAME, each]) for each in bundles(registry).values()]
    (found,) = (each for each in read if b"CycloneDX" in base64.b64decode(each["dsseEnvelope"]["payload"]))
    for reference in bundles(registry):
        del registry.manifests[NAME, reference]
    envelope = json.dumps(found["dsseEnvelope"]).encode()
    registry.add_blob(NAME, envelope)
    _, manifest = simple_signing.manifest([Descriptor.of("application/vnd.dsse.envelope.v1+json", envelope)])
    registry.manifests[NAME, simple_signing.attestation_tag(digest)] = ("", manifest)
    code, said = shown(commands.verify(image), registry)
    assert (code, said.splitlines()[2:]) == (0, [f"https://cyclonedx.org/bom of {digest} is signed"])


def test_something_else_at_the_tag_of_signatures(
    commands: Commands, registry: FakeRegistry, image: str, digest: str
) -> None:
    registry.manifests[NAME, simple_signing.signature_tag(digest)] = ("", b"{}")
    tag = f"registry.example/team/app:sha256-{digest[7:]}.sig"
    damage = f"{tag}: the registry's manifest cannot be read: it is wrong: schemaVersion is missing."
    assert shown(commands.verify(image), registry) == (
        1,
        "registry.example/team/app:1 is refused: none of the 1 key needed signed it.\n"
        f"Found:\n  {damage}\n{FIX_SIGNERS}",
    )
    code, said = shown(commands.sign(image), registry)
    assert (code, said.splitlines()[0]) == (2, damage)


def test_document_about_another_image_is_not_signed(commands: Commands, registry: FakeRegistry, image: str) -> None:
    subject = Layout.open(commands.folder / "image").roots()[0]
    client = Provider(Reference.parse(image), actions="pull,push", environment={})
    other = b'{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x"}'
    done = attach(client, subject, "application/vnd.in-toto+json", other)
    assert shown(commands.sign(image, "--format=bundle"), registry) == (
        2,
        f"registry.example/team/app@{done.digest} is not signed: it is a statement about another image.\n"
        "Fix: build the image's documents again (`./pants package`), remove this one, or sign without documents "
        "(`--no-documents`).\n",
    )
