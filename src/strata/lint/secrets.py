"""This module tells which environment variables of an image hold a secret, by their names and the forms of values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from strata.lint.problem import SECRET_IN_ENV, Problem

# The last words of a name: DB_PASSWORD holds one, DB_PASSWORD_FILE and TOKEN_SECONDS do not.
_NAME = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_?KEY)$",
    re.IGNORECASE,
)
_FORMS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an access key of AWS", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a token of GitHub", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})\b")),
    ("a token of GitLab", re.compile(r"\bglpat-[A-Za-z0-9_-]{20}")),
    ("a token of Slack", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.")),
    ("a URL with a password", re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")),
)


def secrets(env: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each variable that holds a secret. No value is part of it."""
    for name, value in sorted(env.items()):
        kind = _kind(name, value)
        if kind:
            yield Problem(
                SECRET_IN_ENV,
                f"the variable {name} in `env` holds {kind}, and whoever has the image can read it",
                f"take {name} out of `env` and give it to the container when it starts, or let the app read a file "
                "that is mounted then; replace a secret that was in a published image",
            )


def _kind(name: str, value: str) -> str:
    """Return what the value is in words; empty for no secret. An empty value, and the path of a file, are none."""
    found = next((kind for kind, form in _FORMS if form.search(value)), "")
    if found or not value or value.startswith("/"):
        return found
    return "a secret, by its name" if _NAME.search(name) else ""
