"""This module is the program that a process of the library runs. It imports the library out of one file.

    python -I -S -B .strata/program.py VERB request.json
    python -I -S -B .strata/program.py compile FOLDER
    python -I -S -B .strata/program.pyc VERB request.json

Beside the program lies the slice of a verb: its sources in `sources.json`, or its bytecode in `compiled`, which
`compile` wrote on the same interpreter, and the program's own in `program.pyc`. A process on the machine's own Python
has the sources, whose bytecode it keeps in the directory `.host` beside the sandbox (strata.fetch.host) for the next
process.
"""

from __future__ import annotations

import marshal
import sys

_HOST = ".host/"
_WEEK = 7 * 24 * 3600
# What zipfile, shutil, pathlib, socket, http.client and modules of the library import, and seldom use.
_SELDOM = ("bz2", "importlib.util", "lzma", "ntpath", "selectors", "ssl", "zipfile")
_COMPILER = "strata.interpreters.compile_modules"
_HTTP = "strata.fetch.http"
_FOLDER = __file__.rpartition("/")[0] or "."

# Name of a module → whether it is a package, its path, its code as marshal has it.
_Modules = dict[str, tuple[bool, str, bytes]]


def compiled(sources: dict[str, str]) -> bytes:
    """Return the bytecode of a slice: equal for equal sources on one interpreter.

    :param sources: path of a module → its source.
    """
    modules: _Modules = {}
    for path, source in sorted(sources.items()):
        name = path[: -len(".py")].replace("/", ".")
        package = name.endswith(".__init__")
        code = marshal.dumps(compile(source, path, "exec", dont_inherit=True))
        modules[name[: -len(".__init__")] if package else name] = (package, path, code)
    return marshal.dumps(modules)


def _of_this_python(sources: str) -> bytes:
    """Return the bytecode of a slice, which an earlier process on this machine may have kept."""
    import hashlib
    import json
    import os

    known = hashlib.sha256(f"{sys.version}\n{sources}".encode()).hexdigest()
    path = f"{_HOST}compiled-{known}"
    try:
        with open(path, "rb") as file:
            # The hash in front: a machine may have stopped while it wrote.
            stated, data = file.read(64), file.read()
        if hashlib.sha256(data).hexdigest().encode() == stated:
            return data
    except OSError:
        pass
    data = compiled(json.loads(sources))
    aside = f"{path}.{os.getpid()}"
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(hashlib.sha256(data).hexdigest().encode() + data)
        os.replace(aside, path)
        _remove_old(path)
    except OSError:
        pass  # Only the next process would have been faster.
    return data


def _remove_old(new: str) -> None:
    """Remove bytecode that was kept a week or more before a new file: of another Strata or another Python, mostly.

    A process that still reads such a file has it open; one that comes later makes it anew. A younger file may belong to
    another Pants that runs now.
    """
    import os

    before = os.stat(new).st_mtime - _WEEK
    for name in os.listdir(_HOST):
        if name.startswith("compiled-") and os.stat(_HOST + name).st_mtime < before:
            os.unlink(_HOST + name)


class _Late(type(sys)):  # type: ignore[misc]
    """A module that is imported when somebody asks for a name in it."""

    def __getattr__(self, name: str) -> object:
        import importlib

        own = str(self.__name__)
        if sys.modules.get(own) is self:
            del sys.modules[own]
        # Kept here, for who asks again: some do for each file of a wheel.
        value = self.__dict__[name] = getattr(importlib.import_module(own), name)
        return value


def _read(name: str) -> bytes:
    with open(f"{_FOLDER}/{name}", "rb") as file:
        return file.read()


class _Library:
    """Finds and loads the modules of a slice (importlib.abc.Loader)."""

    def __init__(self, modules: _Modules) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name not in self._modules:
            return None
        package, file, _ = self._modules[name]
        # importlib.machinery.ModuleSpec, which need not be imported for this.
        kind = type(sys.__spec__)
        spec = kind(name, self, origin=f"{_FOLDER}/{file}", is_package=package)  # type: ignore[misc, arg-type]
        spec.has_location = True
        return spec

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: object) -> None:
        if module.__name__ == _HTTP:  # type: ignore[attr-defined]
            # Before it imports `http.client`, which would import slow modules.
            from strata.start.email import import_http_client

            import_http_client()
        exec(marshal.loads(self._modules[module.__name__][2]), module.__dict__)  # type: ignore[attr-defined]


def _read_archives_once() -> None:
    """Let Python read each module of its standard library once, which lies in an archive where steps run.

    Python's own importer of archives reads a module and unmarshals its bytecode to tell where it lies, and once more to
    run it (zipimport.zipimporter.get_filename).
    """
    zipimport = sys.modules.get("zipimport")
    if zipimport is None or zipimport.zipimporter not in sys.path_hooks:
        return

    class Importer(zipimport.zipimporter):  # type: ignore[misc, name-defined]
        def get_filename(self, fullname: str) -> str:
            name = fullname.rpartition(".")[2]
            end = "/__init__.pyc" if self.is_package(fullname) else ".pyc"
            return f"{self.archive}/{self.prefix}{name}{end}"

    sys.path_hooks[sys.path_hooks.index(zipimport.zipimporter)] = Importer
    for path, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, zipimport.zipimporter):
            del sys.path_importer_cache[path]


def _compiler(modules: _Modules) -> tuple[int, int] | None:
    """Fork a process that compiles modules, if the verb does; return pipes from it and to it (compile_modules.Server).

    Bytecode can depend on what a process did before, and this one has done next to nothing yet. To start an interpreter
    takes longer than most wheels take to compile. Until 3.10 bytecode depends on the seed of hashes, too, which only
    the start of an interpreter sets.
    """
    import os

    if sys.version_info < (3, 11) or _COMPILER not in modules:
        return None
    questions, ask = os.pipe()
    answers, tell = os.pipe()
    if os.fork():
        os.close(questions)
        os.close(tell)
        return answers, ask
    try:
        os.close(ask)
        os.close(answers)
        script: dict[str, object] = {"__name__": _COMPILER}
        exec(marshal.loads(modules[_COMPILER][2]), script)
        script["serve"]((questions, tell))
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _compile(folder: str) -> None:
    """Write the bytecode of the slice and of this program to a folder."""
    import json
    from importlib.util import MAGIC_NUMBER

    with open(f"{folder}/compiled", "wb") as file:
        file.write(compiled(json.loads(_read("sources.json"))))
    code = compile(_read("program.py"), "program.py", "exec", dont_inherit=True)
    with open(f"{folder}/program.pyc", "wb") as file:
        # Of what is in front of the code Python reads the magic number alone, in a program (PEP 552).
        file.write(MAGIC_NUMBER + bytes(12) + marshal.dumps(code))


def main(argv: list[str]) -> int:
    """Run a verb, or write bytecode to a folder; return the exit code."""
    if argv[0] == "compile":
        _compile(argv[1])
        return 0
    compiler = None
    try:
        modules: _Modules = marshal.loads(_read("compiled"))
    except FileNotFoundError:
        modules = marshal.loads(_of_this_python(_read("sources.json").decode()))
    else:
        compiler = _compiler(modules)
    _read_archives_once()
    sys.meta_path.insert(0, _Library(modules))  # type: ignore[arg-type]
    sys.modules.update((name, _Late(name)) for name in _SELDOM if name not in sys.modules)
    from pathlib import Path

    from strata.verbs import run_verb

    if compiler is None:
        return run_verb(argv[0], Path(argv[1]))
    import os

    from strata.interpreters import compile_modules

    compile_modules.server = compiler
    code = run_verb(argv[0], Path(argv[1]))
    # The compiler ends when nobody can ask it any more, and must not outlive this process.
    os.close(compiler[1])
    os.wait()
    return code


def _leave(code: int) -> None:
    """End this process without tidying up, which the system does faster."""
    import os

    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _leave(main(sys.argv[1:]))
