from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Optional

import pytest

from strata.errors import StrataError
from strata.registry.oras_provider import OrasProvider
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.retries import Retries, seconds
from support.servers.fake_registry import FakeRegistry, Fault, fake_registry

USER = f"Basic {base64.b64encode(b'me:secret').decode()}"
SCOPE = "repository:team/app:pull,push"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    monkeypatch.setattr("random.uniform", lambda low, high: low)
    return found


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, waits: list[float]) -> Iterator[FakeRegistry]:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with fake_registry() as registry:
        yield registry


def log_in(folder: Path, address: str, **entry: str) -> None:
    entry = entry or {"auth": base64.b64encode(b"me:secret").decode()}
    (folder / "auth.json").write_text(json.dumps({"auths": {address: entry}}))


def provider(address: str, folder: Path, environment: Optional[dict[str, str]] = None, **settings: Any) -> Provider:
    return Provider(
        Reference.parse(f"{address}/team/app:1"),
        actions="pull,push",
        settings=Settings(**settings),
        environment={"REGISTRY_AUTH_FILE": str(folder / "auth.json"), **(environment or {})},
    )


class Body:
    """Pieces of a body."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def get(of: Provider, path: str = "manifests/1", method: str = "HEAD", **named: Any) -> int:
    named.setdefault("action", "look for a manifest")
    response = of.send(method, of.url(path), **named)
    _ = response.content
    return response.status_code


def error(of: Provider, registry: FakeRegistry, **named: Any) -> str:
    with pytest.raises(StrataError) as caught:
        get(of, **named)
    return str(caught.value).replace(registry.address, "registry.example")


def bearer(registry: FakeRegistry, *tokens: Any) -> None:
    registry.challenge = f'Bearer realm="http://{registry.address}/token",service="the registry"'
    registry.tokens = list(tokens)
    registry.manifests["team/app", "1"] = ("application/vnd.oci.image.manifest.v1+json", b"{}")


def authorizations(registry: FakeRegistry) -> list[Optional[str]]:
    return [each.headers.get("Authorization") for each in registry.requests]


# ---- who asks -------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_before_the_registry_asks(registry: FakeRegistry, tmp_path: Path) -> None:
    log_in(tmp_path, registry.address)
    assert get(provider(registry.address, tmp_path), accept=(404,)) == 404
    assert authorizations(registry) == [None]


def test_basic(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry)
    registry.challenge, registry.admitted = 'Basic realm="here"', {USER}
    log_in(tmp_path, registry.address)
    client = provider(registry.address, tmp_path)
    assert [get(client), get(client)] == [200, 200]
    assert authorizations(registry) == [None, USER, USER]


def test_token_is_got_once(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"token": "t1", "expires_in": 300})
    registry.admitted = {"Bearer t1"}
    log_in(tmp_path, registry.address)
    client = provider(registry.address, tmp_path)
    assert [get(client), get(client)] == [200, 200]
    assert authorizations(registry) == [None, USER, "Bearer t1", "Bearer t1"]
    assert registry.asked("token") == [
        "GET /token?service=the+registry&scope=repository%3Ateam%2Fapp%3Apull%2Cpush&account=me"
    ]


def test_token_for_nobody(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"access_token": "t1"})
    registry.admitted = {"Bearer t1"}
    assert get(provider(registry.address, tmp_path)) == 200
    assert authorizations(registry) == [None, None, "Bearer t1"]


def test_identity_token(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"access_token": "t1"})
    registry.admitted = {"Bearer t1"}
    log_in(tmp_path, registry.address, identitytoken="id")
    assert get(provider(registry.address, tmp_path)) == 200
    assert registry.asked("token") == ["POST /token"]


def test_access_token(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry)
    registry.admitted = {"Bearer own"}
    log_in(tmp_path, registry.address, registrytoken="own")
    assert get(provider(registry.address, tmp_path)) == 200
    assert registry.asked("token") == []


def test_token_that_expires_on_the_way(registry: FakeRegistry, tmp_path: Path) -> None:
    """The registry refuses it before its time, then its time passes."""
    bearer(registry, {"token": "t1", "expires_in": 300}, {"token": "t2", "expires_in": 0.001}, {"token": "t3"})
    registry.admitted = {"Bearer t1"}
    client = provider(registry.address, tmp_path)
    get(client)
    registry.admitted = {"Bearer t2"}
    get(client)
    registry.admitted = {"Bearer t3"}
    registry.requests.clear()
    get(client)
    assert [each.path.partition("?")[0] for each in registry.requests][-2:] == ["/token", "/v2/team/app/manifests/1"]
    assert authorizations(registry)[-1] == "Bearer t3"


def test_body_is_sent_again_with_the_new_token(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"token": "t1"})
    registry.admitted = {"Bearer t1"}
    client = provider(registry.address, tmp_path)
    headers = {"Content-Type": "text/plain"}
    assert get(client, "manifests/2", "PUT", body=lambda: Body(b"{", b"}"), headers=headers) == 201
    assert registry.tags("team/app")["2"] == b"{}"


def test_upload_on_another_host_gets_no_token(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"token": "t1"})
    registry.admitted = {"Bearer t1"}
    client = provider(registry.address, tmp_path)
    with fake_registry() as other:
        registry.upload_host = other.address
        started = client.send("POST", client.url("blobs/uploads/"), action="begin")
        client.send("GET", client.location(started), action="ask", accept=(404,))
        assert authorizations(other) == [None]


def test_redirect_to_another_host_gets_no_token(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"token": "t1"})
    registry.admitted = {"Bearer t1"}
    with fake_registry() as other:
        place = f"http://{other.address}/v2/team/app/blobs/{other.add_blob('team/app', b'blob')}"
        client = provider(registry.address, tmp_path)
        get(client)
        registry.faults = [Fault("blobs", status=307, headers={"Location": place})]
        response = client.send("GET", client.url("blobs/sha256:1"), action="read a blob")
        assert (response.content, authorizations(other)) == (b"blob", [None])


def test_netrc_is_not_read(registry: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    get(provider(registry.address, tmp_path), accept=(404,))
    assert authorizations(registry) == [None]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "all_proxy"])
def test_proxy(registry: FakeRegistry, tmp_path: Path, name: str) -> None:
    environment = {name: f"http://me:the%20secret@{registry.address}", "NO_PROXY": "other.example"}
    client = provider("registry.example", tmp_path, environment, plain_http=frozenset(["registry.example"]))
    assert get(client, accept=(404,)) == 404
    (asked,) = registry.requests
    assert str(asked) == "HEAD http://registry.example/v2/team/app/manifests/1"
    assert asked.headers["Host"] == "registry.example"
    user = base64.b64encode(b"me:the secret").decode()
    assert asked.headers["Proxy-Authorization"] == f"Basic {user}"
    # What is on this machine is asked without one.
    with fake_registry() as other:
        get(provider(other.address, tmp_path, environment), accept=(404,))
        assert other.asked() == ["HEAD /v2/team/app/manifests/1"]
        assert "Proxy-Authorization" not in other.requests[0].headers


def test_tls_goes_through_a_proxy_as_it_is(registry: FakeRegistry, tmp_path: Path) -> None:
    client = provider("registry.example", tmp_path, {"HTTPS_PROXY": registry.address}, retries=Retries(attempts=1))
    assert error(client, registry) == (
        "registry.example/team/app:1: registry.example cannot be reached.\n"
        "Found:\n  Tunnel connection failed: 501 Unsupported method ('CONNECT') (tried 1 times)\n"
        "Fix: check that the registry runs, the port, the network, and the proxy in HTTPS_PROXY."
    )


def test_hosts_without_a_proxy(registry: FakeRegistry, tmp_path: Path) -> None:
    environment = {"HTTP_PROXY": f"http://{registry.address}", "NO_PROXY": "a.example,.invalid"}
    client = provider("registry.invalid", tmp_path, environment, plain_http=frozenset(["registry.invalid"]))
    assert "no address is known for the host registry.invalid" in error(client, registry)
    assert registry.asked() == []


def test_proxy_of_another_kind(registry: FakeRegistry, tmp_path: Path) -> None:
    client = provider("registry.example", tmp_path, {"https_proxy": "socks5://proxy.example:1080"})
    assert error(client, registry) == (
        "The proxy for registry.example cannot be used: its address begins with socks5://.\n"
        "Fix: name a proxy with http:// (it passes connections with TLS on as they are), or add the host to NO_PROXY."
    )


# ---- connections ----------------------------------------------------------------------------------------------------


def test_one_connection_serves_all_requests(registry: FakeRegistry, tmp_path: Path) -> None:
    client = provider(registry.address, tmp_path)
    before = registry.connections
    for _ in range(3):
        get(client, accept=(404,))
        # Nobody reads the body of this answer.
        client.send("GET", client.url("manifests/1"), action="ask", accept=(404,)).close()
    assert registry.connections - before == 1


def test_connection_that_was_closed_meanwhile(registry: FakeRegistry, tmp_path: Path, waits: list[float]) -> None:
    client = provider(registry.address, tmp_path)
    get(client, accept=(404,))
    registry.close_connections()
    assert (get(client, accept=(404,)), waits) == (404, [])


def test_long_body_that_nobody_reads(registry: FakeRegistry, tmp_path: Path) -> None:
    client = provider(registry.address, tmp_path)
    digest = registry.add_blob("team/app", bytes(1 << 20))
    client.send("GET", client.url(f"blobs/{digest}"), action="read a blob").close()
    assert get(client, accept=(404,)) == 404


def test_refusal_before_the_body_was_read(registry: FakeRegistry, tmp_path: Path) -> None:
    """The server answers and hangs up; the answer counts."""
    registry.faults = [Fault("PUT", status=413)]
    text = error(provider(registry.address, tmp_path), registry, method="PUT", body=lambda: Body(*[bytes(1 << 20)] * 8))
    assert text.splitlines()[0] == "registry.example/team/app:1: the registry has no room for it."


# ---- oras -----------------------------------------------------------------------------------------------------------


def test_methods_of_oras_go_the_same_way(registry: FakeRegistry, tmp_path: Path) -> None:
    bearer(registry, {"token": "t1"})
    registry.admitted = {"Bearer t1"}
    client = OrasProvider(provider(registry.address, tmp_path))
    container = client.get_container(str(client.provider.reference))
    assert client.get_manifest(container) == {}
    assert authorizations(registry)[-1] == "Bearer t1"
    blob = tmp_path / "blob"
    blob.write_bytes(b"the blob")
    client.upload_blob(str(blob), container, {"digest": f"sha256:{sha256(b'the blob').hexdigest()}", "size": 8})
    assert list(registry.blobs.values()) == [b"the blob"]


# ---- plain HTTP -----------------------------------------------------------------------------------------------------


def test_plain_http_is_refused(tmp_path: Path) -> None:
    client = provider("registry.example", tmp_path)
    with pytest.raises(StrataError) as caught:
        client.send("GET", "http://registry.example/v2/team/app/blobs/uploads/1", action="ask")
    assert str(caught.value) == (
        "registry.example/team/app:1: registry.example is asked for over plain HTTP, where anybody on the way reads "
        "credentials and images.\n"
        "Fix: serve it over TLS, or allow it by name: `--plain-http=registry.example`."
    )
    assert client.url("") == "https://registry.example/v2/team/app/"
    named = provider("registry.example", tmp_path, plain_http=frozenset(["registry.example"]))
    assert named.url("") == "http://registry.example/v2/team/app/"


def test_token_service_over_plain_http_gets_nothing(registry: FakeRegistry, tmp_path: Path) -> None:
    log_in(tmp_path, registry.address)
    registry.challenge, registry.admitted = 'Bearer realm="http://token.example/token"', {"Bearer t"}
    assert error(provider(registry.address, tmp_path), registry) == (
        "registry.example/team/app:1: the registry names a token service over plain HTTP, token.example; no "
        "credentials were sent there.\n"
        "Fix: have the registry name its token service with https, or allow it by name: `--plain-http=token.example`."
    )


# ---- again ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [0, 408, 429, 500, 502, 503, 504])
def test_busy_registry_is_asked_again(registry: FakeRegistry, tmp_path: Path, waits: list[float], status: int) -> None:
    registry.faults = [Fault("", status=status, times=2)]
    get(provider(registry.address, tmp_path), accept=(404,))
    assert waits == [0.25, 0.5]


def test_registry_says_how_long_to_wait(registry: FakeRegistry, tmp_path: Path, waits: list[float]) -> None:
    registry.faults = [Fault("", status=429, headers={"Retry-After": "7"})]
    get(provider(registry.address, tmp_path), accept=(404,))
    assert waits == [7]
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert seconds("Fri, 01 Jan 2100 00:00:00 GMT") > 1e6
    assert seconds("soon") == seconds("") == 0


def test_time_out(registry: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = socket.socket()
    silent.bind(("127.0.0.1", 0))
    silent.listen()
    address = f"127.0.0.1:{silent.getsockname()[1]}"
    client = provider(address, tmp_path, timeouts=(0.05, 0.05), retries=Retries(attempts=2))
    with silent, pytest.raises(StrataError) as caught:
        get(client)
    assert str(caught.value).replace(address, "registry.example") == (
        "registry.example/team/app:1: registry.example cannot be reached.\nFound:\n  timed out (tried 2 times)\n"
        "Fix: check that the registry runs, the port, the network, and the proxy in HTTPS_PROXY."
    )
