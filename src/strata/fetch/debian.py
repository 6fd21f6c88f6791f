"""The verb `fetch-debian` fetches one locked Debian package from the user's mirror."""

from __future__ import annotations

from pathlib import Path

from strata.errors import fetch as errors
from strata.fetch.body import TooLarge, Unreachable
from strata.fetch.client import Client
from strata.fetch.host import HostSettings
from strata.protocol.fetch_debian import Request, Result


def run(request: Request) -> Result:
    """Fetch the package into `files/`.

    Raise PackageGone where the mirror has replaced it, StrataError where its size or its hash is not the locked one, or
    where the mirror does not answer.
    """
    settings = HostSettings.enter()
    mirrors = {"debian": settings.debian_mirror, "debian-security": settings.debian_security_mirror}
    mirror = mirrors[request.repository]
    if not mirror:
        raise errors.no_mirror(request.repository)
    file = Path("files") / request.path.rpartition("/")[2]
    file.parent.mkdir()
    client = Client(cert=settings.ca_bundle, timeout=30, trusted=[mirror])
    try:
        sha256 = client.download(f"{mirror.rstrip('/')}/{request.path}", file, limit=request.size)
    except Unreachable as error:
        if error.status in (404, 410):
            raise errors.package_gone(request.name, request.version) from None
        raise errors.mirror_unreachable(request.name, str(error)) from None
    except TooLarge as error:
        raise errors.package_changed(request.name, request.sha256, str(error)) from None
    if sha256 != request.sha256:
        raise errors.package_changed(request.name, request.sha256, f"sha256:{sha256}")
    return Result(file.name)
