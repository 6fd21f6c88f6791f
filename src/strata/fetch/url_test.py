from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.fetch.url import Refused, readable, redirected, shown


def refusal(url: str, source: str = "") -> str:
    with pytest.raises(Refused) as caught:
        readable(url, source)
    return str(caught.value)


@pytest.mark.parametrize(
    "url, form",
    [
        ("https://index.example/simple/demo/", "https://index.example/simple/demo/"),
        ("https://me:secret@index.example:8443/x#part", "https://index.example:8443/x"),
        ("http://[::1]:80/x?a=%2F&b=c+d", "http://[::1]:80/x?a=%2F&b=c+d"),
        ("http://index.example/größe x", "http://index.example/gr%C3%B6%C3%9Fe%20x"),
        ("http://bücher.example:80/", "http://xn--bcher-kva.example:80/"),
        ("http://127.0.0.1/a%20b\x7f", "http://127.0.0.1/a%20b%7F"),
        ("file:///var/a b", "file:///var/a%20b"),
    ],
)
def test_forms(url: str, form: str) -> None:
    assert readable(url) == form


@pytest.mark.parametrize(
    "url, reason",
    [
        ("ftp://index.example/x", "it is no URL of http, https or file"),
        ("mailto:somebody@index.example", "it is no URL of http, https or file"),
        ("data:text/html,x", "it is no URL of http, https or file"),
        ("no-url", "it is no URL of http, https or file"),
        ("http://[::1", "it is no URL that can be read: Invalid IPv6 URL"),
        ("http:///x", "it is no URL that can be read: its host or its port"),
        ("http://index example/", "it is no URL that can be read: its host or its port"),
        ("http://index.example:0/", "it is no URL that can be read: its host or its port"),
        ("https://index.example/" + "x" * 20_000, "it has 20022 characters, more than 16384"),
        ("file:///dev/zero", "it is not a file"),
        ("file:///tmp", "it is not a file"),
    ],
)
def test_refused_urls(url: str, reason: str) -> None:
    assert refusal(url) == reason


@pytest.mark.parametrize(
    "url", ["http://a..b/", f"http://{'x' * 64}.example/", "http://\ud800.example/", "http://x:y/"]
)
def test_hosts_that_nobody_can_ask(url: str) -> None:
    assert refusal(url).startswith("it is no URL that can be read: ")


@pytest.mark.parametrize(
    "source, leads_to",
    [
        ("", ["file", "http", "https"]),
        ("file:///srv/simple/demo/index.html", ["file", "http", "https"]),
        ("http://index.example/simple/", ["http", "https"]),
        ("https://index.example/simple/", ["https"]),
    ],
)
def test_where_a_page_may_lead(tmp_path: Path, source: str, leads_to: list[str]) -> None:
    urls = {"file": f"file://{tmp_path}/x", "http": "http://other.example/x", "https": "https://other.example/x"}
    for scheme in leads_to:
        assert readable(urls.pop(scheme), source)
    for scheme, url in urls.items():
        start = "a page or a redirect of " + source.partition(":")[0]
        assert refusal(url, source) == f"{start} must not lead to a URL of {scheme}"


@pytest.mark.parametrize(
    "location, target",
    [
        ("/new", "https://index.example/new"),
        ("b", "https://index.example/a/b"),
        ("//other.example/x", "https://other.example/x"),
        ("https://other.example/\xc3\xb6", "https://other.example/%C3%B6"),
    ],
)
def test_redirects(location: str, target: str) -> None:
    assert redirected("https://index.example/a/", location) == target


def test_redirect_to_plain_http() -> None:
    with pytest.raises(Refused, match="a page or a redirect of https must not lead to a URL of http"):
        redirected("https://index.example/a/", "http://index.example/a/")


@pytest.mark.parametrize(
    "url, text",
    [
        ("https://me:se@cret@index.example:8443/simple/?a=b#c", "https://index.example:8443/simple/"),
        ("http://me:secret@[::1", "http://[::1"),
        ("http://index.example/\x1b[31m\n", "http://index.example/?[31m?"),
        ("http://index.example/" + "x" * 1000, "http://index.example/" + "x" * 179 + "…"),
    ],
)
def test_shown(url: str, text: str) -> None:
    assert shown(url) == text


@given(st.text(), st.sampled_from(["", "file:///x", "http://index.example/", "https://index.example/"]))
def test_any_text_is_readable_or_refused(text: str, source: str) -> None:
    for url in (text, f"http://{text}", f"https://index.example/{text}", f"file:{text}"):
        shown(url)
        with suppress(Refused):
            readable(url, source).encode("ascii")
