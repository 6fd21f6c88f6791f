"""Nothing in the repository names a package registry. Which there are is read from the machine, not written here."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from pants.backend.python.subsystems.repos import PythonRepos

from pants_strata.util_rules.host import _apt_configuration
from strata.debian.apt_sources import apt_mirrors
from strata.fetch.pip_config import PipConfig


def hosts() -> set[str]:
    """The hosts of the indexes and mirrors that Pants, pip and apt use here, but for those that name no registry."""
    pip = PipConfig.read(os.environ, PythonRepos.pypi_index)
    apt = apt_mirrors(_apt_configuration())
    urls = [PythonRepos.pypi_index, *pip.indexes, *pip.find_links, apt.mirror, apt.security_mirror]
    found = {urlsplit(url).hostname or "" for url in urls}
    return {host for host in found if "." in host and not _is_address(host)}


def _is_address(host: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def repository() -> Path:
    """The root of the checkout, or of the copy of it that this test is given."""
    return next(folder for folder in Path(__file__).resolve().parents if (folder / "pants.toml").is_file())


def texts(folder: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(folder.iterdir()):
        # What no commit holds: caches, outputs, the history.
        if file.name in ("dist", "__pycache__") or (
            file.name.startswith(".") and file.name not in (".ci", ".gitignore")
        ):
            continue
        if file.is_dir():
            yield from texts(file)
        else:
            with suppress(UnicodeDecodeError):
                yield file, file.read_text(encoding="utf-8")


def test_no_host_is_named() -> None:
    names = hosts()
    assert names
    root = repository()
    read = [(file, text) for file, text in texts(root)]
    assert root / "3rdparty/python/requirements.lock" in dict(read)
    assert [(str(file), host) for file, text in read for host in names if host in text] == []
