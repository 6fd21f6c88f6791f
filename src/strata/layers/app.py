"""The verb `app-layer` writes first-party sources and resources as the layer of an app.

Files go to `/app`. A `.pth` file in the venv puts that directory at the end of `sys.path`, behind the standard library
and the dependencies; PYTHONPATH would put it first. https://docs.python.org/3/library/site.html

The layer describes itself as {"kind": "app", "files": {path below /app: start of the sha256}}. Where that is too large
for a manifest, "fileCount" (a number) and "filesDigest" (the digest of the same object) stand in the place of "files".
"bytecode" (a boolean) and "installers" (strata.audit.layer) are there in either case.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from strata.audit.layer import installers
from strata.interpreters.bytecode import bytecode_folder, cache_path, compiled_modules
from strata.interpreters.imports import foreign_imports
from strata.oci.layer import Directory, Entry, File, described_files, write_layer
from strata.pieces import file_sha256
from strata.protocol.app_layer import Request, Result
from strata.protocol.interpreter import SandboxInterpreter
from strata.wheels.image_venv import image_site_packages

IMAGE_ROOT = "app"
"""The directory of the app in an image, without the leading slash."""


def run(request: Request) -> Result:
    """Write the layer."""
    root, interpreter = request.root, request.interpreter
    files = sorted(path for path in root.rglob("*") if path.is_file())
    with bytecode_folder() as scratch:
        entries = list(_entries(root, files, interpreter.feature_version))
        if request.bytecode and any(path.suffix == ".py" for path in files):
            entries += _bytecode(root, files, interpreter, scratch)
        contents = {
            "kind": "app",
            **described_files({path.relative_to(root).as_posix(): file_sha256(path) for path in files}),
            "bytecode": request.bytecode,
            "installers": installers(entries),
        }
        layer = write_layer(entries, contents=contents, compression=request.compression)
        return Result(layer.written(), imports=foreign_imports(root, files))


def _entries(root: Path, files: list[Path], python: str) -> Iterator[Entry]:
    yield Directory(IMAGE_ROOT)
    yield File(f"{image_site_packages(python)}/_app.pth", f"/{IMAGE_ROOT}\n".encode())
    for path in files:
        mode = 0o755 if path.stat().st_mode & 0o111 else 0o644
        yield File(f"{IMAGE_ROOT}/{path.relative_to(root).as_posix()}", path, mode=mode)


def _bytecode(root: Path, files: list[Path], interpreter: SandboxInterpreter, scratch: Path) -> Iterator[Entry]:
    """Yield the bytecode of each module that compiles; it lies in the directory `scratch`."""
    sources = {path.relative_to(root).as_posix(): path for path in files if path.suffix == ".py"}
    command = interpreter.command(Path.cwd())
    for name, code in compiled_modules(sources, command, f"/{IMAGE_ROOT}", scratch, which="valid").items():
        yield File(f"{IMAGE_ROOT}/{cache_path(name, interpreter.feature_version)}", code)
