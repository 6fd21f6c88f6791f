"""This module writes in-toto statements, and reads them: claims about subjects that are named by digest.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import Shape, list_of, map_of, struct, text

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

FIELDS: Mapping[str, Shape] = {"subject": list_of(struct({"digest": map_of(text)})), "predicateType": text}
"""The shape of what is read of a statement."""

_shape = struct(FIELDS)


@dataclass(frozen=True)
class Statement:
    """A statement.

    :param subjects: digests, `sha256:HEX`.
    :param predicate: of the type, mostly an object; empty where it is none.
    """

    subjects: frozenset[str]
    predicate_type: str
    predicate: Mapping[str, Any] = field(hash=False)

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Statement:
        """Return the statement of a JSON value that has FIELDS."""
        digests = (item for each in value["subject"] for item in each["digest"].items())
        predicate = value.get("predicate")
        return cls(
            frozenset(f"{algorithm}:{digits}" for algorithm, digits in digests),
            value["predicateType"],
            predicate if isinstance(predicate, dict) else {},
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Statement:
        """Return the statement that a document holds. Raise ValueError where it holds none."""
        try:
            value = parse(content)
        except NotJson as reason:
            raise ValueError(str(reason)) from None
        problem = next(_shape(value, ""), None)
        if problem:
            raise ValueError(f"is no in-toto statement: {problem}")
        return cls.of(value)


def statement(digest: str, predicate_type: str, predicate: Optional[Any] = None, name: str = "") -> bytes:
    """Return a statement about an image, as canonical JSON.

    :param digest: of the image's manifest, `sha256:HEX`.
    :param name: of the image, for people; nothing is found by it. It may be empty.
    """
    algorithm, _, digits = digest.partition(":")
    fields: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [{**({"name": name} if name else {}), "digest": {algorithm: digits}}],
        "predicateType": predicate_type,
    }
    return canonical_json(fields if predicate is None else {**fields, "predicate": predicate})
