"""This module reaches the repository of a base, in a process that fetches.

The credentials are those that a login left on the machine; no request and no argument has them.
"""

from __future__ import annotations

from strata.fetch.host import HostSettings
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.remote import RemoteSource


def open_repository(reference: str) -> RemoteSource:
    """Return the images in the repository of a reference, with the settings of the machine's user.

    Raise StrataError for a text that is no reference.
    """
    settings = HostSettings.enter()
    plain = Settings(plain_http=frozenset(settings.plain_http))
    return RemoteSource(Provider(Reference.parse(reference), settings=plain))
