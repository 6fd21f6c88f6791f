"""A mirror of a Debian repository for tests: a directory, signed with a key of its own, and served on loopback."""

from __future__ import annotations

import hashlib
import lzma
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Callable

from support.programs import require

DATE = "Sat, 12 Sep 2026 07:55:41 UTC"


@dataclass(frozen=True)
class Signer:
    """A key that signs releases. `home` is the directory where gpg keeps it."""

    gpg: str
    home: Path

    @classmethod
    @contextmanager
    def make(cls) -> Iterator[Signer]:
        """A new key, for as long as the `with` block lasts: gpg's agent is stopped at its end."""
        # Not below pytest's directory: the path of the agent's socket may have 107 bytes.
        with tempfile.TemporaryDirectory(prefix="gpg-") as home:
            signer = cls(require("gpg", "gnupg"), Path(home))
            try:
                signer._run("--quick-gen-key", "Test <test@mirror.example>", "ed25519", "sign", "never")
                signer._run("--output", str(signer.keyring), "--export")
                yield signer
            finally:
                subprocess.run([require("gpgconf", "gpgconf"), "--homedir", home, "--kill", "gpg-agent"], check=True)

    @property
    def keyring(self) -> Path:
        """The file with the public key."""
        return self.home / "keyring.gpg"

    def sign(self, text: str, output: Path) -> None:
        """Writes the text with its signature, in the form of an InRelease file."""
        self._run("--output", str(output), "--clearsign", text=text)

    def _run(self, *arguments: str, text: str = "") -> None:
        argv = [self.gpg, "--homedir", str(self.home), "--batch", "--yes", "--passphrase", "", *arguments]
        subprocess.run(argv, input=text.encode(), capture_output=True, check=True)


def write_suite(
    root: Path,
    signer: Signer,
    suite: str,
    packages: str,
    *,
    fields: Sequence[str] = (),
    codename: str = "",
    by_hash: bool = True,
) -> Path:
    """Writes `dists/SUITE` with one index, of main for amd64, and returns that directory.

    :param packages: the text of the index. :param fields: further lines of the release file.
    """
    directory = root / "dists" / suite
    index = directory / "main/binary-amd64/Packages.xz"
    index.parent.mkdir(parents=True)
    packed = lzma.compress(packages.encode())
    index.write_bytes(packed)
    if by_hash:
        named = index.parent / "by-hash/SHA256" / sha256(packed)
        named.parent.mkdir(parents=True)
        named.write_bytes(packed)
    listed = [("main/binary-amd64/Packages", packages.encode()), ("main/binary-amd64/Packages.xz", packed)]
    lines = [
        "Origin: Debian",
        "Suite: stable",
        f"Codename: {codename or suite}",
        f"Acquire-By-Hash: {'yes' if by_hash else 'no'}",
        *(fields or [f"Date: {DATE}"]),
        "SHA256:",
        *(f" {sha256(contents)} {len(contents):>8} {path}" for path, contents in listed),
    ]
    signer.sign("\n".join(lines) + "\n", directory / "InRelease")
    return directory


def sha256(contents: bytes) -> str:
    return hashlib.sha256(contents).hexdigest()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def answering(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on a free port of loopback, for as long as the `with` block lasts; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serves a directory; the URL of its root."""
    with answering(partial(_Quiet, directory=str(root))) as url:
        yield url
