"""One app on the CPython of several Debian releases: real Pants builds the images, and each runs."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from strata.layouts.validate import validate
from support.lockfiles.requirements import locked_lines
from support.nested_pants import NestedPants, nested_pants
from support.oci.container import unpack
from support.oci.examples import layer_digests, layers_of_kind
from support.oci.readers import blob_path
from support.projects import SETTINGS

PROGRAM = """\
import bz2, ctypes, distutils.core, ensurepip, json, lzma, sqlite3, ssl, sys, venv
import idna

trusted = ssl.create_default_context().get_ca_certs()
print(json.dumps([sys.version.split()[0], sys.path, idna.__file__, idna.__cached__, len(trusted) > 50, sys.argv]))
"""
# 3.9 of Debian 11 is past its end of life, has no option -P, and a C library whose loader has no --argv0.
VERSIONS = {"py39": "3.9.2", "py311": "3.11.2"}
IMAGE = (
    "python_sources()\n"
    "python_image(name='image', entry_point='main.py', venv='3rdparty/python:venv', whole_lock=True, {})\n"
)
FILES = {
    "3rdparty/python/BUILD": (
        "python_interpreter(name='cpython', lockfile='cpython.lock.json')\n"
        "python_venv(name='venv', installer='//:strata-installer', lockfile='requirements.lock')\n"
    ),
    "src/app/BUILD": IMAGE.format(
        "args=['--verbose'], "
        "interpreter=parametrize(py39='//:strata-interpreter-3.9', py311='//:strata-interpreter-3.11')"
    ),
    "src/app/main.py": PROGRAM,
    "src/pinned/BUILD": IMAGE.format("args=[]"),
    "src/pinned/main.py": "",
    "src/pinned/.python-version": "# as on our servers\n3.11\n",
    "src/strict/BUILD": IMAGE.format("args=[]"),
    "src/strict/main.py": "",
    "src/strict/.python-version": "3.9\n",
}
OWN = {"PANTS_STRATA_INTERPRETER": "//:strata-interpreter"}


@pytest.fixture(scope="module")
def pants() -> Iterator[NestedPants]:
    with nested_pants({**FILES, "3rdparty/python/requirements.lock": locked_lines("idna")}, SETTINGS) as project:
        project.package("src/app:", PANTS_STRATA_END_OF_LIFE="warn").succeeded()
        yield project


def layout(pants: NestedPants, name: str) -> Path:
    return pants.root / f"dist/src.app/image@interpreter={name}"


def files_of(layout: Path, python: str) -> Mapping[str, bytes]:
    """The files of the wheels, by path, without the version of CPython in it."""
    found = {}
    for digest in layers_of_kind(layout, "dependencies"):
        with tarfile.open(blob_path(layout, digest)) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is not None:
                    found[member.name.replace(f"python{python}", "python")] = file.read()
    return found


@pytest.mark.parametrize("name, version", VERSIONS.items())
def test_the_app_runs_on_each(pants: NestedPants, tmp_path: Path, name: str, version: str) -> None:
    assert validate(layout(pants, name)) == []
    feature = version.rpartition(".")[0]
    library, site = f"/usr/lib/python{feature}", f"/opt/venv/lib/python{feature}/site-packages"
    tag = feature.replace(".", "")
    ran = unpack(layout(pants, name), tmp_path / "bundle").run()
    assert ran.json == [
        version,
        [f"/usr/lib/python{tag}.zip", library, f"{library}/lib-dynload", site, "/app"],
        f"{site}/idna/__init__.py",
        f"{site}/idna/__pycache__/__init__.cpython-{tag}.pyc",
        True,
        ["/app/app/main.py", "--verbose"],
    ]


def test_the_layers_of_pure_wheels_differ_in_bytecode_alone(pants: NestedPants) -> None:
    older, newer = files_of(layout(pants, "py39"), "3.9"), files_of(layout(pants, "py311"), "3.11")

    def sources(files: Mapping[str, bytes]) -> dict[str, list[bytes]]:
        """The lines of each file; RECORD lists bytecode, too."""
        return {
            path: [line for line in content.split(b"\n") if b"/__pycache__/" not in line]
            for path, content in files.items()
            if not path.endswith(".pyc")
        }

    assert sources(older) == sources(newer)
    assert len(sources(older)) > 10
    compiled = {path.replace("cpython-39", "cpython-311") for path in older if path.endswith(".pyc")}
    assert compiled == {path for path in newer if path.endswith(".pyc")}


def test_a_version_file_chooses(pants: NestedPants) -> None:
    pants.package("src/pinned:image", **OWN).succeeded()
    base_and_interpreter = layer_digests(layout(pants, "py311"))[:2]
    assert layer_digests(pants.root / "dist/src.pinned/image")[:2] == base_and_interpreter


def test_a_version_file_against_the_option(pants: NestedPants) -> None:
    assert (
        "StrataError: src/pinned:image: Two places ask for different versions of CPython.\n"
        "Found:\n"
        "  src/pinned/.python-version: 3.11\n"
        "  3rdparty/python:cpython, of the option `[strata].interpreter`: 3.13\n"
    ) in pants.package("src/pinned:image").error


def test_an_end_of_life(pants: NestedPants) -> None:
    assert (
        "StrataError: src/strict:image: CPython 3.9 reached its end of life on 2025-10-31: it gets no security fixes "
        "any more.\n"
        "Found:\n"
        "  src/strict/.python-version: 3.9\n"
    ) in pants.package("src/strict:image", **OWN).error
