"""What cosign wrote is read, and what Strata writes has the same form."""

from __future__ import annotations

import base64
import json

import pytest

from strata.attest.statement import Statement, statement
from strata.sign.formats import bundle, simple_signing
from strata.sign.formats.bundle import Bundle, signed_bytes
from strata.sign.formats.claims import SIGNATURE_TYPE, Claim, Unreadable
from strata.sign.formats.statements import read_statement, signature_statement
from strata.sign.keys.public import PublicKey
from support.signing.cosign import ANNOTATIONS, ATTESTATION, BUNDLE, DIGEST, HINT, PAYLOAD, PUBLIC_KEY


@pytest.fixture(scope="module")
def key() -> PublicKey:
    return PublicKey.from_pem("cosign.pub", PUBLIC_KEY)


def changed(claim: Claim) -> Claim:
    return Claim("", claim.message + b" ", claim.signatures, claim.subjects, claim.predicate_type)


def test_simple_signing_of_cosign(key: PublicKey) -> None:
    claim = simple_signing.claim(PAYLOAD, ANNOTATIONS, "layer 0")
    assert (claim.subjects, claim.predicate_type, claim.hint) == (frozenset([DIGEST]), SIGNATURE_TYPE, "")
    assert claim.signers([key]) == [key]
    assert changed(claim).signers([key]) == []


def test_bundle_of_cosign(key: PublicKey) -> None:
    claim = Bundle.from_bytes(BUNDLE).claim("a referrer")
    assert (claim.subjects, claim.predicate_type, claim.hint) == (frozenset([DIGEST]), SIGNATURE_TYPE, HINT)
    assert (key.hint, claim.signers([key])) == (HINT, [key])
    assert changed(claim).signers([key]) == []


def test_attestation_of_cosign(key: PublicKey) -> None:
    claim = Bundle.from_bytes(ATTESTATION).claim("a referrer")
    assert (claim.subjects, claim.predicate_type) == (frozenset([DIGEST]), "https://example.com/p/v1")
    assert (claim.predicate, claim.signers([key])) == ({"a": 1}, [key])


def test_envelope_that_stands_alone(key: PublicKey) -> None:
    envelope = json.dumps(json.loads(ATTESTATION)["dsseEnvelope"]).encode()
    claim = Bundle.from_envelope(envelope).claim("the tag")
    assert (claim.predicate, claim.hint, claim.signers([key])) == ({"a": 1}, "", [key])
    with pytest.raises(Unreadable) as caught:
        Bundle.from_envelope(b"{}")
    assert str(caught.value) == "is not a DSSE envelope: payload is missing"


def test_payload_differs_from_that_of_cosign_in_nothing_but_what_is_optional() -> None:
    ours = simple_signing.payload("registry.example/team/app", DIGEST)
    assert ours == PAYLOAD.replace(b"null", b"{}")


def test_manifest_of_simple_signing() -> None:
    layers = [simple_signing.layer(PAYLOAD, b"one"), simple_signing.layer(PAYLOAD, b"two")]
    config, manifest = simple_signing.manifest(layers)
    value = json.loads(manifest)
    assert [each["annotations"] for each in value["layers"]] == [
        {"dev.cosignproject.cosign/signature": base64.b64encode(text).decode()} for text in (b"one", b"two")
    ]
    assert {each["mediaType"] for each in value["layers"]} == {"application/vnd.dev.cosign.simplesigning.v1+json"}
    assert value["config"]["size"] == len(config)
    assert json.loads(config)["rootfs"]["diff_ids"] == [each.digest for each in layers]
    assert simple_signing.signature_tag(DIGEST) == f"sha256-{DIGEST[7:]}.sig"


def test_statement_of_a_signature_says_the_same_as_that_of_cosign() -> None:
    ours, cosigns = signature_statement(DIGEST), Bundle.from_bytes(BUNDLE).payload
    assert json.loads(ours) == json.loads(cosigns)
    assert read_statement(ours) == Statement(frozenset([DIGEST]), SIGNATURE_TYPE, {})


def test_bundle_has_the_form_of_that_of_cosign() -> None:
    cosigns = Bundle.from_bytes(BUNDLE)
    ours = cosigns.to_bytes()
    assert json.loads(ours) == json.loads(BUNDLE)
    assert Bundle.from_bytes(ours) == cosigns


def test_what_is_signed_of_an_envelope() -> None:
    """The example of DSSE's protocol.md."""
    assert signed_bytes(b"hello world", "http://example.com/HelloWorld") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize(
    "content, annotations, problem",
    [
        (b"{", ANNOTATIONS, "is not JSON: line 1, column 2"),
        (b"{}", ANNOTATIONS, "is no payload of cosign: critical is missing"),
        (
            PAYLOAD.replace(b"cosign container image signature", b"atomic container signature"),
            ANNOTATIONS,
            'is no payload of cosign: critical.type is "atomic container signature", '
            'not "cosign container image signature"',
        ),
        (PAYLOAD, {}, "has no signature in dev.cosignproject.cosign/signature"),
        (
            PAYLOAD,
            {"dev.cosignproject.cosign/signature": "?"},
            "has a signature in dev.cosignproject.cosign/signature that is not Base64",
        ),
    ],
)
def test_payloads_that_are_none(content: bytes, annotations: dict[str, str], problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        simple_signing.claim(content, annotations, "")
    assert str(caught.value) == problem


def _bundle(**fields: object) -> bytes:
    value = {**json.loads(BUNDLE), **fields}
    return json.dumps({name: each for name, each in value.items() if each is not None}).encode()


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"[", "is not JSON: line 1, column 2"),
        (b"[]", "is not a sigstore bundle: the document is a list, not an object"),
        (
            _bundle(mediaType="text/plain"),
            'is not a sigstore bundle: mediaType is "text/plain", not the media type of a bundle',
        ),
        (_bundle(dsseEnvelope=None), "is a bundle over bytes, and not over a statement"),
        (
            _bundle(dsseEnvelope={"payload": "", "payloadType": "text/plain", "signatures": []}),
            'has a signature over "text/plain", and not over an in-toto statement',
        ),
        (
            _bundle(dsseEnvelope={"payload": "?", "payloadType": bundle.PAYLOAD_TYPE, "signatures": []}),
            "holds a text that is not Base64",
        ),
        (
            _bundle(dsseEnvelope={"payload": "e30=", "payloadType": bundle.PAYLOAD_TYPE, "signatures": []}),
            "holds no in-toto statement: _type is missing",
        ),
    ],
)
def test_bundles_that_are_none(content: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as caught:
        Bundle.from_bytes(content).claim("")
    assert str(caught.value) == problem


def test_statement_with_a_predicate() -> None:
    content = statement(DIGEST, "https://example.com/p/v1", {"b": 1, "a": "ä"})
    assert content.decode() == (
        '{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":"ä","b":1},'
        f'"predicateType":"https://example.com/p/v1","subject":[{{"digest":{{"sha256":"{DIGEST[7:]}"}}}}]}}'
    )
    assert read_statement(content).predicate == {"a": "ä", "b": 1}
