"""What a fetching process may know of its machine: settings that the rules left beside the sandbox.

The directory `.host` is no input of the process, so its contents are in no cache key; what comes out is checked
against a hash, so they cannot change the result.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

SETTINGS = Path(".host/settings.json")


@dataclass(frozen=True)
class HostSettings:
    """What the machine's user configured.

    `indexes` and `find_links` are those that Pants is configured with. Without `indexes` pip's configuration decides,
    and `default_index` serves where that names none.
    """

    default_index: str
    indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    ca_bundle: str = ""
    debian_mirror: str = ""
    debian_security_mirror: str = ""
    debian_keyrings: tuple[str, ...] = ()

    @classmethod
    def enter(cls) -> HostSettings:
        """Read the settings and take over the user's environment variables: HOME, PIP_*, proxies, certificates."""
        settings = json.loads(SETTINGS.read_text())
        os.environ.update(settings.pop("environment"))
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()})
