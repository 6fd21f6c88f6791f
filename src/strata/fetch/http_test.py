from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.fetch import http
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from support.servers.index_server import NEVER, Answer, Server, serving

WHEEL = b"wheel" * 1000
SHA256 = hashlib.sha256(WHEEL).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[float]:
    """The seconds between attempts, not waited for; the machine's own settings stay out."""
    for name in ("http_proxy", "HTTP_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def unreachable(client: Client, url: str) -> tuple[str, int]:
    with pytest.raises(Unreachable) as caught:
        client.get(url, limit=1000)
    return str(caught.value), caught.value.status


# ---- bodies ---------------------------------------------------------------------------------------------------------


def test_page(server: Server) -> None:
    server.serve("/page?x=1", Answer(b"page", headers={"Content-Type": "text/html"}))
    assert Client().get(f"{server.url}/page?x=1", limit=4) == (b"page", "text/html", f"{server.url}/page?x=1")


def test_page_after_a_redirect(server: Server) -> None:
    server.serve("/old", Answer(status=301, headers={"Location": "/new/"}))
    server.serve("/new/", Answer(b"page"))
    assert Client().get(f"{server.url}/old", limit=4)[2] == f"{server.url}/new/"


@pytest.mark.parametrize("announced", [-1, None])
def test_download(server: Server, tmp_path: Path, announced: int) -> None:
    server.serve("/file", Answer(WHEEL, announced=announced))
    assert Client().download(f"{server.url}/file", tmp_path / "file", limit=len(WHEEL)) == SHA256
    assert (tmp_path / "file").read_bytes() == WHEEL


def test_too_large(server: Server, tmp_path: Path) -> None:
    server.serve("/file", Answer(WHEEL))
    url = f"{server.with_credentials('me:secret')}/file"
    with pytest.raises(TooLarge) as of_page:
        Client().get(url, limit=4999)
    with pytest.raises(TooLarge) as of_file:
        Client().download(url, tmp_path / "file", limit=4999)
    expected = "https://index.example/file: more than 4999 bytes"
    assert [server.without_address(str(each.value)) for each in (of_page, of_file)] == [expected, expected]
    assert len(server.requests) == 2


def test_truncated_bodies_are_read_again(server: Server, tmp_path: Path) -> None:
    server.serve("/file", Answer(WHEEL[:-5], announced=len(WHEEL)), Answer(WHEEL))
    assert Client().download(f"{server.url}/file", tmp_path / "file", limit=10_000) == SHA256
    server.serve("/page", Answer(b"pa", announced=4), Answer(b"page"))
    assert Client().get(f"{server.url}/page", limit=10)[0] == b"page"


def test_truncated_to_the_end(server: Server, tmp_path: Path) -> None:
    server.serve("/file", Answer(WHEEL[:-5], announced=len(WHEEL)))
    with pytest.raises(Unreachable) as caught:
        Client().download(f"{server.url}/file", tmp_path / "file", limit=10_000)
    assert server.without_address(str(caught.value)) == (
        "https://index.example/file: the connection ended 5 bytes early (tried 4 times)"
    )


# ---- failures -------------------------------------------------------------------------------------------------------


def test_busy_server_is_asked_again(server: Server, waits: list[float]) -> None:
    server.serve("/page", Answer(status=503), Answer(status=429), Answer(b"page"))
    assert Client().get(f"{server.url}/page", limit=10)[0] == b"page"
    assert waits == [0.25, 1]


def test_server_that_stays_busy(server: Server, waits: list[float]) -> None:
    server.serve("/page", Answer(status=503))
    text, status = unreachable(Client(), f"{server.url}/page")
    assert server.without_address(text) == ("https://index.example/page: HTTP 503 Service Unavailable (tried 4 times)")
    assert (status, waits) == (503, [0.25, 1, 4])


@pytest.mark.parametrize("status, reason", [(404, "Not Found"), (410, "Gone"), (401, "Unauthorized")])
def test_answers_that_are_final(server: Server, status: int, reason: str) -> None:
    server.serve("/page", Answer(status=status))
    text, found = unreachable(Client(), f"{server.url}/page")
    assert (server.without_address(text), found) == (f"https://index.example/page: HTTP {status} {reason}", status)
    assert len(server.requests) == 1


def test_time_out(server: Server) -> None:
    server.serve("/page", NEVER)
    text, status = unreachable(Client(timeout=0.05), f"{server.url}/page")
    assert (server.without_address(text), status) == ("https://index.example/page: timed out (tried 4 times)", 0)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/page"
        text, _ = unreachable(Client(), url)
    assert text == f"{url}: [Errno 111] Connection refused (tried 4 times)"


def test_redirects_in_a_circle(server: Server) -> None:
    server.serve("/page", Answer(status=302, headers={"Location": "/page"}))
    text, status = unreachable(Client(), f"{server.url}/page")
    assert server.without_address(text) == "https://index.example/page: HTTP 302 leads on after 10 redirects"
    assert (status, len(server.requests)) == (302, 11)


@pytest.mark.parametrize(
    "location, reason",
    [
        ("file:///etc/passwd", "a page or a redirect of http must not lead to a URL of file"),
        ("ftp://index.example/page", "it is no URL of http, https or file"),
        ("data:text/plain,x", "it is no URL of http, https or file"),
        ("http://[::1", "it is no URL that can be read: Invalid IPv6 URL"),
        ("http://index.example:99999/", "it is no URL that can be read: Port out of range 0-65535"),
    ],
)
def test_redirects_that_are_refused(server: Server, location: str, reason: str) -> None:
    server.serve("/page", Answer(status=302, headers={"Location": location}))
    text, status = unreachable(Client(), f"{server.url}/page")
    assert text == f"{server.url}/page: HTTP 302 Found leads to {location}: {reason}"
    assert (status, len(server.requests)) == (302, 1)


def test_redirect_to_a_path_that_is_not_ascii(server: Server) -> None:
    server.serve("/old", Answer(status=302, headers={"Location": "/gr\xc3\xb6\xc3\x9fe x"}))
    server.serve("/gr%C3%B6%C3%9Fe%20x", Answer(b"page"))
    assert Client().get(f"{server.url}/old", limit=10)[0] == b"page"


def test_negative_length_of_a_piece(server: Server) -> None:
    answer = Answer(b"-5\r\npage\r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"}, announced=None)
    server.serve("/page", answer)
    text, _ = unreachable(Client(), f"{server.url}/page")
    # CPython 3.9 reads no piece of that length; later ones say that it is none.
    assert re.fullmatch(r".*/page: (IncompleteRead.* \(tried 4 times\)|the answer cannot be read: .*)", text)


def test_reason_with_control_characters(server: Server) -> None:
    server.serve("/page", Answer(status=404, reason="\x1b[31m" + "x" * 1000))
    text, _ = unreachable(Client(), f"{server.url}/page")
    assert server.without_address(text) == f"https://index.example/page: HTTP 404 ?[31m{'x' * 195}"


def test_messages_show_no_credentials(server: Server) -> None:
    server.serve("/page?token=secret", Answer(status=403))
    url = f"{server.with_credentials('me:secret')}/page?token=secret#secret"
    text, _ = unreachable(Client(trusted=[url]), url)
    assert server.without_address(text) == "https://index.example/page: HTTP 403 Forbidden"


# ---- credentials ----------------------------------------------------------------------------------------------------


def authorizations(server: Server) -> list[str]:
    return [authorization for _, authorization in server.requests]


def test_credentials_of_a_url(server: Server) -> None:
    server.serve("/page", Answer())
    client = Client(trusted=[f"{server.with_credentials('me:p%40ss%3Aword')}/simple"])
    client.get(f"{server.url}/page", limit=10)
    assert authorizations(server) == [basic("me", "p@ss:word")]


def test_credentials_of_a_token(server: Server) -> None:
    server.serve("/page", Answer())
    url = f"{server.with_credentials('token')}/page"
    Client(trusted=[url]).get(url, limit=10)
    assert authorizations(server) == [basic("token", "")]


def test_each_index_of_a_host_has_its_own_credentials(server: Server) -> None:
    for path in ("/projects/1/a/", "/projects/12/b/", "/other"):
        server.serve(path, Answer())
    client = Client(
        trusted=[
            f"{server.with_credentials('one:1')}/projects/1/simple",
            f"{server.with_credentials('twelve:12')}/projects/12/simple",
        ]
    )
    client.get(f"{server.url}/projects/1/a/", limit=10)
    client.get(f"{server.url}/projects/12/b/", limit=10)
    assert authorizations(server) == [basic("one", "1"), basic("twelve", "12")]


def test_credentials_of_a_page_are_not_used(server: Server) -> None:
    server.serve("/page", Answer())
    Client().get(f"{server.with_credentials('me:secret')}/page", limit=10)
    assert authorizations(server) == [""]


def test_netrc(server: Server, tmp_path: Path) -> None:
    server.serve("/page", Answer())
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    Client(trusted=[server.url]).get(f"{server.url}/page", limit=10)
    Client(trusted=[server.with_credentials("other:word")]).get(f"{server.url}/page", limit=10)
    assert authorizations(server) == [basic("me", "secret"), basic("other", "word")]


def test_netrc_elsewhere(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.serve("/page", Answer())
    (tmp_path / "mine").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "mine"))
    Client(trusted=[server.url]).get(f"{server.url}/page", limit=10)
    assert authorizations(server) == [basic("me", "secret")]


@pytest.mark.parametrize("text", [b"machine 127.0.0.1 login\n", b"nonsense\n", b"\xff\xfe\n"])
def test_damaged_netrc_is_passed_over(server: Server, tmp_path: Path, text: bytes) -> None:
    server.serve("/page", Answer())
    (tmp_path / ".netrc").write_bytes(text)
    Client(trusted=[server.url]).get(f"{server.url}/page", limit=10)
    assert authorizations(server) == [""]


def test_redirect_to_another_host_carries_no_credentials(server: Server) -> None:
    with serving() as other:
        other.serve("/page", Answer(b"page"))
        server.serve("/page", Answer(status=302, headers={"Location": f"{other.url}/page"}))
        client = Client(trusted=[server.with_credentials("me:secret")])
        assert client.get(f"{server.url}/page", limit=10)[0] == b"page"
        assert (authorizations(server), authorizations(other)) == ([basic("me", "secret")], [""])


def test_redirect_gives_each_host_its_own_credentials(server: Server, tmp_path: Path) -> None:
    with serving() as other:
        other.serve("/file", Answer(WHEEL))
        server.serve("/file", Answer(status=307, headers={"Location": f"{other.url}/file"}))
        client = Client(trusted=[server.with_credentials("me:1"), other.with_credentials("you:2")])
        assert client.download(f"{server.url}/file", tmp_path / "file", limit=10_000) == SHA256
        assert (authorizations(server), authorizations(other)) == ([basic("me", "1")], [basic("you", "2")])


def test_redirect_with_credentials_in_its_url(server: Server) -> None:
    server.serve("/old", Answer(status=302, headers={"Location": f"{server.with_credentials('a:b')}/new"}))
    server.serve("/new", Answer(b"page"))
    assert Client().get(f"{server.url}/old", limit=10) == (b"page", "", f"{server.url}/new")


def test_proxy(server: Server) -> None:
    server.serve("http://index.example/page", Answer(b"through the proxy"))
    assert Client(proxy=server.url).get("http://index.example/page", limit=100)[0] == b"through the proxy"


# ---- certificates ---------------------------------------------------------------------------------------------------


def test_certificates_are_read_once_and_for_https_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def context(cert: str) -> ssl.SSLContext:
        asked.append(cert)
        return ssl.create_default_context()

    monkeypatch.setattr(http, "_context", context)
    server.serve("/page", Answer(b"page"))
    client = Client(cert="bundle.pem")
    client.get(f"{server.url}/page", limit=100)
    assert asked == []
    with pytest.raises(Unreachable):
        client.get("https://127.0.0.1:1/page", limit=100)
    assert asked == ["bundle.pem"]


def test_certificates_come_from_the_first_bundle_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("ssl.create_default_context", lambda cafile=None: asked.append(cafile))
    monkeypatch.setattr(http, "_SYSTEM_BUNDLES", ())
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    http._context("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(bundle))
    http._context("/absent.pem")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/passwd")
    http._context("")
    http._context(str(bundle))
    assert asked == [None, str(bundle), "/etc/passwd", str(bundle)]
