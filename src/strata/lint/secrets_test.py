from __future__ import annotations

import pytest

from strata.lint.problem import to_text
from strata.lint.secrets import secrets

# Put together here, so that no scanner of sources takes them for real ones.
AWS = "AKIA" + "A" * 16
GITHUB = "ghp_" + "a" * 36
TOKEN = "eyJ" + "a" * 10 + ".eyJ" + "b" * 10 + ".c"
KEY = "-----BEGIN " + "RSA PRIVATE KEY-----\nAAAA"


@pytest.mark.parametrize(
    "name, value, kind",
    [
        ("DB_PASSWORD", "hunter2", "a secret, by its name"),
        ("TOKEN", "x", "a secret, by its name"),
        ("api_key", "x", "a secret, by its name"),
        ("DJANGO_SECRET_KEY", "x", "a secret, by its name"),
        ("MAIL", AWS, "an access key of AWS"),
        ("CI", GITHUB, "a token of GitHub"),
        ("CI", "glpat-" + "a" * 20, "a token of GitLab"),
        ("CHAT", "xoxb-" + "1" * 12, "a token of Slack"),
        ("JOB", TOKEN, "a JSON web token"),
        ("TLS", KEY, "a private key"),
        ("DATABASE_URL", "postgres://user:pass@db/app", "a URL with a password"),
    ],
)
def test_secrets(name: str, value: str, kind: str) -> None:
    text = to_text("src/web:image", secrets({name: value}))
    assert text == (
        f"src/web:image: secret-in-env: the variable {name} in `env` holds {kind}, and whoever has the image can "
        "read it.\n"
        f"  Fix: take {name} out of `env` and give it to the container when it starts, or let the app read a file that "
        "is mounted then; replace a secret that was in a published image\n"
    )
    assert value == "x" or value not in text


@pytest.mark.parametrize(
    "name, value",
    [
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD_FILE", "secret"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("TOKEN_SECONDS", "3600"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("KEYBOARD", "us"),
        ("DATABASE_URL", "postgres://db.example:5432/app"),
        ("PATH", "/usr/bin"),
    ],
)
def test_what_is_no_secret(name: str, value: str) -> None:
    assert list(secrets({name: value})) == []
