"""The installer artifact: the wheel of a tool, pinned by version and hash. It is an input of venvs and of nothing else.

Key: tool, version, sha256. Errors: a version whose hash is not known; those of fetching.
"""

from __future__ import annotations

from pants.engine.rules import collect_rules, rule
from pants_strata import engine
from pants_strata.artifacts import FetchRequest, Installer, InstallerRequest
from pants_strata.library_process import canonical
from pants_strata.target_types import InstallerSha256Field, InstallerToolField, InstallerVersionField
from strata.errors import targets as errors
from strata.plan.installers import DEFAULT_VERSIONS, KNOWN_WHEELS


@rule
async def build_installer(request: InstallerRequest) -> Installer:
    target = await engine.target(request.address)
    tool, sha256 = target[InstallerToolField].value, target[InstallerSha256Field].value
    version = target[InstallerVersionField].value
    if sha256 and not version:
        raise errors.hash_without_version(tool).at(str(request.address))
    version = version or DEFAULT_VERSIONS[tool]
    sha256 = sha256 or KNOWN_WHEELS.get((tool, version))
    if sha256 is None:
        known = [each for known_tool, each in KNOWN_WHEELS if known_tool == tool]
        raise errors.unknown_installer_version(tool, version, known).at(str(request.address))
    fetch = FetchRequest(
        "fetch-wheel",
        canonical(
            {
                "name": tool,
                "version": version,
                "hashes": [sha256],
                "tags": ["py3-none-any", "py2.py3-none-any"],
                "python": "3",
                "platform": "any",
            }
        ),
        f"Fetch the installer {tool} {version}",
    )
    (result,) = await engine.fetch_all([fetch])
    if result.error is not None:
        raise result.error.at(str(request.address))
    return Installer(request.address, tool, version, result.digest, result.name)


def rules():  # type: ignore[no-untyped-def]
    return collect_rules()
