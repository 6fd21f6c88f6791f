"""This module reads the signed release file of a suite: its signature, its suite, its time, and the files it lists.

https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Optional

from strata.errors import debian_release as errors

# A machine's clock may be wrong by this much before a release counts as signed in the future.
_CLOCK_TOLERANCE = timedelta(hours=1)
_FIELD = re.compile(r"^(?P<name>[A-Za-z0-9-]+):[ \t]*(?P<value>.*)$")
_LISTED = re.compile(r"^ (?P<sha256>[0-9a-f]{64}) +(?P<size>[0-9]{1,12}) +(?P<path>[!-~]+)$")


@dataclass(frozen=True)
class ListedFile:
    """A file of a suite, as the release file lists it.

    :param path: below the directory of the suite.
    :param size: in bytes.
    :param sha256: in hexadecimal digits.
    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """A release file whose signature, name and time were checked.

    :param date: when it was made, `2026-11-15`, in UTC.
    :param by_hash: whether the mirror has each index at a path with its hash (Acquire-By-Hash).
    :param files: path → file.
    """

    suite: str
    date: str
    by_hash: bool
    files: Mapping[str, ListedFile]

    def listed_index(self, component: str, architecture: str) -> tuple[ListedFile, ListedFile]:
        """Return the compressed index of a component and the same uncompressed, which a mirror need not serve.

        Raise StrataError where the release file does not list them.
        """
        plain = f"{component}/binary-{architecture}/Packages"
        for suffix in (".xz", ".gz"):
            if plain in self.files and plain + suffix in self.files:
                return self.files[plain + suffix], self.files[plain]
        raise errors.index_is_not_listed(self.suite, component, architecture)


def read_release(signed: bytes, suite: str, keyrings: Sequence[str], now: Optional[datetime] = None) -> Release:
    """Check an InRelease file and read it.

    Raise StrataError for a file that no known key signed, that is of another suite, or whose time is over.

    :param signed: the bytes of the file.
    :param keyrings: paths of keyrings, of which some may be missing.
    :param now: with a time zone; the clock's time by default.
    """
    fields, files = _parse(_signed_text(signed, suite, keyrings), suite)
    names = [f"{field}: {fields[field]}" for field in ("Suite", "Codename") if field in fields]
    if suite not in (fields.get("Suite"), fields.get("Codename")):
        raise errors.release_is_of_another_suite(suite, names)
    date = _check_time(fields, suite, now or datetime.now(timezone.utc))
    return Release(suite, date.date().isoformat(), fields.get("Acquire-By-Hash") == "yes", files)


def _signed_text(signed: bytes, suite: str, keyrings: Sequence[str]) -> str:
    """Return the text that was signed. One known key suffices: older keyrings lack the newest key of a release."""
    gpgv = shutil.which("gpgv")
    if gpgv is None:
        raise errors.gpgv_is_missing()
    present = [keyring for keyring in keyrings if Path(keyring).is_file()]
    if not present:
        raise errors.keyring_is_missing(keyrings)
    with tempfile.TemporaryDirectory() as home:
        source, text = Path(home, "InRelease"), Path(home, "Release")
        source.write_bytes(signed)
        argv = [gpgv, "--homedir", home, "--status-fd", "1", "--output", str(text)]
        argv += [part for keyring in present for part in ("--keyring", keyring)]
        result = subprocess.run([*argv, str(source)], capture_output=True, check=False)
        # https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob_plain;f=doc/DETAILS
        status = [line.split()[1] for line in result.stdout.decode(errors="replace").splitlines() if " " in line]
        if "GOODSIG" not in status or "BADSIG" in status or not text.is_file():
            raise errors.release_is_not_signed(suite, _messages(result.stderr))
        try:
            return text.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise errors.release_is_damaged(suite, str(error)) from None


def _messages(output: bytes) -> list[str]:
    """Return the lines that gpgv writes about the signature, without its hints on how to call it."""
    lines = output.decode(errors="replace").splitlines()
    return [" ".join(line.split()) for line in lines if line.startswith("gpgv: ")]


def _parse(text: str, suite: str) -> tuple[dict[str, str], dict[str, ListedFile]]:
    fields: dict[str, str] = {}
    files: dict[str, ListedFile] = {}
    name = ""
    for line in text.splitlines():
        field = _FIELD.match(line)
        if field is not None:
            name = field["name"]
            fields[name] = field["value"].strip()
        elif name == "SHA256" and line.startswith(" "):
            listed = _LISTED.match(line)
            if listed is None:
                raise errors.release_is_damaged(suite, f"a line of its SHA256 list: {line!r}")
            files[listed["path"]] = ListedFile(listed["path"], int(listed["size"]), listed["sha256"])
    return fields, files


def _check_time(fields: Mapping[str, str], suite: str, now: datetime) -> datetime:
    """Return when a release file was made. Raise StrataError for one that is too old or from the future.

    Debian lets all but stable releases expire after a week, so that a mirror cannot withhold security fixes.
    """
    made = _time(fields.get("Date", ""), "Date", suite)
    if made > now + _CLOCK_TOLERANCE:
        raise errors.release_is_of_the_future(suite, fields["Date"])
    if "Valid-Until" in fields and _time(fields["Valid-Until"], "Valid-Until", suite) < now:
        raise errors.release_has_expired(suite, fields["Valid-Until"])
    return made.astimezone(timezone.utc)


def _time(text: str, field: str, suite: str) -> datetime:
    try:
        parsed = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        raise errors.release_is_damaged(suite, f"the time in {field}: {text!r}") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
