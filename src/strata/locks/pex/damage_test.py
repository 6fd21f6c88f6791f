"""Damaged locks of Pex: 10,000 of them are each read or refused with an error for the user."""

from __future__ import annotations

import json

from strata.errors import StrataError
from strata.locks.environment import marker_environment, wheel_tags
from strata.locks.reader import read_lock
from strata.oci.platform import Platform
from support.lockfiles import pex_locks
from support.lockfiles.mutations import damaged_texts, damaged_values

PLATFORM = Platform("linux", "amd64")
ENVIRONMENT = marker_environment("3.13.5", PLATFORM)
TAGS = wheel_tags("3.13.5", (2, 41), PLATFORM)
WHOLE = pex_locks.with_header(pex_locks.example())
RICH = pex_locks.lock(
    *pex_locks.example()["locked_resolves"],
    pex_locks.resolve(
        pex_locks.package("requests", "2", 'idna[x]; extra == "socks"', "a"),
        pex_locks.package("idna", "3", files=["idna-3-cp313-cp313-linux_x86_64.whl"]),
        tag="cp313-cp313-linux_x86_64",
        marker='python_version >= "3.9"',
    ),
    requirements=["requests[socks]", "idna>1"],
    excluded=["a", "b>1"],
    overridden=["idna>=2", "chardet=idna"],
)


def _outcome(text: str) -> str:
    try:
        found = read_lock(text, None, "pex.lock", environment=ENVIRONMENT, tags=TAGS)
    except StrataError as refused:
        return str(refused)
    return f"read {found}"


def test_damaged_text() -> None:
    found = [_outcome(text) for text in damaged_texts(WHOLE, 5000)]
    assert 50 < sum(outcome.startswith("read") for outcome in found) < 4950


def test_damaged_values() -> None:
    assert _outcome(json.dumps(RICH)).startswith("read")
    found = [_outcome(json.dumps(values)) for values in damaged_values(RICH, 5000)]
    assert 500 < sum(outcome.startswith("read") for outcome in found) < 4500
