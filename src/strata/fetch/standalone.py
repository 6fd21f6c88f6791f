"""The verb `fetch-standalone` fetches one locked standalone build of CPython."""

from __future__ import annotations

from pathlib import Path

from strata.errors import standalone as errors
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.host import HostSettings
from strata.protocol.standalone.fetch_standalone import Request, Result
from strata.standalone.lock import MIRROR


def run(request: Request) -> Result:
    """Fetch the archive into `files/`.

    Raise StrataError where the mirror lacks it or does not answer, or its size or its hash is not the locked one.
    """
    settings = HostSettings.enter()
    mirror = settings.standalone_mirror.rstrip("/")
    file = Path("files", request.file)
    file.parent.mkdir()
    client = Client(cert=settings.ca_bundle, timeout=30, trusted=[mirror])
    try:
        sha256 = client.download(request.url.replace(MIRROR, mirror, 1), file, limit=request.size)
    except Unreachable as error:
        missing = error.status in (404, 410)
        failure = errors.archive_is_missing if missing else errors.mirror_is_unreachable
        raise failure(request.file, str(error)) from None
    except TooLarge as error:
        raise errors.archive_has_changed(request.file, request.sha256, str(error)) from None
    if sha256 != request.sha256:
        raise errors.archive_has_changed(request.file, request.sha256, f"sha256:{sha256}")
    return Result(file.name)
