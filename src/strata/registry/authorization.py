"""This module answers a registry that asks who wants something: with a password, or with a token of its token service.

Tokens are kept until they expire, for each set of scopes, and may be asked for by several threads.
https://distribution.github.io/distribution/spec/auth/token/
https://distribution.github.io/distribution/spec/auth/oauth/
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Callable, Optional

from strata.registry.credentials import Credentials

Scopes = tuple[str, ...]

_SCHEME = re.compile(r"(?:^|,)\s*(basic|bearer)(?=\s|$)", re.IGNORECASE)
_PARAMETER = re.compile(r'([a-zA-Z_]+)="((?:[^"\\]|\\.)*)"')
# The specification's value for a token service that does not say how long its tokens hold.
_SECONDS = 60
# A token is not used in the last seconds of its life: the request is still on the way then.
_MARGIN = 5


@dataclass(frozen=True)
class Challenge:
    """What a registry asks for: `basic`, or `bearer` with a token that the service at `realm` gives."""

    scheme: str
    realm: str = ""
    service: str = ""


@dataclass(frozen=True)
class _Token:
    value: str
    until: float


def challenge(header: str) -> Optional[Challenge]:
    """Return the challenge in the header WWW-Authenticate: a bearer's before a basic one; None where neither is."""
    starts = list(_SCHEME.finditer(header))
    found = {}
    for start, following in zip(starts, [*starts[1:], None]):
        text = header[start.end() : following.start() if following else len(header)]
        fields = {name.lower(): value for name, value in _PARAMETER.findall(text)}
        found[start[1].lower()] = Challenge(start[1].lower(), fields.get("realm", ""), fields.get("service", ""))
    return found.get("bearer") or found.get("basic")


class Authorization:
    """The header Authorization of requests to one registry.

    :param find: gives the user's credentials; called once, when they are first asked for.
    :param ask: asks the token service: method, URL, parameters or form, and header; gives the JSON of the answer.
    """

    def __init__(
        self,
        find: Callable[[], Optional[Credentials]],
        ask: Callable[[str, str, Sequence[tuple[str, str]], str], Any],
    ) -> None:
        self._find = find
        self._ask = ask
        self._lock = RLock()
        self._credentials: Optional[Credentials] = None
        self._is_found = False
        self._challenge: Optional[Challenge] = None
        self._tokens: dict[Scopes, _Token] = {}

    @property
    def credentials(self) -> Credentials:
        """Return the user's credentials, empty ones where there are none."""
        with self._lock:
            if not self._is_found:
                self._credentials, self._is_found = self._find(), True
            return self._credentials or Credentials()

    def header(self, scopes: Scopes) -> str:
        """Return the header's value, empty as long as the registry has asked for nothing."""
        with self._lock:
            if self._challenge is None:
                return ""
            if self._challenge.scheme == "basic":
                return _basic(self.credentials)
            token = self._tokens.get(scopes)
            if token is None or token.until < time.monotonic():
                token = self._tokens[scopes] = self._fetch(self._challenge, scopes)
            return f"Bearer {token.value}"

    def challenged(self, header: str, scopes: Scopes, used: str) -> bool:
        """Take the challenge that answered a request with the Authorization `used`; return whether to ask again.

        A token that was refused is dropped, unless another thread has a new one already.
        """
        asked = challenge(header)
        if asked is None:
            return False
        with self._lock:
            self._challenge = asked
            if asked.scheme == "basic":
                return not used and bool(self.credentials.user)
            held = self._tokens.get(scopes)
            if held and used == f"Bearer {held.value}":
                del self._tokens[scopes]
            return True

    def _fetch(self, asked: Challenge, scopes: Scopes) -> _Token:
        own = self.credentials
        if own.access_token:
            return _Token(own.access_token, float("inf"))
        fields = [("service", asked.service)] if asked.service else []
        now = time.monotonic()
        if own.identity_token:
            fields += [("grant_type", "refresh_token"), ("client_id", "strata"), ("scope", " ".join(scopes))]
            answer = self._ask("POST", asked.realm, [*fields, ("refresh_token", own.identity_token)], "")
        else:
            fields += [("scope", scope) for scope in scopes]
            if own.user:
                fields.append(("account", own.user))
            answer = self._ask("GET", asked.realm, fields, _basic(own))
        value = answer.get("token") or answer.get("access_token") or ""
        lives = answer.get("expires_in")
        lives = lives if isinstance(lives, (int, float)) and lives > 0 else _SECONDS
        return _Token(str(value), now + max(lives - _MARGIN, lives / 2))


def _basic(credentials: Credentials) -> str:
    if not credentials.user:
        return ""
    from base64 import b64encode

    text = f"{credentials.user}:{credentials.password}"
    return f"Basic {b64encode(text.encode()).decode()}"
