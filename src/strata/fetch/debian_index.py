"""The verb `fetch-debian-index` fetches the package indexes of suites from the user's mirror.

It runs on the host's Python and is never cached: the result is what the mirror holds now. Debian's signature is the
reason to trust an index: a key of Debian's signed the release file, which lists the sha256 of each index, which lists
the sha256 of each package.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from strata.debian.lock import MAIN_REPOSITORY, SECURITY_REPOSITORY, repository_of
from strata.debian.packages.ar import Section
from strata.debian.packages.section import Unpacked
from strata.errors import debian_release as errors
from strata.errors.fetch import mirror_unreachable, no_mirror
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.debian_release import ListedFile, Release, read_release
from strata.fetch.host import HostSettings
from strata.fetch.limits import RELEASE_BYTES
from strata.pieces import pieces
from strata.protocol.fetch_debian_index import Index, Request, Result

OUTPUT = Path("indexes")

_TIMEOUT = 30


def run(request: Request) -> Result:
    """Fetch the indexes into `indexes/`.

    Raise StrataError where a signature or a hash is wrong, or a mirror does not answer.
    """
    settings = HostSettings.enter()
    mirrors = {
        MAIN_REPOSITORY: settings.debian_mirror,
        SECURITY_REPOSITORY: settings.debian_security_mirror,
    }
    OUTPUT.mkdir()
    indexes, dates = [], []
    for suite in request.suites:
        repository = repository_of(suite)
        if not mirrors[repository]:
            raise no_mirror(repository)
        client = Client(cert=settings.ca_bundle, timeout=_TIMEOUT, trusted=[mirrors[repository]])
        mirror = _Suite(client, f"{mirrors[repository].rstrip('/')}/dists/{suite}", suite)
        release = read_release(mirror.release_file(), suite, settings.debian_keyrings)
        dates.append(release.date)
        for component in request.components:
            for architecture in request.architectures:
                name = f"{repository}_{suite}_{component}_{architecture}_Packages"
                mirror.fetch_index(release, component, architecture, OUTPUT / name)
                indexes.append(Index(name, repository))
    return Result(tuple(indexes), max(dates, default=""))


class _Suite:
    """A suite on a mirror.

    Its methods raise StrataError for a file that cannot be read, or is not the one that the release file lists.
    """

    def __init__(self, client: Client, url: str, suite: str) -> None:
        self._client, self._url, self._suite = client, url, suite

    def release_file(self) -> bytes:
        try:
            return self._client.get(f"{self._url}/InRelease", limit=RELEASE_BYTES)[0]
        except (Unreachable, TooLarge) as error:
            raise mirror_unreachable(self._suite, str(error)) from None

    def fetch_index(self, release: Release, component: str, architecture: str, output: Path) -> None:
        """Write the uncompressed index to a file."""
        compressed, plain = release.listed_index(component, architecture)
        packed = output.with_suffix(Path(compressed.path).suffix)
        self._download(compressed, packed, by_hash=release.by_hash)
        self._unpack(packed, plain, output)
        packed.unlink()

    def _download(self, listed: ListedFile, output: Path, *, by_hash: bool) -> None:
        """Download a file that the release file lists.

        A file is asked for by its hash where the mirror has such paths, so that a mirror which is being updated serves
        a consistent state.
        """
        directory = listed.path.rpartition("/")[0]
        paths = [f"{directory}/by-hash/SHA256/{listed.sha256}"] if by_hash else []
        for path in [*paths, listed.path]:
            try:
                sha256 = self._client.download(f"{self._url}/{path}", output, limit=listed.size)
                break
            except Unreachable as error:
                if error.status != 404 or path == listed.path:
                    raise mirror_unreachable(self._suite, str(error)) from None
            except TooLarge as error:
                raise errors.index_does_not_match(self._name(listed), str(error), listed.sha256) from None
        if sha256 != listed.sha256:
            raise errors.index_does_not_match(self._name(listed), f"sha256:{sha256}", listed.sha256)

    def _unpack(self, packed: Path, plain: ListedFile, output: Path) -> None:
        unpacked = Unpacked(packed, Section(packed.name, 0, packed.stat().st_size), plain.size)
        sha256 = hashlib.sha256()
        with output.open("wb") as file:
            for piece in pieces(unpacked):
                sha256.update(piece)
                file.write(piece)
        if sha256.hexdigest() != plain.sha256:
            raise errors.index_does_not_match(self._name(plain), f"sha256:{sha256.hexdigest()}", plain.sha256)

    def _name(self, listed: ListedFile) -> str:
        return f"{self._suite}/{listed.path}"
