"""A Debian mirror on loopback that keeps each file it was asked for, so that packages are on disk like wheels are."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.error import HTTPError

from strata.debian.apt_sources import apt_mirrors
from support.servers.debian_mirror import answering


@contextmanager
def kept_mirror(folder: Path) -> Iterator[str]:
    """The URL of a server whose folders `main` and `security` are the mirrors that the machine's apt uses."""
    apt = Path("/etc/apt")
    files = [apt / "sources.list", *apt.glob("sources.list.d/*.list"), *apt.glob("sources.list.d/*.sources")]
    apt_uses = apt_mirrors({str(file): file.read_text(errors="replace") for file in files if file.is_file()})
    mirrors = {"main": apt_uses.mirror, "security": apt_uses.security_mirror}

    class Kept(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = folder / self.path.lstrip("/")
            try:
                if not file.exists():
                    _, mirror, path = self.path.split("/", 2)
                    _fetch(f"{mirrors[mirror].rstrip('/')}/{path}", file)
            except HTTPError as error:
                self.send_error(error.code)
                return
            content = file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with answering(Kept) as url:
        yield url


def _fetch(url: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.new")
    with urllib.request.urlopen(url) as answer:
        partial.write_bytes(answer.read())
    partial.rename(file)
