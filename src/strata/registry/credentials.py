"""This module finds the credentials for a repository in Docker's and containers' configuration.

Files: REGISTRY_AUTH_FILE alone where it is set; else containers' auth.json, then config.json of Docker (DOCKER_CONFIG).
Programs that keep credentials (`credHelpers`, `credsStore`) are asked over their standard input: nothing secret is in
an argv or an environment.
https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
https://github.com/docker/docker-credential-helpers
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional
from urllib.parse import urlsplit

from strata.errors import registry as errors
from strata.registry.reference import Reference

HUB = "docker.io"
"""The name of Docker's own registry."""

# Under these names Docker keeps its credentials.
_HUB_NAMES = ("https://index.docker.io/v1/", "index.docker.io", HUB)
_PROGRAM_SECONDS = 60
# By this user name a program says that the secret is an identity token.
_TOKEN_USER = "<token>"
_NOT_FOUND = "credentials not found"


@dataclass(frozen=True)
class Credentials:
    """A user's right to a registry: a password, an identity token to get access tokens for, or an access token.

    `repr` shows the user alone.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)


def find_credentials(reference: Reference, environment: Mapping[str, str]) -> Optional[Credentials]:
    """Return the credentials of the first file that has some for the repository, else None.

    Raise StrataError for a file that cannot be read, and for a program that fails.
    """
    for path in _files(environment):
        try:
            text = path.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeDecodeError) as error:
            problem = error.strerror or type(error).__name__ if isinstance(error, OSError) else "it is not UTF-8"
            raise errors.bad_credentials_file(str(path), problem) from None
        try:
            configuration = json.loads(text or "{}")
        except ValueError:
            raise errors.bad_credentials_file(str(path), "it is not JSON") from None
        found = _of_file(path, configuration, reference, environment)
        if found:
            return found
    return None


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    if environment.get("REGISTRY_AUTH_FILE"):
        yield Path(environment["REGISTRY_AUTH_FILE"])
        return
    home = Path(environment.get("HOME") or os.path.expanduser("~"))
    runtime = environment.get("XDG_RUNTIME_DIR") or f"/run/containers/{os.geteuid()}"
    yield Path(runtime, "containers/auth.json") if environment.get("XDG_RUNTIME_DIR") else Path(runtime, "auth.json")
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config", "containers/auth.json")
    yield Path(environment.get("DOCKER_CONFIG") or home / ".docker", "config.json")


def _of_file(
    path: Path, configuration: Any, reference: Reference, environment: Mapping[str, str]
) -> Optional[Credentials]:
    """Return the entry of the repository, of a folder above it, or of the registry: the closest one."""
    if not isinstance(configuration, dict):
        raise errors.bad_credentials_file(str(path), "it is no JSON object")
    auths = _table(path, configuration, "auths")
    programs = _table(path, configuration, "credHelpers")
    parts = reference.repository.split("/")
    for count in range(len(parts), 0, -1):
        found = _entry(path, auths.get("/".join([reference.registry, *parts[:count]])))
        if found:
            return found
    for server in _servers(reference.registry):
        if isinstance(programs.get(server), str):
            found = _from_program(programs[server], server, environment)
            if found:
                return found
    for name, entry in auths.items():
        if _host(name) in _servers(reference.registry):
            found = _entry(path, entry)
            if found:
                return found
    store = configuration.get("credsStore")
    for server in _servers(reference.registry) if isinstance(store, str) and store else ():
        found = _from_program(str(store), server, environment)
        if found:
            return found
    return None


def _servers(registry: str) -> tuple[str, ...]:
    """Return the names of a registry in the files: Docker has an old one for its own registry."""
    return _HUB_NAMES if registry == HUB else (registry,)


def _host(name: str) -> str:
    """Return the host of an entry's name, which may be an address: https://registry.example/v2/."""
    return urlsplit(name).netloc if "://" in name else name


def _table(path: Path, configuration: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = configuration.get(name) or {}
    if not isinstance(table, dict):
        raise errors.bad_credentials_file(str(path), f"its {name} is no JSON object")
    return table


def _entry(path: Path, entry: Any) -> Optional[Credentials]:
    """Return the credentials of one entry of `auths`; an empty one says only that somebody logged in."""
    if not isinstance(entry, dict):
        return None
    fields = {name: value for name, value in entry.items() if isinstance(value, str)}
    user, password = fields.get("username", ""), fields.get("password", "")
    if fields.get("auth"):
        from base64 import b64decode

        try:
            user, colon, password = b64decode(fields["auth"], validate=True).decode().partition(":")
        except ValueError:
            colon = ""
        if not colon:
            raise errors.bad_credentials_file(str(path), "an `auth` in it is not the base64 form of USER:PASSWORD")
        password = password.rstrip("\0")
    identity, access = fields.get("identitytoken", ""), fields.get("registrytoken", "")
    return Credentials(user, password, identity, access) if user or identity or access else None


def _from_program(suffix: str, server: str, environment: Mapping[str, str]) -> Optional[Credentials]:
    # Most have no such program.
    import subprocess

    program = f"docker-credential-{suffix}"
    try:
        done = subprocess.run(
            [program, "get"],
            input=server.encode(),
            capture_output=True,
            timeout=_PROGRAM_SECONDS,
            check=False,
            env=dict(environment),
        )
    except OSError as error:
        raise errors.credential_program_failed(program, server, error.strerror or type(error).__name__) from None
    except subprocess.TimeoutExpired:
        raise errors.credential_program_failed(
            program, server, f"it did not end within {_PROGRAM_SECONDS} seconds"
        ) from None
    if done.returncode != 0:
        if _NOT_FOUND in (done.stdout + done.stderr).decode(errors="replace"):
            return None
        raise errors.credential_program_failed(program, server, f"it ended with exit code {done.returncode}")
    try:
        answer = json.loads(done.stdout)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (ValueError, KeyError, TypeError):
        raise errors.credential_program_failed(program, server, "its answer cannot be read") from None
    if user == _TOKEN_USER:
        return Credentials(identity_token=secret)
    return Credentials(user, secret) if user or secret else None
