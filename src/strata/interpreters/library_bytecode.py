"""This module compiles the standard library for the layer of an interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strata.interpreters.bytecode import cache_path, compile_directory, compiled_modules
from strata.interpreters.standard_library import module_sources, place_modules
from strata.oci.entry import Entry, File
from strata.protocol.interpreter import SandboxInterpreter


def library_bytecode(
    entries: Mapping[str, Entry], interpreter: SandboxInterpreter, standard_library: str, scratch: Path
) -> list[Entry]:
    """Return the bytecode of each module of the standard library.

    :param entries: of the layer, by path; their files exist.
    :param interpreter: of the same version, compiles.
    :param standard_library: the path of its directory in an image, without the leading slash.
    :param scratch: an empty directory, which must live as long as the bytecode.
    """
    modules, archive = scratch / "modules", scratch / "library.zip"
    place_modules(module_sources(entries, standard_library), modules)
    compile_directory(modules, interpreter.command(Path.cwd()), f"/{standard_library}", archive, which="all")
    return [
        File(cache_path(f"{standard_library}/{name}", interpreter.feature_version), code)
        for name, code in compiled_modules(archive).items()
    ]
