"""This module writes in-toto statements, and reads which images they are about.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from strata.oci.documents import NotJson, canonical_json, parse
from strata.oci.shape import list_of, map_of, struct, text

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_shape = struct({"subject": list_of(struct({"digest": map_of(text)})), "predicateType": text})


@dataclass(frozen=True)
class StatementHead:
    """What a statement is about.

    :param subjects: digests, `sha256:HEX`.
    """

    subjects: frozenset[str]
    predicate_type: str

    @classmethod
    def from_bytes(cls, content: bytes) -> StatementHead:
        """Return the head of the statement that a document holds. Raise ValueError where it holds none."""
        try:
            value: Any = parse(content)
        except NotJson as reason:
            raise ValueError(str(reason)) from None
        problem = next(_shape(value, ""), None)
        if problem:
            raise ValueError(f"is no in-toto statement: {problem}")
        digests = (item for each in value["subject"] for item in each["digest"].items())
        return cls(frozenset(f"{algorithm}:{digits}" for algorithm, digits in digests), value["predicateType"])


def statement(digest: str, name: str, predicate_type: str, predicate: Mapping[str, Any]) -> bytes:
    """Return a statement about an image, as canonical JSON.

    :param digest: of the image's manifest, `sha256:HEX`.
    :param name: of the image, for people; nothing is found by it.
    """
    algorithm, _, digits = digest.partition(":")
    return canonical_json(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {algorithm: digits}}],
            "predicateType": predicate_type,
            "predicate": dict(predicate),
        }
    )
