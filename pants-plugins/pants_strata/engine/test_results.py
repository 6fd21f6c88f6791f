"""This module makes the result of a test, whose type takes texts in older releases of Pants and bytes in newer ones."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pants.core.goals.test import ShowOutput, TestResult
from pants.engine.addresses import Address
from pants.engine.fs import Snapshot
from pants.engine.process import FallibleProcessResult

_IN_BYTES = any(each.name == "stdout_bytes" for each in fields(TestResult))


def finished_test(
    result: FallibleProcessResult, address: Address, shown: ShowOutput, *, output: str, error: str, report: Snapshot
) -> TestResult:
    """Return the result of a test that a process ran: failed where there is an error.

    :param output: what people read of a test that passed; `error`, of one that failed.
    :param report: a file in the form of JUnit.
    """
    texts: dict[str, Any] = {"stdout": output, "stderr": error}
    if _IN_BYTES:
        texts = {f"{name}_bytes": text.encode() for name, text in texts.items()}
    return TestResult(
        exit_code=1 if error else 0,
        stdout_digest=result.stdout_digest,
        stderr_digest=result.stderr_digest,
        addresses=(address,),
        output_setting=shown,
        result_metadata=result.metadata,
        xml_results=report,
        **texts,
    )
