"""This module reads statements that are signed, and writes the one that a signature is over.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

from strata.attest.statement import FIELDS, Statement, statement
from strata.oci.documents import NotJson, parse
from strata.oci.shape import matching, struct
from strata.sign.formats.claims import SIGNATURE_TYPE, Unreadable

# cosign still writes statements of the version before for attestations.
_type = matching(r"https://in-toto\.io/Statement/v(0\.1|1)", "the type of an in-toto statement")
_shape = struct({"_type": _type, **FIELDS})


def read_statement(content: bytes) -> Statement:
    """Return the statement that a document holds. Raise Unreadable where it is none."""
    try:
        value = parse(content)
    except NotJson as reason:
        raise Unreadable(f"holds a statement that {reason}") from None
    problem = next(_shape(value, ""), None)
    if problem:
        raise Unreadable(f"holds no in-toto statement: {problem}")
    return Statement.of(value)


def signature_statement(digest: str, name: str = "") -> bytes:
    """Return the statement that `cosign sign` makes: there is an image, and nothing more is said of it."""
    return statement(digest, SIGNATURE_TYPE, name=name)
