"""The verb `fetch-standalone-release` finds the builds of one version of CPython in a release, for a new lock.

It runs on the host's Python and is never cached. The hashes are those of the release's checksum file, which is as
trustworthy as the connection to the mirror: nobody signed it.
"""

from __future__ import annotations

from strata.errors import standalone as errors
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.host import HostSettings
from strata.protocol.standalone.fetch_standalone_release import Archive, Request, Result
from strata.standalone import limits
from strata.standalone.lock import MIRROR, archive_url
from strata.standalone.release import CHECKSUMS, choose_archives, read_checksums


def run(request: Request) -> Result:
    """Return the archives. Raise StrataError where the mirror lacks the release, or the release the version."""
    settings = HostSettings.enter()
    mirror = settings.standalone_mirror.rstrip("/")
    client = Client(cert=settings.ca_bundle, timeout=30, trusted=[mirror])
    try:
        body, _, _ = client.get(f"{mirror}/{request.release}/{CHECKSUMS}", limit=limits.CHECKSUMS_BYTES)
    except (Unreachable, TooLarge) as error:
        raise errors.release_is_unreachable(request.release, str(error)) from None
    listed = choose_archives(read_checksums(body.decode("utf-8", "replace")), request.python, request.release)
    archives = []
    for each in listed:
        try:
            size = client.size(
                archive_url(request.release, each.file).replace(MIRROR, mirror, 1), limit=limits.ARCHIVE_BYTES
            )
        except Unreachable as error:
            raise errors.archive_is_missing(each.file, str(error)) from None
        except TooLarge as error:
            raise errors.mirror_is_unreachable(each.file, str(error)) from None
        archives.append(Archive(each.platform, each.file, size, each.sha256))
    return Result(listed[0].version, tuple(archives))
