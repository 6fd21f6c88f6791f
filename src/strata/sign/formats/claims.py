"""This module has claims: what a signature says, of which image, whatever format it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

SIGNATURE_TYPE = "https://sigstore.dev/cosign/sign/v1"
"""The predicate type of a statement that says no more than that somebody signed the image."""


class Unreadable(Exception):
    """A document that should hold a signature does not; the text says why, and reads on from its name."""


class Trusted(Protocol):
    """Somebody whose signatures count: a key, or whoever has certificates for an identity."""

    @property
    def id(self) -> str:
        """Return a text by which signers are told apart."""

    @property
    def hint(self) -> str:
        """Return by what bundles name the key; empty for signers with certificates."""

    def made(self, claim: Claim) -> bool:
        """Return whether a claim has a signature of this signer."""


@dataclass(frozen=True)
class Claim:
    """A signed statement about images, of which nothing is checked yet.

    :param place: where it was found, for people.
    :param message: the bytes that are signed.
    :param signatures: over the message; one that verifies is enough.
    :param subjects: digests of the images that it speaks of.
    :param predicate_type: SIGNATURE_TYPE, or what else the statement is about.
    :param hint: of the key, as sigstore's bundles name it; empty where the format has none.
    :param bundle: the whole sigstore bundle, which may have a certificate; empty for other formats.
    """

    place: str
    message: bytes = field(repr=False)
    signatures: tuple[bytes, ...] = field(repr=False)
    subjects: frozenset[str]
    predicate_type: str
    predicate: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    hint: str = ""
    bundle: bytes = field(default=b"", repr=False)

    def signers(self, trusted: Iterable[Trusted]) -> list[Trusted]:
        """Return those of the trusted signers that made it."""
        return [each for each in trusted if each.made(self)]
