"""The verb `dependencies-layer` writes a layer with installed wheels, made from their archives alone.

The verb `proof` (strata.installers.proof) checks that a real installer makes the same of the wheels.

The layer describes itself as {"kind": "dependencies", "python": "3.13", "packages": {name: version}, "bytecode": bool,
"installers": […]} (strata.audit.layer), with "testBytecode": false where the bytecode of tests was left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from strata.audit.layer import audited
from strata.audit.notices import Notices
from strata.interpreters.bytecode import bytecode_folder, cache_path, compiled_modules
from strata.oci.layer import Entry, File, ZipMember, write_layer
from strata.protocol.dependencies_layer import Bytecode, Request, Result
from strata.protocol.interpreter import SandboxInterpreter
from strata.protocol.wheel import Wheel
from strata.wheels.archive import WheelArchive
from strata.wheels.image_venv import IMAGE_PREFIX, image_site_packages
from strata.wheels.installed_form import InstalledFile, distribution, installed_files, own_metadata
from strata.wheels.modules import is_test_module

if TYPE_CHECKING:
    from strata.libraries.wheel import WheelLibraries

_PURE = "-any.whl"


def run(request: Request) -> Result:
    """Write the layer. Raise StrataError for a wheel that is damaged or unsafe, or differs from its RECORD."""
    interpreter = request.interpreter
    wheels = sorted(request.wheels, key=lambda wheel: wheel.name)
    archives = [WheelArchive.open(wheel, interpreter.feature_version) for wheel in wheels]
    files = [installed_files(archive) for archive in archives]
    with bytecode_folder() as scratch:
        bytecode = _bytecode(files, request.bytecode, interpreter, scratch)
        entries, installers = audited(_entries(archives, files, bytecode, interpreter.feature_version))
        libraries = _libraries(wheels)
        entries = [_watched(entry, libraries) for entry in entries]
        contents = {
            "kind": "dependencies",
            "python": interpreter.feature_version,
            "packages": {wheel.name: wheel.version for wheel in wheels},
            "bytecode": request.bytecode != "none",
            **_without_tests(files, request.bytecode),
            "installers": installers,
        }
        layer = write_layer(entries, contents=contents, compression=request.compression)
    distributions = {
        archive.wheel.name: replace(
            distribution(archive),
            starts=_starts(each),
            libraries=libraries[archive.wheel.path].by_platform() if archive.wheel.path in libraries else {},
        )
        for archive, each in zip(archives, files)
    }
    return Result(layer.written(), distributions)


Files = Mapping[str, InstalledFile]
"""The files of one wheel, by path from the root of the venv."""


def _libraries(wheels: Iterable[Wheel]) -> Mapping[Path, WheelLibraries]:
    """Return what will know the shared libraries of each wheel that has machine code, by its name."""
    native = [wheel.path for wheel in wheels if not wheel.path.name.endswith(_PURE)]
    if not native:
        return {}
    # Most wheels have none, and the layer of a small one takes as long as its imports.
    from strata.libraries.wheel import WheelLibraries

    return {path: WheelLibraries() for path in native}


def _watched(entry: Entry, libraries: Mapping[Path, WheelLibraries]) -> Entry:
    """Return an entry whose file is looked at while it is written, if it is from one of the wheels."""
    if isinstance(entry, File) and isinstance(entry.source, ZipMember) and entry.source.archive in libraries:
        return replace(entry, source=libraries[entry.source.archive].watched(entry.source))
    return entry


def _starts(files: Files) -> tuple[str, ...]:
    """Return the paths in an image of those files of a wheel that run at each start of Python."""
    notices = Notices()
    for path, file in files.items():
        place = f"{IMAGE_PREFIX}/{path}"
        notices.add_path(place)
        if notices.is_asked_for(place):
            source = file.source
            notices.add_file(place, io.BytesIO(source.read_bytes() if isinstance(source, ZipMember) else source))
    return notices.starts


def _entries(
    archives: Sequence[WheelArchive], files: Sequence[Files], bytecode: Mapping[str, ZipMember], feature_version: str
) -> Iterator[Entry]:
    """Yield the files that the wheels install. Of files that several have at one path, the last wheel's is there.

    :param bytecode: by the path of the module.
    """
    cached = {path: cache_path(path, feature_version) for path in bytecode}
    tree = {path: file for each in files for path, file in each.items()}
    for archive, each in zip(archives, files):
        listed, compiled = [tree[path] for path in each], [cached[path] for path in each if path in cached]
        tree.update((file.path, file) for file in own_metadata(archive, listed, compiled))
    for path, file in tree.items():
        yield File(f"{IMAGE_PREFIX}/{path}", file.source, mode=0o755 if file.executable else 0o644)
    for path, code in bytecode.items():
        yield File(f"{IMAGE_PREFIX}/{cached[path]}", code)


def _without_tests(files: Iterable[Files], which: Bytecode) -> dict[str, bool]:
    """Return what a layer says of itself where the bytecode of tests is left out; nothing where it has no tests."""
    left_out = which == "without tests" and any(is_test_module(path) for each in files for path in each)
    return {"testBytecode": False} if left_out else {}


def _bytecode(
    files: Sequence[Files], which: Bytecode, interpreter: SandboxInterpreter, scratch: Path
) -> dict[str, ZipMember]:
    """Return the bytecode of each module that compiles, by the module's path.

    Of a module that several wheels have, the last wheel's is there. Each wheel is compiled in a process of its own, so
    that its bytecode does not depend on the others in the layer.
    """
    bytecode: dict[str, ZipMember] = {}
    for number, each in enumerate(files):
        wanted = {path: file for path, file in each.items() if _is_wanted(path, which)}
        compiled = _compiled(wanted, interpreter, scratch / str(number))
        bytecode = {**{path: code for path, code in bytecode.items() if path not in each}, **compiled}
    return bytecode


def _is_wanted(path: str, which: Bytecode) -> bool:
    return which == "all" or (which == "without tests" and not is_test_module(path))


def _compiled(files: Files, interpreter: SandboxInterpreter, scratch: Path) -> dict[str, ZipMember]:
    """Return the bytecode of one wheel's modules; it lies in the directory `scratch`."""
    site = f"{image_site_packages(interpreter.feature_version)[len(IMAGE_PREFIX) + 1 :]}/"
    sources = {
        path[len(site) :]: file.source
        for path, file in files.items()
        if path.startswith(site) and path.endswith(".py") and isinstance(file.source, ZipMember)
    }
    if not sources:
        return {}
    final = f"/{IMAGE_PREFIX}/{site[:-1]}"
    bytecode = compiled_modules(sources, interpreter.command(Path.cwd()), final, scratch, which="valid")
    return {f"{site}{name}": code for name, code in bytecode.items()}
