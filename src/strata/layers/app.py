"""Verb `app-layer`: first-party sources and resources → the layer of an app.

Request: `root` (the directory of the files, source roots stripped), `python` (3.13). Files go to `/app`; a `.pth` file
in the venv puts that at the end of `sys.path`, behind the standard library and the dependencies, which PYTHONPATH
would not do. https://docs.python.org/3/library/site.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from strata.oci.layer import Directory, Entry, File, write_layer
from strata.venv.environment import image_site_packages

IMAGE_ROOT = "app"


def run(request: Mapping[str, Any]) -> Mapping[str, Any]:
    root = Path(request["root"])
    files = sorted(path for path in root.rglob("*") if path.is_file())
    contents = {"kind": "app", "files": [path.relative_to(root).as_posix() for path in files]}
    return write_layer(_entries(root, files, request["python"]), contents=contents).to_json()


def _entries(root: Path, files: list[Path], python: str) -> Iterator[Entry]:
    yield Directory(IMAGE_ROOT)
    yield File(f"{image_site_packages(python)}/_app.pth", f"/{IMAGE_ROOT}\n".encode())
    for path in files:
        mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
        yield File(f"{IMAGE_ROOT}/{path.relative_to(root).as_posix()}", path, mode=mode)
