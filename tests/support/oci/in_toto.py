"""Statements as the library of the in-toto project reads them: it refuses what its schemas do not have."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as Message


def read_statement(content: bytes) -> dict[str, Any]:
    """The statement, after a check of all that its specification asks for."""
    value: dict[str, Any] = json.loads(content)
    Statement.copy_from_pb(ParseDict(value, Message())).validate()
    return value


def check_provenance(predicate: Any) -> None:
    """Raises for a predicate that is no SLSA v1 provenance."""
    read = ParseDict(predicate, Provenance())
    assert read.build_definition.build_type
    assert read.run_details.builder.id
    for each in read.build_definition.resolved_dependencies:
        ResourceDescriptor.copy_from_pb(each).validate()
