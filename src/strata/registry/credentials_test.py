from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Optional

import pytest

from strata.errors import StrataError
from strata.registry.credentials import Credentials, find_credentials
from strata.registry.reference import Reference

APP = Reference.parse("registry.example:5000/team/app:1")


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run"), "PATH": str(tmp_path / "bin")}


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


def program(folder: Path, name: str, script: str) -> None:
    write(folder / "bin" / f"docker-credential-{name}", f"#!/bin/sh\n{script}\n")
    os.chmod(folder / "bin" / f"docker-credential-{name}", 0o755)


def found(environment: dict[str, str], reference: Reference = APP) -> Optional[Credentials]:
    return find_credentials(reference, environment)


def test_no_file(environment: dict[str, str]) -> None:
    assert found(environment) is None


def test_order_of_files(environment: dict[str, str], tmp_path: Path) -> None:
    places = {
        "docker": tmp_path / ".docker/config.json",
        "config": tmp_path / ".config/containers/auth.json",
        "runtime": tmp_path / "run/containers/auth.json",
    }
    for user, path in places.items():
        write(path, {"auths": {APP.registry: auth(user, "secret")}})
        assert found(environment) == Credentials(user, "secret")
    write(tmp_path / "elsewhere/config.json", {"auths": {APP.registry: auth("elsewhere", "secret")}})
    for path in (places["config"], places["runtime"]):
        path.unlink()
    assert found({**environment, "DOCKER_CONFIG": str(tmp_path / "elsewhere")}) == Credentials("elsewhere", "secret")


def test_named_file_stands_alone(environment: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / ".docker/config.json", {"auths": {APP.registry: auth("docker", "secret")}})
    write(tmp_path / "mine.json", {"auths": {}})
    assert found({**environment, "REGISTRY_AUTH_FILE": str(tmp_path / "mine.json")}) is None


def test_closest_entry_wins(environment: dict[str, str], tmp_path: Path) -> None:
    auths = {
        APP.registry: auth("registry", "1"),
        f"{APP.registry}/team": auth("team", "2"),
        f"{APP.registry}/team/app": auth("app", "3"),
        f"{APP.registry}/team/ap": auth("none", "4"),
    }
    write(tmp_path / ".docker/config.json", {"auths": auths})
    other, foreign = (Reference.parse(f"{APP.registry}/{name}") for name in ("team/other", "else/app"))
    users = [found(environment, each) for each in (APP, other, foreign)]
    assert users == [Credentials("app", "3"), Credentials("team", "2"), Credentials("registry", "1")]


def test_forms_of_an_entry(environment: dict[str, str], tmp_path: Path) -> None:
    forms: list[tuple[dict[str, str], Optional[Credentials]]] = [
        ({}, None),
        (auth("me", "with:colon"), Credentials("me", "with:colon")),
        ({"username": "me", "password": "plain"}, Credentials("me", "plain")),
        ({**auth("me", ""), "identitytoken": "id"}, Credentials("me", "", "id")),
        ({"registrytoken": "token"}, Credentials(access_token="token")),
    ]
    for entry, expected in forms:
        write(tmp_path / ".docker/config.json", {"auths": {f"https://{APP.registry}/v1/": entry}})
        assert found(environment) == expected


def test_another_port_is_another_registry(environment: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / ".docker/config.json", {"auths": {"registry.example": auth("me", "secret")}})
    assert found(environment) is None


def test_programs(environment: dict[str, str], tmp_path: Path) -> None:
    program(tmp_path, "one", 'read server; echo "{\\"Username\\": \\"$server\\", \\"Secret\\": \\"$1\\"}"')
    program(tmp_path, "token", """echo '{"Username": "<token>", "Secret": "id"}'""")
    program(tmp_path, "empty", "echo credentials not found in native keychain; exit 1")
    config = tmp_path / ".docker/config.json"
    write(config, {"credHelpers": {APP.registry: "one"}, "credsStore": "token"})
    assert found(environment) == Credentials(APP.registry, "get")
    write(config, {"credsStore": "token", "auths": {APP.registry: {}}})
    assert found(environment) == Credentials(identity_token="id")
    write(config, {"credsStore": "empty"})
    assert found(environment) is None


@pytest.mark.parametrize(
    "script, reason",
    [
        (None, "No such file or directory"),
        ("echo secret >&2; exit 3", "it ended with exit code 3"),
        ("echo secret", "its answer cannot be read"),
    ],
)
def test_program_fails(environment: dict[str, str], tmp_path: Path, script: Optional[str], reason: str) -> None:
    environment["PATH"] += ":/bin:/usr/bin"
    if script:
        program(tmp_path, "one", script)
    write(tmp_path / ".docker/config.json", {"credHelpers": {APP.registry: "one"}})
    with pytest.raises(StrataError) as caught:
        found(environment)
    assert str(caught.value) == (
        f"The credentials for {APP.registry} could not be had from docker-credential-one: {reason}.\n"
        "Fix: install the program on PATH, or remove its entry (credHelpers, credsStore) from the configuration of "
        "Docker or containers."
    )


@pytest.mark.parametrize(
    "text, problem",
    [
        ("{secret", "it is not JSON"),
        ("[]", "it is no JSON object"),
        ('{"auths": []}', None),
        ('{"auths": [5]}', "its auths is no JSON object"),
        (
            '{"auths": {"registry.example:5000": {"auth": "secret"}}}',
            "an `auth` in it is not the base64 form of USER:PASSWORD",
        ),
        (
            '{"auths": {"registry.example:5000": {"auth": "\\u00e9"}}}',
            "an `auth` in it is not the base64 form of USER:PASSWORD",
        ),
    ],
)
def test_damaged_file(environment: dict[str, str], tmp_path: Path, text: str, problem: Optional[str]) -> None:
    write(tmp_path / ".docker/config.json", text)
    if problem is None:
        assert found(environment) is None
        return
    with pytest.raises(StrataError) as caught:
        found(environment)
    assert str(caught.value) == (
        f"{tmp_path}/.docker/config.json cannot be read for credentials: {problem}.\n"
        "Fix: mend the file, or log in again so that it is written anew."
    )


def test_secrets_are_not_shown() -> None:
    assert repr(Credentials("me", "secret", "secret", "secret")) == "Credentials(user='me')"
