"""The verb `fetch-wheel` fetches the wheel of one locked release that fits a platform, from the user's indexes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Optional

from strata.errors import StrataError
from strata.errors import fetch as errors
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.host import HostSettings
from strata.fetch.limits import FILE_BYTES, FILE_NAME, PAGE_BYTES
from strata.fetch.pip_config import PipConfig
from strata.fetch.simple_index import ACCEPT, Link, local_folder, read_folder, read_page
from strata.protocol.fetch_wheel import Request, Result
from strata.wheels.metadata import WheelMetadata, read_metadata
from strata.wheels.project_name import normalized_name, version_key

# Nothing but these characters, so that a name from an index is safe as a file's name and in a message.
_WHEEL = re.compile(
    r"(?P<name>[\w.]+)-(?P<version>[\w.!+]+)(-(?P<build>\d[\w.]*))?"
    r"-(?P<python>[\w.]+)-(?P<abi>[\w.]+)-(?P<platform>[\w.]+)\.whl",
    re.ASCII,
)
_SDIST = (".tar.gz", ".zip", ".tar.bz2")
_SDIST_NAME = re.compile(r"[\w.!+-]+\.(tar\.gz|zip|tar\.bz2)", re.ASCII)


@dataclass(frozen=True)
class Release:
    """The locked release that a request asks for: its hashes and tags decide which file is fetched."""

    request: Request

    @cached_property
    def hashes(self) -> frozenset[str]:
        """Return the sha256 of the files that the lock allows."""
        return frozenset(self.request.hashes)

    @cached_property
    def tags(self) -> Mapping[str, int]:
        """Return the wheel tags that fit, with their ranks: 0 is best."""
        return {tag: rank for rank, tag in enumerate(self.request.tags.split())}

    def __str__(self) -> str:
        return f"{self.request.name} {self.request.version}"

    def rank(self, link: Link) -> Optional[int]:
        """Return how well a file fits: 0 is best, and a source distribution comes last.

        Return None for a wheel of another platform, an unwanted source distribution, and any other file or name.
        """
        if len(link.name) > FILE_NAME:
            return None
        match = _WHEEL.fullmatch(link.name)
        if not match:
            return len(self.tags) if self.request.sdist and _SDIST_NAME.fullmatch(link.name) else None
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
        """Return whether a file belongs to this project and version, by its hash or by its name."""
        if link.sha256 in self.hashes:
            return True
        match = _WHEEL.fullmatch(link.name)
        if match:
            return normalized_name(match["name"]) == self.request.name and version_key(match["version"]) == self._key
        stem = next((link.name[: -len(ending)] for ending in _SDIST if link.name.endswith(ending)), "")
        name, _, version = stem.rpartition("-")
        return normalized_name(name) == self.request.name and version_key(version) == self._key

    @property
    def _key(self) -> tuple[str, ...]:
        return version_key(self.request.version)


def run(request: Request) -> Result:
    """Fetch the file into `files/`.

    Raise StrataError where no index has a file that fits and has a hash of the lock.
    """
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
    release = Release(request)
    unreachable: list[str] = []
    links = [
        link for link in _links(client, request.name, indexes, find_links, unreachable) if release.is_release(link)
    ]
    files = Path("files")
    files.mkdir()
    name = _download(client, release, links, files, unreachable)
    file = files / name
    metadata = read_metadata(file) if name.endswith(".whl") else WheelMetadata()
    return Result(
        name,
        file.stat().st_size,
        metadata.requires,
        metadata.import_names,
        metadata.license,
        metadata.bundled,
        metadata.file_count,
    )


def _download(client: Client, release: Release, links: list[Link], folder: Path, unreachable: list[str]) -> str:
    """Download the file that fits best and has a hash of the lock, and return its name.

    :param unreachable: gets a line for each failure.
    """
    mismatched: list[str] = []
    fitting = [(rank, link) for link in links for rank in [release.rank(link)] if rank is not None]
    for _, link in sorted(fitting, key=lambda item: (item[0], item[1].sha256 not in release.hashes, item[1].name)):
        if link.sha256 and link.sha256 not in release.hashes:
            mismatched.append(f"{link.name} sha256:{link.sha256}")
            continue
        try:
            sha256 = client.download(link.url, folder / link.name, limit=FILE_BYTES, page=link.page)
        except (Unreachable, TooLarge) as error:
            (folder / link.name).unlink(missing_ok=True)
            unreachable.append(str(error))
            continue
        if sha256 in release.hashes:
            return link.name
        (folder / link.name).unlink()
        mismatched.append(f"{link.name} sha256:{sha256}")
    raise _failure(release, links, mismatched, unreachable)


def _failure(release: Release, links: list[Link], mismatched: list[str], unreachable: list[str]) -> StrataError:
    names = sorted({link.name for link in links})
    locked = sorted({link.name for link in links if link.sha256 in release.hashes})
    if mismatched and locked:
        return errors.fitting_file_not_locked(str(release), [entry.split(" ")[0] for entry in mismatched], locked)
    if mismatched:
        return errors.hash_mismatch(str(release), mismatched, sorted(release.hashes))
    if unreachable:
        return errors.index_unreachable(str(release), unreachable)
    if not names:
        return errors.release_absent(str(release))
    sdists = [name for name in names if _SDIST_NAME.fullmatch(name)]
    if sdists:
        return errors.only_sdist(str(release), sdists, [name for name in names if _WHEEL.fullmatch(name)])
    return errors.no_fitting_wheel(str(release), release.request.python, release.request.platform, names)


def _links(
    client: Client, project: str, indexes: tuple[str, ...], find_links: tuple[str, ...], unreachable: list[str]
) -> Iterator[Link]:
    """Yield the files that indexes and `find-links` offer for a project.

    :param unreachable: gets a line for each place that does not answer; a place without the project is no failure.
    """
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
            body, content_type, final = client.get(url, limit=PAGE_BYTES, headers={"Accept": ACCEPT})
        except TooLarge as error:
            unreachable.append(str(error))
        except Unreachable as error:
            if error.status not in (404, 410):
                unreachable.append(str(error))
        else:
            yield from read_page(body, content_type, final)
