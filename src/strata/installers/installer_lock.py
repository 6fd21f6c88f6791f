"""The verb `lock-installer` resolves an installer and its needs on the user's indexes, into a hashed requirements file.

It runs on the host's Python and is never cached: it answers what the indexes hold now.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from strata.errors import installers as errors
from strata.fetch.host import HostSettings
from strata.fetch.pip_config import PipConfig
from strata.fetch.simple_index import local_folder
from strata.installers.uv import unpack_uv
from strata.protocol.installers.lock_installer import Request, Result

OUTPUT = Path("locks", "installer.lock")

_SHOWN_LINES = 20


def run(request: Request) -> Result:
    """Write the lock with uv. Raise StrataError with what uv wrote where it fails."""
    settings = HostSettings.enter()
    config = PipConfig.read(os.environ, settings.default_index)
    scratch = Path("scratch")
    scratch.mkdir()
    OUTPUT.parent.mkdir()
    configuration = scratch / "uv.toml"
    indexes, find_links = settings.indexes or config.indexes, settings.find_links + config.find_links
    with open(os.open(configuration, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(_uv_configuration(indexes, find_links))
    argv = [
        str(unpack_uv(request.uv, scratch)),
        "--config-file", str(configuration), "--no-cache", "--no-python-downloads", "--quiet",
        "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-build",
        "--python", sys.executable, "--python-version", request.python, "--output-file", str(OUTPUT), "-",
    ]  # fmt: skip
    certificates = config.cert or settings.ca_bundle
    environment = {**os.environ, **({"SSL_CERT_FILE": certificates} if certificates else {})}
    done = subprocess.run(
        argv,
        env=environment,
        input=request.requirement + "\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        raise errors.cannot_lock(request.requirement, done.stdout.strip().splitlines()[-_SHOWN_LINES:])
    return Result()


def _uv_configuration(indexes: tuple[str, ...], find_links: tuple[str, ...]) -> str:
    """Indexes as pip has them, in a file, since they may hold credentials. Folders that are missing are left out."""
    remote = [index for index in indexes if local_folder(index) is None]
    folders = [link for link in find_links for folder in [local_folder(link)] if folder is None or folder.is_dir()]
    lines = [f"find-links = {json.dumps(folders)}"]
    if remote:
        lines += [f"index-url = {json.dumps(remote[0])}", f"extra-index-url = {json.dumps(remote[1:])}"]
    else:
        lines.append("no-index = true")
    return "\n".join(lines) + "\n"
