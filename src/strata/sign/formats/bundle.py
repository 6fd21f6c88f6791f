"""This module has the bundles of sigstore: a DSSE envelope with a statement, and what its signature is verified with.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, Protocol

from strata.attest.documents import BUNDLE, STATEMENT
from strata.oci.documents import NotJson, canonical_json, parse, shown
from strata.oci.shape import Shape, list_of, matching, struct, text
from strata.sign.formats.claims import Claim, Unreadable
from strata.sign.formats.statements import read_statement
from strata.sign.keys.private import Signer

PAYLOAD_TYPE = STATEMENT

_media_type = matching(
    r"application/vnd\.dev\.sigstore\.bundle(\.v0\.3\+json|\+json;version=0\.[123])", "the media type of a bundle"
)
_envelope = struct({"payload": text, "payloadType": text, "signatures": list_of(struct({"sig": text}))})
_shape = struct(
    {"mediaType": _media_type},
    {"verificationMaterial": struct({}, {"publicKey": struct({}, {"hint": text})}), "dsseEnvelope": _envelope},
)


def signed_bytes(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Return what is signed of an envelope: DSSE's pre-authentication encoding."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True)
class Bundle:
    """A bundle that is verified with a public key which the reader has.

    :param payload: a statement.
    :param hint: of the key (strata.sign.keys.public.PublicKey.hint).
    :param content: the document that it was read from.
    """

    payload: bytes = field(repr=False)
    signatures: tuple[bytes, ...] = field(repr=False)
    hint: str = ""
    content: bytes = field(default=b"", repr=False, compare=False)

    def to_bytes(self) -> bytes:
        """Return the bundle as canonical JSON."""
        envelope = {
            "payload": _text(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": _text(each)} for each in self.signatures],
        }
        material = {"publicKey": {"hint": self.hint}}
        return canonical_json({"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope})

    @classmethod
    def from_bytes(cls, content: bytes) -> Bundle:
        """Return the bundle that a document holds. Raise Unreadable where it holds none with an in-toto statement."""
        value = _document(content, _shape, "a sigstore bundle")
        hint = value.get("verificationMaterial", {}).get("publicKey", {}).get("hint", "")
        if "dsseEnvelope" not in value:
            raise Unreadable("is a bundle over bytes, and not over a statement")
        return cls._of_envelope(value["dsseEnvelope"], hint, content)

    @classmethod
    def from_envelope(cls, content: bytes) -> Bundle:
        """Return a bundle of an envelope that stands alone, as `cosign attest` stored it before there were bundles."""
        return cls._of_envelope(_document(content, _envelope, "a DSSE envelope"))

    @classmethod
    def _of_envelope(cls, envelope: Any, hint: str = "", content: bytes = b"") -> Bundle:
        if envelope["payloadType"] != PAYLOAD_TYPE:
            raise Unreadable(
                f"has a signature over {shown(envelope['payloadType'])}, and not over an in-toto statement"
            )
        signatures = tuple(_bytes(each["sig"]) for each in envelope["signatures"])
        return cls(_bytes(envelope["payload"]), signatures, hint, content)

    def claim(self, place: str) -> Claim:
        """Return what the bundle says. Raise Unreadable where the payload is no statement."""
        said = read_statement(self.payload)
        message = signed_bytes(self.payload)
        kind, predicate = said.predicate_type, said.predicate
        return Claim(place, message, self.signatures, said.subjects, kind, predicate, self.hint, self.content)


class BundleMaker(Protocol):
    """Signs statements, and knows its own signatures."""

    @property
    def id(self) -> str:
        """Return a text by which signers are told apart, in hexadecimal digits."""

    def bundle(self, payload: bytes) -> bytes:
        """Return a bundle with a signature over a statement."""

    def made(self, claim: Claim) -> bool:
        """Return whether a claim has a signature of this signer."""


@dataclass(frozen=True)
class KeyBundles:
    """Makes bundles with a key."""

    signer: Signer

    @property
    def id(self) -> str:
        """Return the fingerprint of the key."""
        return self.signer.public_key.fingerprint

    def bundle(self, payload: bytes) -> bytes:
        """Return a bundle with a signature over a statement."""
        signature = self.signer.sign(signed_bytes(payload))
        return Bundle(payload, (signature,), self.signer.public_key.hint).to_bytes()

    def made(self, claim: Claim) -> bool:
        """Return whether a claim has a signature of the key."""
        return self.signer.public_key.made(claim)


def _document(content: bytes, shape: Shape, what: str) -> Any:
    try:
        value = parse(content)
    except NotJson as reason:
        raise Unreadable(str(reason)) from None
    problem = next(shape(value, ""), None)
    if problem:
        raise Unreadable(f"is not {what}: {problem}")
    return value


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("holds a text that is not Base64") from None
