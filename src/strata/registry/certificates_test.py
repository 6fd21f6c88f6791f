"""TLS that does not come about: files that are none of certificates, and servers that speak something else."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.retries import Retries
from support.servers.fake_registry import fake_registry

FIX = "Fix: mend the file: certificates and keys are PEM, and NAME.cert has its key in NAME.key beside it."


def message(environment: dict[str, str]) -> str:
    settings = Settings(retries=Retries(attempts=1))
    client = Provider(Reference.parse("registry.example/team/app:1"), settings=settings, environment=environment)
    with pytest.raises(StrataError) as caught:
        client.send("HEAD", client.url("manifests/1"), action="look for a manifest")
    return str(caught.value)


def test_bundle_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    file.write_text("no certificate")
    assert message({"SSL_CERT_FILE": str(file)}) == (
        f"{file} cannot be used for connections with TLS: it, or its key, is not what such a file holds.\n{FIX}"
    )


def test_authority_that_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "containers/certs.d/registry.example"
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text("no certificate")
    assert message({"XDG_CONFIG_HOME": str(tmp_path)}).splitlines()[0] == (
        f"{folder}/ca.crt cannot be used for connections with TLS: it, or its key, is not what such a file holds."
    )


def test_certificate_without_a_key(tmp_path: Path) -> None:
    folder = tmp_path / "containers/certs.d/registry.example"
    folder.mkdir(parents=True)
    (folder / "client.cert").write_text("")
    assert message({"XDG_CONFIG_HOME": str(tmp_path)}) == (
        f"{folder}/client.cert cannot be used for connections with TLS: client.key is not beside it.\n{FIX}"
    )


def test_registry_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.create_connection
    with fake_registry() as registry:
        host, port = registry.address.split(":")
        monkeypatch.setattr(
            "socket.create_connection", lambda address, *arguments, **named: connect((host, int(port)), 5)
        )
        assert message({}) == (
            "registry.example/team/app:1: registry.example does not speak TLS.\n"
            "Fix: serve it over TLS, or allow plain HTTP by name: `--plain-http=registry.example`; for `./pants "
            "publish` `plain_http = true` in its entry of `[strata.registries]`."
        )
