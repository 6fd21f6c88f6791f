"""This module verifies signatures with public keys, of the kinds and in the ways of cosign.

ECDSA on P-256 and RSA (PKCS#1 v1.5) sign the SHA-256 digest of a message, Ed25519 the message itself.
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strata.errors.signatures import keys as errors
from strata.sign.formats.claims import Claim
from strata.sign.keys.packages import needed

SMALLEST_RSA = 2048
# A public key has a few hundred bytes.
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class PublicKey:
    """A public key.

    :param name: of the file that it came from, for people.
    :param der: the key as SubjectPublicKeyInfo, by which keys are told apart.
    """

    name: str
    der: bytes
    _key: Any = field(repr=False, compare=False, hash=False)

    @classmethod
    def of(cls, name: str, key: Any) -> PublicKey:
        """Return a key of `cryptography`. Raise ValueError for a kind that cosign does not take."""
        from cryptography.hazmat.primitives import serialization

        problem = unusable(key)
        if problem:
            raise ValueError(problem)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return cls(name, key.public_bytes(serialization.Encoding.DER, form), key)

    @classmethod
    def from_pem(cls, name: str, content: bytes) -> PublicKey:
        """Return the key of a PEM file. Raise StrataError where there is none that can be used."""
        with needed():
            from cryptography.exceptions import UnsupportedAlgorithm
            from cryptography.hazmat.primitives import serialization
        if b"PRIVATE KEY-----" in content:
            raise errors.bad_public_key(name, "it is a private key")
        try:
            return cls.of(name, serialization.load_pem_public_key(content))
        except UnsupportedAlgorithm:
            raise errors.bad_public_key(name, "its algorithm is not known here") from None
        except ValueError as error:
            known = str(error) if error.args and str(error).startswith("it is ") else "it is no public key in PEM"
            raise errors.bad_public_key(name, known) from None

    @classmethod
    def read(cls, path: Path) -> PublicKey:
        """Return the key in a file. Raise StrataError where there is none that can be used."""
        return cls.from_pem(str(path), read_file(path, "a public key"))

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the key, in hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def id(self) -> str:
        """Return the fingerprint, by which signers are told apart."""
        return self.fingerprint

    @property
    def hint(self) -> str:
        """Return by what sigstore's bundles name the key: its SHA-256 in Base64."""
        return base64.b64encode(hashlib.sha256(self.der).digest()).decode()

    def made(self, claim: Claim) -> bool:
        """Return whether a claim has a signature of this key."""
        return any(self.verifies(each, claim.message) for each in claim.signatures)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether a signature is this key's over a message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

        try:
            if isinstance(self._key, ec.EllipticCurvePublicKey):
                self._key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            elif isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name} (SHA-256 {self.fingerprint[:16]}…)"


def unusable(key: Any) -> str:
    """Return why a public key of `cryptography` cannot be used, "it is …"; empty where it can."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePublicKey):
        return "" if key.curve.name == "secp256r1" else f"it is for the curve {key.curve.name}"
    if isinstance(key, rsa.RSAPublicKey):
        return "" if key.key_size >= SMALLEST_RSA else f"it is for RSA with only {key.key_size} bits"
    return "" if isinstance(key, ed25519.Ed25519PublicKey) else "it is for another algorithm"


def read_file(path: Path, what: str, most: int = _MOST_BYTES) -> bytes:
    """Return the bytes of a small file that the user named. Raise StrataError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise errors.unreadable_file(str(path), what, error.strerror or "it is no file") from None
    if len(content) > most:
        raise errors.unreadable_file(str(path), what, f"it has more than {most} bytes")
    return content
