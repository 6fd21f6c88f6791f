"""This module talks to one repository of a registry: who asks, redirects, and what is asked again.

Each request goes through `send`. Bytes of blobs are moved by strata.registry.upload and strata.registry.remote.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol, Union
from urllib.parse import urlencode, urljoin, urlsplit

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.oci.limits import DOCUMENT_BYTES
from strata.registry.authorization import Authorization, Scopes
from strata.registry.connections import FAILURES, Answer, Connections, speaks_tls
from strata.registry.credentials import HUB, find_credentials
from strata.registry.failures import answer_error, connection_error, is_final
from strata.registry.reference import Reference, host_of, is_loopback
from strata.registry.retries import RETRIED_STATUS, Retries
from strata.registry.untrusted import check_address, json_value

# Docker's own registry answers at another host than its images name.
_HUB_HOST = "registry-1.docker.io"
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_SUCCESS = (200, 201, 202, 204, 206)


class Sized(Protocol):
    """The body of a request: its pieces, and how many bytes they are together."""

    def __len__(self) -> int:
        """Return the number of bytes."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""


# Gives the body of a request anew for each attempt.
Body = Callable[[], Sized]


class Interrupted(Exception):
    """A request that may be made again failed, and its body was sent perhaps in part. `error` is for the user."""

    def __init__(self, error: StrataError, retry_after: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


@dataclass(frozen=True)
class Settings:
    """How registries are reached.

    :param plain_http: the registries that may be asked without TLS, `host` or `host:port`, besides this machine.
    :param timeouts: seconds to connect and send, and to wait for a part of an answer.
    """

    plain_http: frozenset[str] = frozenset()
    timeouts: tuple[float, float] = (15, 120)
    retries: Retries = field(default_factory=Retries)
    jobs: int = 4


class Provider:
    """Requests to the repository of a reference, with the user's rights to `actions` there: pull, or pull,push."""

    def __init__(
        self,
        reference: Reference,
        *,
        actions: str = "pull",
        settings: Optional[Settings] = None,
        environment: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.reference = reference
        self.settings = settings = settings or Settings()
        self._environment = dict(os.environ) if environment is None else environment
        self.scopes: Scopes = (f"repository:{reference.repository}:{actions}",)
        self._host = _HUB_HOST if reference.registry == HUB else reference.registry
        self._scheme = "https" if self._speaks_tls() else "http"
        self._connections = Connections(self._tls, self._environment, settings.timeouts)
        self.authorization = Authorization(
            lambda: find_credentials(reference, self._environment), self._ask_token_service
        )

    def url(self, path: str, repository: str = "") -> str:
        """Return the address of a path, `blobs/sha256:…`, in the repository or in another one of the registry."""
        return f"{self._scheme}://{self._host}/v2/{repository or self.reference.repository}/{path}"

    def send(
        self,
        method: str,
        url: str,
        *,
        action: str,
        place: str = "",
        accept: Sequence[int] = _SUCCESS,
        headers: Optional[Mapping[str, str]] = None,
        body: Union[bytes, Body] = b"",
        scopes: Scopes = (),
        once: bool = False,
        media_type: str = "",
    ) -> Answer:
        """Return the answer, its body not yet read. Raise StrataError for a status that is not in `accept`.

        :param action: completes "the registry could not …" and "does not allow to …".
        :param place: names in errors what is asked for; the reference by default.
        :param once: raise Interrupted where the request could be tried again: its body must be continued, not repeated.
        :param media_type: of a manifest that is sent.
        """
        place = place or str(self.reference)
        attempts = 1 if once else self.settings.retries.attempts
        for attempt in range(1, attempts + 1):
            retry_after = ""
            try:
                response = self._authorized(method, url, headers or {}, body, scopes or self.scopes, place)
            except FAILURES as error:
                failure = connection_error(error, place, urlsplit(url).netloc, attempt)
                if is_final(error):
                    raise failure from None
            else:
                if response.status_code in accept:
                    return response
                failure = answer_error(
                    response,
                    place,
                    action,
                    attempts=attempt,
                    user=self.authorization.credentials.user if response.status_code in (401, 403) else "",
                    media_type=media_type,
                )
                if response.status_code not in RETRIED_STATUS:
                    raise failure
                retry_after = response.headers.get("Retry-After", "")
            if once:
                raise Interrupted(failure, retry_after)
            if attempt < attempts:
                self.settings.retries.wait(attempt, retry_after)
        raise failure

    def location(self, response: Answer) -> str:
        """Return the address where an upload goes on, absolute."""
        location = response.headers.get("Location", "")
        try:
            return urljoin(response.url, location)
        except ValueError:
            return location  # which the next request refuses

    def _authorized(
        self, method: str, url: str, headers: Mapping[str, str], body: Union[bytes, Body], scopes: Scopes, place: str
    ) -> Answer:
        """Return the answer after redirects, and after an answer to the registry's question who asks."""
        asked = 0
        for _ in range(_MOST_REDIRECTS + 3):
            self._check_scheme(url, place)
            used = self.authorization.header(scopes) if self._is_own(url) else ""
            response = self._request(method, url, {**headers, **({"Authorization": used} if used else {})}, body)
            if response.status_code == 401 and self._is_own(url) and asked < 2:
                asked += 1
                if self.authorization.challenged(response.headers.get("WWW-Authenticate", ""), scopes, used):
                    response.close()
                    continue
            if response.status_code in _REDIRECTS and method in ("GET", "HEAD"):
                response.close()
                url = self.location(response)
                continue
            break
        return response

    def _request(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> Answer:
        content = body() if callable(body) else body
        length = {} if content is None or isinstance(content, bytes) else {"Content-Length": str(len(content))}
        return self._connections.request(method, url, {"User-Agent": "strata", **length, **headers}, content or None)

    def _tls(self) -> Any:
        from strata.registry import certificates

        return certificates.context(self.reference.registry, self._environment)

    def _ask_token_service(self, method: str, url: str, fields: Sequence[tuple[str, str]], header: str) -> Any:
        """Return what the token service answers. Credentials go to it over TLS, or to this machine."""
        place = str(self.reference)
        check_address(url, place)
        host = urlsplit(url).netloc
        if urlsplit(url).scheme != "https" and not self._may_be_plain(host):
            raise errors.foreign_token_service(place, host)
        sent = {"Authorization": header} if header else {}
        for attempt in range(1, self.settings.retries.attempts + 1):
            try:
                if method == "GET":
                    sign = "&" if "?" in url else "?"
                    response = self._request(method, f"{url}{sign}{urlencode(fields)}" if fields else url, sent)
                else:
                    form = {"Content-Type": "application/x-www-form-urlencoded"}
                    response = self._request(method, url, {**sent, **form}, urlencode(fields).encode())
            except FAILURES as error:
                failure = connection_error(error, place, host, attempt)
                if is_final(error):
                    raise failure from None
                self.settings.retries.wait(attempt)
                continue
            if response.status_code == 200:
                try:
                    return dict(json_value(response.read(DOCUMENT_BYTES)))
                except (ValueError, TypeError, *FAILURES):
                    raise errors.unexpected_answer(place, "get a token", "its answer is not JSON", 1, []) from None
            failure = answer_error(
                response, place, "get a token", attempts=attempt, user=self.authorization.credentials.user
            )
            if response.status_code not in RETRIED_STATUS:
                raise failure
            self.settings.retries.wait(attempt, response.headers.get("Retry-After", ""))
        raise failure

    def _is_own(self, url: str) -> bool:
        """Return whether an address is the registry's own: no other gets what authorizes."""
        parts = urlsplit(url)
        return (parts.scheme, parts.netloc.lower()) == (self._scheme, str(self._host).lower())

    def _check_scheme(self, url: str, place: str) -> None:
        check_address(url, place)
        parts = urlsplit(url)
        if parts.scheme != "https" and not self._may_be_plain(parts.netloc):
            raise errors.plain_http(place, parts.netloc)

    def _may_be_plain(self, host: str) -> bool:
        return is_loopback(host) or host in self.settings.plain_http

    def _speaks_tls(self) -> bool:
        """Return whether to use TLS: not where an option says so, nor for a registry of this machine that has none."""
        if self._host in self.settings.plain_http:
            return False
        if not is_loopback(self._host):
            return True
        # Nothing is sent here: who it is, is asked by the requests.
        return speaks_tls(host_of(self._host), urlsplit(f"//{self._host}").port or 443, self.settings.timeouts[0])
