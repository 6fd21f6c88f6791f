"""Verb `fetch-wheel`: the wheel of one locked release that fits a platform, found on the user's indexes.

Request: name, version, hashes (sha256 in hex), tags (wheel tags that fit, best first), python and platform for
messages; `sdist`, whether a source distribution will do where no wheel fits.
Writes the file to `files/` under its own name. The result says its name, sha256 and size, and what it `requires`: the
Requires-Dist lines of a wheel, none of a source distribution.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from strata.errors import StrataError
from strata.errors import fetch as errors
from strata.fetch.host import HostSettings
from strata.fetch.http import Client, TooLarge, Unreachable
from strata.fetch.pip_config import PipConfig
from strata.fetch.simple_index import ACCEPT, Link, local_folder, normalized, read_folder, read_page
from strata.wheels.metadata import requires_dist

_PAGE_LIMIT = 64 << 20
_WHEEL_LIMIT = 8 << 30
# Nothing but these characters, so that a name from an index is safe as a file's name and in a message.
_WHEEL = re.compile(
    r"(?P<name>[\w.]+)-(?P<version>[\w.!+]+)(-(?P<build>\d[\w.]*))?"
    r"-(?P<python>[\w.]+)-(?P<abi>[\w.]+)-(?P<platform>[\w.]+)\.whl"
)
_SDIST = (".tar.gz", ".zip", ".tar.bz2")
_SDIST_NAME = re.compile(r"[\w.!+-]+\.(tar\.gz|zip|tar\.bz2)")


@dataclass(frozen=True)
class Wanted:
    """One release: any of its files whose hash the lock has."""

    name: str
    version: str
    hashes: frozenset[str]
    tags: Mapping[str, int]
    python: str
    platform: str
    sdist: bool

    @classmethod
    def from_request(cls, request: Mapping[str, Any]) -> Wanted:
        return cls(
            name=request["name"],
            version=request["version"],
            hashes=frozenset(request["hashes"]),
            tags={tag: rank for rank, tag in enumerate(request["tags"])},
            python=request["python"],
            platform=request["platform"],
            sdist=request["sdist"],
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def rank(self, link: Link) -> Optional[int]:
        """How well a file fits, 0 best; None where it is no wheel that installs here, nor an sdist that is wanted."""
        match = _WHEEL.fullmatch(link.name)
        if not match:
            return len(self.tags) if self.sdist and _SDIST_NAME.fullmatch(link.name) else None
        ranks = [
            self.tags[tag]
            for python in match["python"].split(".")
            for abi in match["abi"].split(".")
            for platform in match["platform"].split(".")
            for tag in [f"{python}-{abi}-{platform}"]
            if tag in self.tags
        ]
        return min(ranks, default=None)

    def is_release(self, link: Link) -> bool:
        """Whether a file is of this project and version, by its hash or by its name."""
        if link.sha256 in self.hashes:
            return True
        match = _WHEEL.fullmatch(link.name)
        if match:
            return normalized(match["name"]) == self.name and _version_key(match["version"]) == self._key
        stem = next((link.name[: -len(ending)] for ending in _SDIST if link.name.endswith(ending)), "")
        name, _, version = stem.rpartition("-")
        return normalized(name) == self.name and _version_key(version) == self._key

    @property
    def _key(self) -> tuple[str, ...]:
        return _version_key(self.version)


def _version_key(version: str) -> tuple[str, ...]:
    """Equal for spellings of one version (PEP 440): 1.0 and 1.0.0, 2.0_post1 and 2.0.post1, 2024.01 and 2024.1."""
    release, suffix = re.match(r"v?([\d.]*)(.*)", version.lower().replace("_", "+"), re.DOTALL).groups()  # type: ignore[union-attr]
    numbers = [number.lstrip("0") for number in release.split(".") if number]
    while numbers and not numbers[-1]:
        numbers.pop()
    return (*numbers, *re.findall(r"[a-z]+|\d+", suffix))


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    settings = HostSettings.enter()
    config = PipConfig.read(os.environ, settings.default_index)
    indexes = settings.indexes or config.indexes
    find_links = settings.find_links + config.find_links
    client = Client(
        cert=config.cert or settings.ca_bundle,
        timeout=config.timeout,
        proxy=config.proxy,
        trusted=[*indexes, *find_links],
    )
    wanted = Wanted.from_request(request)
    unreachable: list[str] = []
    links = [link for link in _links(client, wanted.name, indexes, find_links, unreachable) if wanted.is_release(link)]
    files = Path("files")
    files.mkdir()
    name, sha256 = _download(client, wanted, links, files, unreachable)
    file = files / name
    requires = requires_dist(file) if name.endswith(".whl") else []
    return {"name": name, "sha256": sha256, "size": file.stat().st_size, "requires": requires}


def _download(
    client: Client, wanted: Wanted, links: list[Link], folder: Path, unreachable: list[str]
) -> tuple[str, str]:
    mismatched: list[str] = []
    fitting = [(rank, link) for link in links for rank in [wanted.rank(link)] if rank is not None]
    for _, link in sorted(fitting, key=lambda item: (item[0], item[1].sha256 not in wanted.hashes, item[1].name)):
        if link.sha256 and link.sha256 not in wanted.hashes:
            mismatched.append(f"{link.name} sha256:{link.sha256}")
            continue
        try:
            sha256 = client.download(link.url, folder / link.name, limit=_WHEEL_LIMIT)
        except (Unreachable, TooLarge) as error:
            (folder / link.name).unlink(missing_ok=True)
            unreachable.append(str(error))
            continue
        if sha256 in wanted.hashes:
            return link.name, sha256
        (folder / link.name).unlink()
        mismatched.append(f"{link.name} sha256:{sha256}")
    raise _failure(wanted, links, mismatched, unreachable)


def _failure(wanted: Wanted, links: list[Link], mismatched: list[str], unreachable: list[str]) -> StrataError:
    names = sorted({link.name for link in links})
    if mismatched:
        return errors.hash_mismatch(str(wanted), mismatched, sorted(wanted.hashes))
    if unreachable:
        return errors.index_unreachable(str(wanted), unreachable)
    if not names:
        return errors.release_absent(str(wanted))
    sdists = [name for name in names if _SDIST_NAME.fullmatch(name)]
    if sdists:
        return errors.only_sdist(str(wanted), sdists)
    return errors.no_fitting_wheel(str(wanted), wanted.python, wanted.platform, names)


def _links(
    client: Client, project: str, indexes: tuple[str, ...], find_links: tuple[str, ...], unreachable: list[str]
) -> Iterator[Link]:
    """All that the places offer for a project. A place that does not answer is noted; one without it is normal."""
    places = [(location, True) for location in indexes] + [(location, False) for location in find_links]
    for location, is_index in places:
        url = f"{location.rstrip('/')}/{project}/" if is_index else location
        local = local_folder(location)
        if local is not None:
            folder = local / project if is_index else local
            page = folder / "index.html" if is_index else local
            if not page.is_file():
                yield from read_folder(folder)
                continue
            url = page.absolute().as_uri()
        try:
            body, content_type, final = client.get(url, limit=_PAGE_LIMIT, headers={"Accept": ACCEPT})
        except TooLarge as error:
            unreachable.append(str(error))
        except Unreachable as error:
            if error.status not in (404, 410):
                unreachable.append(str(error))
        else:
            yield from read_page(body, content_type, final)
