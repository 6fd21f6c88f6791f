"""This module reads which distribution a system is.

https://www.freedesktop.org/software/systemd/man/latest/os-release.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PATHS = ("etc/os-release", "usr/lib/os-release")
"""Where the file may lie, the first of which counts."""

_FIELD = re.compile(r"""^(ID|VERSION_ID|VERSION_CODENAME)=["']?([A-Za-z0-9._-]+)["']?\s*$""", re.MULTILINE)


@dataclass(frozen=True)
class OsRelease:
    """A distribution: its name, `debian`, its version, `13`, and its code name, `trixie`; each empty where unknown."""

    id: str = ""
    version: str = ""
    codename: str = ""

    @property
    def distro(self) -> str:
        """Return the distribution as package URLs name it: `debian-13`; empty where it is unknown."""
        return "-".join(each for each in (self.id, self.version or self.codename) if each) if self.id else ""


def os_release_in(files: Mapping[str, bytes]) -> OsRelease:
    """Return what the files of a system tell, by path; of several, the first of PATHS counts."""
    for path in PATHS:
        if path in files:
            fields = dict(_FIELD.findall(files[path].decode("utf-8", "replace")))
            return OsRelease(fields.get("ID", ""), fields.get("VERSION_ID", ""), fields.get("VERSION_CODENAME", ""))
    return OsRelease()
