"""The verb `prepare-installer` makes an installer ready to start: once for all steps that start it.

pip and Poetry become an archive of their modules with the bytecode beside them, since a step would otherwise compile
some hundred modules before it does anything. uv is a program, which is unpacked.

The bytecode is that of the interpreter artifact, and names its source by a hash that is not checked (PEP 552), as all
bytecode that Strata makes. An archive is the same for the same wheels and interpreter.
"""

from __future__ import annotations

from pathlib import Path

from strata.errors.wheels import unreadable_wheel
from strata.installers.uv import unpack_uv
from strata.interpreters.bytecode import cache_path, compiled_modules, write_archive
from strata.protocol.installers.prepare_installer import PROGRAMS, Request, Result
from strata.wheels.zip_reader import opened_zip

OUTPUT = Path("installer")
# Stands in tracebacks of the tool, before the name of a module.
_NAME_IN_TRACEBACKS = "installer"


def run(request: Request) -> Result:
    """Write the program. Raise StrataError for a wheel that cannot be read."""
    OUTPUT.mkdir()
    if request.tool == "uv":
        unpack_uv(request.wheels[0], OUTPUT)
    else:
        _write_archive(request, OUTPUT / PROGRAMS[request.tool])
    return Result()


def _write_archive(request: Request, output: Path) -> None:
    """Write the files of all wheels, uncompressed, and the bytecode of their modules."""
    scratch = Path("scratch")
    unpacked = scratch / "unpacked"
    for wheel in request.wheels:
        with opened_zip(wheel, unreadable_wheel) as archive:
            archive.extract(unpacked)
    python = request.interpreter.command(Path.cwd())
    files = {path.relative_to(unpacked).as_posix(): path for path in unpacked.rglob("*") if path.is_file()}
    modules = {name: path for name, path in files.items() if name.endswith(".py")}
    bytecode = compiled_modules(modules, python, _NAME_IN_TRACEBACKS, scratch / "bytecode", which="valid")
    placed = {_place(module, request): code for module, code in bytecode.items()}
    write_archive({**dict(sorted(files.items())), **placed}, output)


def _place(module: str, request: Request) -> str:
    """Return where Python looks for bytecode: beside the module in an archive, in `__pycache__` below a directory."""
    return f"{module}c" if request.tool == "pip" else cache_path(module, request.interpreter.feature_version)
