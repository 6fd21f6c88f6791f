"""This module has the request and the result of a file from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional, Union

from pants.engine.fs import EMPTY_DIGEST, Digest

from strata.errors import StrataError
from strata.protocol import fetch_debian, fetch_wheel
from strata.protocol.message import Request
from strata.protocol.standalone import fetch_standalone

Fetched = Union[fetch_debian.Result, fetch_standalone.Result, fetch_wheel.Result]


@dataclass(frozen=True)
class FetchRequest:
    """One file from outside, said without a host.

    :param description: what Pants shows. It counts the files of a build, and another build counts others, so it takes
        no part in comparisons: two builds that want the same file ask for it once.
    """

    wanted: Request[Fetched]
    description: str = field(compare=False)


@dataclass(frozen=True)
class FetchResult:
    """Either the file and what its verb tells of it, or the error of fetching it.

    :param digest: holds exactly one file, `name`.
    """

    digest: Digest = EMPTY_DIGEST
    name: str = ""
    told: Optional[Fetched] = None
    error: StrataError | None = None
