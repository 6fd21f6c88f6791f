"""This module writes and reads in-toto statements: claims about subjects that are named by digest.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import list_of, map_of, matching, struct, text
from strata.sign.formats.claims import SIGNATURE_TYPE, Unreadable

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
# cosign still writes statements of the version before for attestations.
_type = matching(r"https://in-toto\.io/Statement/v(0\.1|1)", "the type of an in-toto statement")
_shape = struct(
    {
        "_type": _type,
        "subject": list_of(struct({"digest": map_of(text)})),
        "predicateType": text,
    }
)


@dataclass(frozen=True)
class Statement:
    """A statement.

    :param subjects: digests, `sha256:HEX`.
    :param predicate: of the type, mostly an object.
    """

    subjects: frozenset[str]
    predicate_type: str
    predicate: Mapping[str, Any] = field(hash=False)

    @classmethod
    def from_bytes(cls, content: bytes) -> Statement:
        """Return the statement that a document holds. Raise Unreadable where it is none."""
        try:
            value = parse(content)
        except NotJson as reason:
            raise Unreadable(f"holds a statement that {reason}") from None
        problem = next(_shape(value, ""), None)
        if problem:
            raise Unreadable(f"holds no in-toto statement: {problem}")
        subjects = frozenset(
            f"{algorithm}:{digits}" for each in value["subject"] for algorithm, digits in each["digest"].items()
        )
        predicate = value.get("predicate")
        return cls(subjects, value["predicateType"], predicate if isinstance(predicate, dict) else {})


def statement(digest: str, predicate_type: str, predicate: Optional[Any] = None, name: str = "") -> bytes:
    """Return the canonical JSON of a statement about an image.

    :param name: of the image, for people; may be empty.
    """
    algorithm, _, digits = digest.partition(":")
    fields: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{**({"name": name} if name else {}), "digest": {algorithm: digits}}],
        "predicateType": predicate_type,
    }
    return canonical_json(fields if predicate is None else {**fields, "predicate": predicate})


def signature_statement(digest: str, name: str = "") -> bytes:
    """Return the statement that `cosign sign` makes: there is an image, and nothing more is said of it."""
    return statement(digest, SIGNATURE_TYPE, name=name)
