"""This module reads references to images: `registry.example:5000/team/app:1.2@sha256:…`.

https://github.com/distribution/reference/blob/main/reference.go has the grammar. A reference names its registry: unlike
Docker, no registry stands in where none is named.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, replace

from strata.errors import registry as errors

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]{{1,5}})?")
_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_LONGEST_NAME = 255
_LOOPBACK_6 = b"\0" * 15 + b"\1"


@dataclass(frozen=True)
class Reference:
    """An image's place. `tag` and `digest` are empty where the reference has none.

    :param registry: host, with the port if one is named.
    :param repository: path in the registry: team/app.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference that a text writes. Raise StrataError where it is none."""
        name, at, digest = text.partition("@")
        registry, slash, rest = name.partition("/")
        if not slash or not _names_a_host(registry):
            raise errors.bad_reference(text, "it does not begin with the host of a registry")
        if not _HOST.fullmatch(registry):
            raise errors.bad_reference(text, f"{registry!r} is no host")
        repository, colon, tag = rest.partition(":")
        if not _REPOSITORY.fullmatch(repository):
            problem = "has capitals, and names of repositories have none"
            if repository.lower() == repository:
                problem = "is no name of a repository"
            raise errors.bad_reference(text, f"{repository!r} {problem}")
        if len(f"{registry}/{repository}") > _LONGEST_NAME:
            raise errors.bad_reference(text, f"its name is longer than {_LONGEST_NAME} characters")
        if colon and not _TAG.fullmatch(tag):
            raise errors.bad_reference(text, f"{tag!r} is no tag")
        if at and not _DIGEST.fullmatch(digest):
            raise errors.bad_reference(text, f"{digest!r} is no digest (sha256:HEX or sha512:HEX)")
        return cls(registry, repository, tag, digest)

    @property
    def name(self) -> str:
        """Return the registry and the repository."""
        return f"{self.registry}/{self.repository}"

    def tagged(self, tag: str) -> Reference:
        """Return the same place with a tag and no digest."""
        return replace(self, tag=tag, digest="")

    def at(self, digest: str) -> Reference:
        """Return the same place with a digest and no tag."""
        return replace(self, tag="", digest=digest)

    def pinned(self, digest: str) -> Reference:
        """Return the same place and tag with a digest, by which it is found."""
        return replace(self, digest=digest)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"


def is_loopback(registry: str) -> bool:
    """Return whether a registry, `host` or `host:port`, is this machine by its name or address."""
    host = host_of(registry)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        # `ipaddress` takes longer to import than a request on this machine.
        if ":" in host:
            return socket.inet_pton(socket.AF_INET6, host) == _LOOPBACK_6
        return socket.inet_pton(socket.AF_INET, host)[0] == 127
    except (OSError, ValueError):
        return False


def host_of(registry: str) -> str:
    """Return the host without its port and without the brackets of an IPv6 address."""
    if registry.startswith("["):
        return registry[1:].partition("]")[0]
    return registry.partition(":")[0].lower()


def _names_a_host(first: str) -> bool:
    """Return whether the first part of a name is a host, as Docker tells: by a dot, a port, or the name localhost."""
    return any(sign in first for sign in ".:") or first == "localhost"
