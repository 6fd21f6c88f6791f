"""This module finds the Debian mirrors that a machine's apt configuration names.

Only entries of Debian itself count, of any of its releases: the repositories of other vendors do not hold Debian's
pool. https://manpages.debian.org/sources.list.5
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from debian.deb822 import Deb822

_RELEASES = "oldoldstable|oldstable|stable|testing|unstable|sid|buster|bullseye|bookworm|trixie|forky|duke"
_SUITE = re.compile(
    rf"(?:{_RELEASES})(?P<security>-security|/updates)?(?:-updates|-proposed-updates|-backports(?:-sloppy)?)?"
)
# Other vendors sign with their own keys.
_KEYRING = re.compile(r"debian-archive-[^/]*\.(?:gpg|pgp|asc)")
_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>[^#]+)")


@dataclass(frozen=True)
class AptMirrors:
    """The URLs of the directories that hold `dists`; empty where the configuration names no mirror."""

    mirror: str = ""
    security_mirror: str = ""


def apt_mirrors(files: Mapping[str, str]) -> AptMirrors:
    """Return the first mirror of each kind.

    :param files: the texts of the configuration's files by name: `…/sources.list` and `….list` in the format of one
        line an entry, `….sources` in the format of paragraphs. They are read in the order of their names.
    """
    mirror = security_mirror = ""
    for name in sorted(files):
        entries = _paragraphs(files[name]) if name.endswith(".sources") else _lines(files[name])
        for entry in entries:
            for suite in entry.suites:
                match = _SUITE.fullmatch(suite.rstrip("/"))
                if match is None or not entry.is_debian:
                    continue
                if match["security"]:
                    security_mirror = security_mirror or entry.uri
                else:
                    mirror = mirror or entry.uri
    return AptMirrors(mirror, security_mirror)


@dataclass(frozen=True)
class _Entry:
    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str

    @property
    def is_debian(self) -> bool:
        """Return whether the entry has a URL, the main component, and Debian's keys if it names any."""
        keyrings = self.signed_by.split()
        known = not keyrings or any(_KEYRING.fullmatch(keyring.rpartition("/")[2]) for keyring in keyrings)
        return known and "main" in self.components and self.uri.startswith(("http:", "https:", "file:"))


def _lines(text: str) -> Iterator[_Entry]:
    for line in text.splitlines():
        match = _LINE.match(line.strip())
        if match is not None:
            options = dict(option.partition("=")[::2] for option in (match["options"] or "").split())
            components = tuple(match["components"].split())
            yield _Entry(_root(match["uri"]), (match["suite"],), components, options.get("signed-by", ""))


def _paragraphs(text: str) -> Iterator[_Entry]:
    # Lines: a text would be opened as a file if there were one of that name.
    for fields in _enabled(Deb822.iter_paragraphs(text.splitlines(), use_apt_pkg=False)):
        for uri in fields.get("URIs", "").split():
            yield _Entry(
                _root(uri),
                tuple(fields.get("Suites", "").split()),
                tuple(fields.get("Components", "").split()),
                fields.get("Signed-By", ""),
            )


def _enabled(paragraphs: Iterable[Deb822]) -> Iterator[Deb822]:
    for fields in paragraphs:
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") not in ("no", "false"):
            yield fields


def _root(uri: str) -> str:
    return uri.rstrip("/")
