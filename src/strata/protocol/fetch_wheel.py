"""The verb `fetch-wheel` fetches the wheel of one locked release that fits a platform (strata.fetch.wheel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from strata.protocol import message
from strata.protocol.wheel import UNKNOWN_LICENSE, Bundled, License


@dataclass(frozen=True)
class Result(message.Message):
    """The file, which lies in `files/` under its own name.

    :param size: in bytes.
    :param requires: the Requires-Dist lines of a wheel; a source distribution has none.
    :param import_names: what an import has to name to find something in the wheel (strata.wheels.modules).
    :param bundled: the components that it declares.
    :param file_count: the number of files in a wheel; 0 for a source distribution.
    """

    name: str
    size: int
    requires: tuple[str, ...]
    import_names: tuple[str, ...]
    license: License = UNKNOWN_LICENSE
    bundled: tuple[Bundled, ...] = ()
    file_count: int = 0


@dataclass(frozen=True)
class Request(message.Request[Result]):
    """The wanted release; `python` (3.13) and `platform` (linux/amd64) serve messages.

    :param name: of the project, in its normal form (PEP 503).
    :param hashes: each a sha256 in hexadecimal digits, of which the file must have one.
    :param tags: the wheel tags that fit, best first (PEP 425), with spaces between: a thousand texts take longer to
        check than a small wheel to fetch.
    :param sdist: whether a source distribution will do where no wheel fits.
    """

    verb: ClassVar[str] = "fetch-wheel"

    name: str
    version: str
    hashes: tuple[str, ...]
    tags: str
    python: str
    platform: str
    sdist: bool
