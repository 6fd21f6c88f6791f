"""This module reads what a fetching process may know of its machine: settings that a rule wrote beside the sandbox.

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
    """The settings of the machine's user.

    :param indexes: URLs that Pants is configured with; where there are none, pip's configuration decides.
    :param find_links: URLs or folders that Pants is configured with.
    :param default_index: the URL that serves where pip's configuration names none.
    :param plain_http: the registries that may be asked without TLS, `host` or `host:port`.
    """

    default_index: str
    indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    ca_bundle: str = ""
    debian_mirror: str = ""
    debian_security_mirror: str = ""
    debian_keyrings: tuple[str, ...] = ()
    standalone_mirror: str = ""
    plain_http: tuple[str, ...] = ()

    @classmethod
    def enter(cls) -> HostSettings:
        """Read the settings and take over the user's environment variables: HOME, PIP_*, proxies, certificates."""
        settings = json.loads(SETTINGS.read_text())
        os.environ.update(settings.pop("environment"))
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()})
