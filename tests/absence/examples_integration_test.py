"""No image holds an installer; the wheel that `python -m ensurepip` installs from is the one trace of any.

What the hint in the place of pip tells people to do is done here.
"""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.interpreters.installer_hint import hint_text
from support.oci.container import PYTHON, UnpackedImage, unpack
from support.oci.examples import IMAGES, SITE_PACKAGES, WEB, layers_of

_INSTALLERS = ("pip", "poetry", "setuptools", "uv", "virtualenv", "wheel")
# They say how to get pip, and can do nothing else: see installer_absence_test.py.
_HINT = {"usr/local/bin/pip", "usr/local/bin/pip3"}
_ENSUREPIP_WHEEL = re.compile(r"usr/share/python-wheels/pip-[0-9.]+-py3-none-any\.whl")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    return unpack(WEB, tmp_path_factory.mktemp("web") / "bundle")


# No installer


@pytest.mark.parametrize("module", _INSTALLERS)
def test_no_installer_can_be_imported(web: UnpackedImage, module: str) -> None:
    for python in (PYTHON, "/usr/bin/python3.13"):
        ran = web.run(python, "-c", f"import {module}")
        assert ran.code == 1
        assert ran.stderr.splitlines()[-1] == f"ModuleNotFoundError: No module named '{module}'"


@pytest.mark.parametrize("layout", IMAGES, ids=str)
def test_no_file_of_an_installer_is_in_any_layer(layout: Path) -> None:
    # A package, its metadata, a script, a wheel or a zipapp: pip, pip3.13, pip-25.1.dist-info, uv.pyz …
    name = re.compile(rf"(^|/)({'|'.join(_INSTALLERS)})(\d[\d.]*)?(-[^/]*)?(\.(exe|pyz|whl))?(/|$)")
    found = {path for layer in layers_of(layout) for path, inner in paths(layer) if name.search(inner)}
    (wheel,) = found - _HINT
    assert _ENSUREPIP_WHEEL.fullmatch(wheel)


def paths(layer: Path) -> Iterator[tuple[str, str]]:
    """The path of each entry of a layer, twice, and with the path of each zip file the names of its members."""
    with tarfile.open(layer) as archive:
        for member in archive:
            yield member.name, member.name
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None and content.read(2) == b"PK":
                content.seek(0)
                with zipfile.ZipFile(io.BytesIO(content.read())) as opened:
                    yield from ((member.name, inner) for inner in opened.namelist())


def test_ensurepip_brings_pip_without_a_network(web: UnpackedImage) -> None:
    code = """
import subprocess
for command in ("python -m ensurepip --default-pip", "pip --version", "pip check", "pip list"):
    done = subprocess.run(command.split(), stdout=subprocess.PIPE, text=True)
    print(f"$ {command}: {done.returncode}", done.stdout, sep="\\n", end="")
"""
    output = web.python(code, user=0, writable=True).output
    assert "$ python -m ensurepip --default-pip: 0\n" in output
    assert re.search(rf"^\$ pip --version: 0\npip [\d.]+ from {SITE_PACKAGES}/pip \(python 3\.13\)$", output, re.M)
    assert "$ pip check: 0\nNo broken requirements found.\n" in output
    assert re.search(r"^fastapi +\d", output[output.index("$ pip list: 0") :], re.M)


@pytest.mark.parametrize("name", ["pip", "pip3"])
def test_the_hint_says_that_there_is_no_pip(web: UnpackedImage, name: str) -> None:
    ran = web.run(name, "install", "anything")
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", hint_text(ensurepip=True))


def test_nonroot_gets_pip_beside_the_app(web: UnpackedImage) -> None:
    code = f"""
import subprocess
for command in ("python -m venv /tmp/debug", "/tmp/debug/bin/pip --python {PYTHON} list --format=freeze"):
    subprocess.run(command.split(), check=True)
"""
    listed = web.python(code, writable=True).output.split()
    assert any(re.fullmatch(r"fastapi==[\d.]+", line) for line in listed)
    assert not any(line.startswith("pip==") for line in listed)
