"""This module puts into words what a registry answered, and why it could not be reached.

`ssl` is imported only after a failure: a push to a registry of this machine does without.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.registry.connections import FAILURES, Answer
from strata.registry.untrusted import json_value

_LONGEST_BODY = 4096
_LONGEST_LINE = 200
_MOST_LINES = 5
# What OpenSSL calls an answer that is no TLS, and the alerts of a server that wants to know who asks.
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"}
_CLIENT_UNKNOWN = {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE", "TLSV1_ALERT_UNKNOWN_CA"}
_NO_ROOM = ("no space left", "disk full")


def answer_error(
    response: Answer, place: str, action: str, *, attempts: int, user: str, media_type: str = ""
) -> StrataError:
    """Return the error for an answer with which a request ends; the connection is given back."""
    problems = _problems(response)
    lines = [f"HTTP {response.status_code}", *(text for _, text in problems)][:_MOST_LINES]
    codes = {code for code, _ in problems}
    words = " ".join(lines).lower()
    status = response.status_code
    if status == 507 or any(each in words for each in _NO_ROOM):
        return errors.registry_disk_full(place, lines)
    if status == 413 or "quota" in words or "storage limit" in words:
        return errors.quota_exceeded(place, lines)
    if status in (401, 403):
        return errors.denied(place, action, lines, user)
    if codes & {"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"} and media_type:
        return errors.blob_unknown(place, lines)
    if status == 404:
        return errors.not_found(place, lines)
    if media_type and (status == 415 or codes & {"MANIFEST_INVALID", "UNSUPPORTED"}):
        return errors.unsupported_media_type(place, media_type, lines)
    if status == 429:
        return errors.rate_limited(place, attempts, lines)
    return errors.unexpected_answer(place, action, lines[0], attempts, lines[1:])


def connection_error(error: Exception, place: str, host: str, attempts: int) -> StrataError:
    """Return the error for a request that got no answer."""
    import ssl

    causes = list(_causes(error))
    refusals = {each.reason for each in causes if isinstance(each, ssl.SSLError)}
    if refusals & _NO_TLS:
        return errors.no_tls(place, host)
    if refusals & _CLIENT_UNKNOWN:
        return errors.client_certificate_wanted(place, host)
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
        reason = next(str(each) for each in causes if isinstance(each, ssl.SSLCertVerificationError))
        return errors.untrusted_certificate(place, host, reason)
    if any(isinstance(each, socket.gaierror) for each in causes):
        return errors.host_unknown(place, host)
    return errors.unreachable(place, host, _reason(error, causes), attempts)


def is_final(error: Exception) -> bool:
    """Return whether TLS was refused, by either side: asking again does not help."""
    import ssl

    return any(
        isinstance(each, ssl.SSLCertVerificationError)
        or (isinstance(each, ssl.SSLError) and each.reason in _NO_TLS | _CLIENT_UNKNOWN)
        for each in _causes(error)
    )


def _reason(error: Exception, causes: list[BaseException]) -> str:
    """Return what the system said, without the objects that libraries name on the way."""
    for each in reversed(causes):
        if isinstance(each, (OSError, HTTPException)):
            return str(each) or type(each).__name__
    return type(error).__name__


def _causes(error: Any) -> Iterator[BaseException]:
    """Yield an error and all that it was made from: libraries put these into arguments, `reason` and the chain."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if not isinstance(each, BaseException) or each in seen:
            continue
        seen.append(each)
        yield each
        waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]


def _problems(response: Answer) -> list[tuple[str, str]]:
    """Return code and text of each error in the answer, on one line each."""
    try:
        body = response.read(_LONGEST_BODY)
    except FAILURES:
        # The status says enough where the body cannot be read.
        body = b""
    response.close()
    try:
        value = json_value(body)
        found = value["errors"]
        problems = [(str(each.get("code", "")), str(each.get("message", ""))) for each in found]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    return [(code, _one_line(f"{code}: {message}" if message else code)) for code, message in problems]


def _one_line(text: str) -> str:
    line = "".join(each if each.isprintable() else " " for each in text)
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
