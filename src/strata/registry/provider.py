"""This module talks to one repository of a registry: the provider of oras, with its requests made anew.

oras sends a token to whatever host an upload's Location names, sends expired tokens again, has no time-outs, retries
few answers, follows netrc, reads blobs into memory, writes manifests anew and checks no digest. So each request goes
through `send` here, and bytes are moved by strata.registry.upload and strata.registry.remote.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Union
from urllib.parse import urljoin, urlsplit

import oras.provider
import requests
from oras.defaults import registry as hub
from requests.utils import get_environ_proxies

from strata.errors import StrataError
from strata.errors import registry as errors
from strata.registry import certificates
from strata.registry.authorization import Authorization, Scopes
from strata.registry.credentials import find_credentials
from strata.registry.failures import answer_error, connection_error, is_untrusted
from strata.registry.reference import Reference, host_of, is_loopback
from strata.registry.retries import RETRIED_STATUS, Retries

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_SUCCESS = (200, 201, 202, 204, 206)
# Gives the body of a request anew for each attempt.
Body = Callable[[], Any]


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


class Provider(oras.provider.Registry):  # type: ignore[misc]
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
        is_hub = reference.registry == hub.index_name
        self._host = hub.default_v2_registry["host"] if is_hub else reference.registry
        super().__init__(hostname=self._host, insecure=not self._speaks_tls())
        # netrc and REQUESTS_CA_BUNDLE would override what is decided here.
        self.session.trust_env = False
        if self.prefix == "https":
            tls = certificates.context(reference.registry, self._environment)
            self.session.mount("https://", certificates.ContextAdapter(tls, settings.jobs + 1))
        self.session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=settings.jobs + 1))
        self._bundle = certificates.bundle(self._environment)
        self.authorization = Authorization(
            lambda: find_credentials(reference, self._environment), self._ask_token_service
        )

    def url(self, path: str, repository: str = "") -> str:
        """Return the address of a path, `blobs/sha256:…`, in the repository or in another one of the registry."""
        return f"{self.prefix}://{self._host}/v2/{repository or self.reference.repository}/{path}"

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
    ) -> requests.Response:
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
            except requests.RequestException as error:
                failure = connection_error(error, place, urlsplit(url).netloc, attempt)
                if is_untrusted(error):
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

    def location(self, response: requests.Response) -> str:
        """Return the address where an upload goes on, absolute."""
        return urljoin(response.url, response.headers.get("Location", ""))

    def do_request(
        self,
        url: str,
        method: str = "GET",
        data: Any = None,
        headers: Optional[dict[str, str]] = None,
        json: Any = None,
        stream: bool = False,
    ) -> requests.Response:
        """Make a request for the methods of oras, with this provider's rules. Any status is an answer to them."""
        content = requests.Request(method, url, data=data, json=json).prepare()
        names = {"Content-Type": content.headers["Content-Type"]} if "Content-Type" in content.headers else {}
        raw = content.body.encode() if isinstance(content.body, str) else content.body or b""
        response = self.send(
            method, url, action=method.lower(), accept=range(600), headers={**names, **(headers or {})}, body=raw
        )
        if not stream:
            _ = response.content
        return response

    def _authorized(
        self, method: str, url: str, headers: Mapping[str, str], body: Union[bytes, Body], scopes: Scopes, place: str
    ) -> requests.Response:
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

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: Any, params: Any = None
    ) -> requests.Response:
        response: requests.Response = self.session.request(
            method,
            url,
            data=body() if callable(body) else body,
            headers={"User-Agent": "strata", **headers},
            stream=True,
            allow_redirects=False,
            timeout=self.settings.timeouts,
            verify=self._bundle or True,
            proxies=_proxies(url),
            params=params,
        )
        return response

    def _ask_token_service(self, method: str, url: str, fields: Sequence[tuple[str, str]], header: str) -> Any:
        """Return what the token service answers. Credentials go to it over TLS, or to this machine."""
        place, host = str(self.reference), urlsplit(url).netloc
        if urlsplit(url).scheme != "https" and not self._may_be_plain(host):
            raise errors.foreign_token_service(place, host)
        sent = {"Authorization": header} if header else {}
        for attempt in range(1, self.settings.retries.attempts + 1):
            try:
                if method == "GET":
                    response = self._request(method, url, sent, b"", params=fields)
                else:
                    response = self._request(method, url, sent, fields)
            except requests.RequestException as error:
                failure = connection_error(error, place, host, attempt)
                if is_untrusted(error):
                    raise failure from None
                self.settings.retries.wait(attempt)
                continue
            if response.status_code == 200:
                try:
                    return dict(response.json())
                except (ValueError, TypeError):
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
        return (parts.scheme, parts.netloc.lower()) == (self.prefix, str(self._host).lower())

    def _check_scheme(self, url: str, place: str) -> None:
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
        host, port = host_of(self._host), urlsplit(f"//{self._host}").port
        # Nothing is sent here: who it is, is asked by the requests.
        asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((host, port or 443), self.settings.timeouts[0]) as connection:
                asking.wrap_socket(connection).close()
        except ssl.SSLError as error:
            return "alert" in str(error).lower()
        except OSError:
            return False
        return True


def _proxies(url: str) -> dict[str, str]:
    """Return the proxies of the environment; none is between this machine and itself."""
    return {} if is_loopback(urlsplit(url).netloc) else dict(get_environ_proxies(url))
