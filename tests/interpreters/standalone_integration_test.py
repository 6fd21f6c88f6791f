"""An image on a standalone build of CPython, made by real Pants from a lock of a release, and run.

Releases of python-build-standalone are out of reach where these tests run. So the archive has the shape of theirs and
is made of a CPython at hand (support.standalone.shaped).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.interpreters.paths import interpreter_below
from strata.interpreters.standalone import tree
from strata.interpreters.tree import TREE
from strata.layouts.validate import validate
from strata.protocol.standalone.standalone_tree import Request
from support.debian_packages import Member
from support.interpreters import PATHS, write_interpreter_package
from support.lockfiles.requirements import locked_lines
from support.nested_pants import NestedPants, nested_pants
from support.oci.bills import cyclonedx, packages, packages_by_syft, packages_in_layers
from support.oci.container import UnpackedImage, unpack
from support.programs import refuse
from support.projects import SETTINGS
from support.servers.tls import CLIENT, self_signed_server
from support.standalone.archives import write_archive
from support.standalone.shaped import python_at_hand, write_shaped_archive

RELEASE = "20260501"
LOCK = "3rdparty/python/standalone.lock.json"
PROGRAM = """\
import ctypes, curses, json, lzma, sqlite3, ssl, sys, sysconfig, uuid
import yaml

assert yaml.__with_libyaml__
print(json.dumps([sys.version.split()[0], sys.prefix, sys.base_prefix, sys.path, sysconfig.get_path("stdlib")]))
"""


@dataclass(frozen=True)
class Project:
    """:param version: of the CPython at hand, in full."""

    pants: NestedPants
    version: str
    mirror: Path

    @property
    def feature(self) -> str:
        return self.version.rpartition(".")[0]

    def file(self, processor: str) -> str:
        return f"cpython-{self.version}+{RELEASE}-{processor}-unknown-linux-gnu-install_only_stripped.tar.gz"

    @property
    def layout(self) -> Path:
        return self.pants.root / "dist/src.app/image"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    prefix, version = python_at_hand()
    folder = tmp_path_factory.mktemp("standalone")
    settings = f"{SETTINGS}\n[strata-standalone]\nmirror = '{(folder / 'mirror').as_uri()}'\nrelease = '{RELEASE}'\n"
    python = f"python_interpreter(name='cpython', provider='standalone', version='{version.rpartition('.')[0]}', "
    files = {
        "3rdparty/python/BUILD": (
            f"{python}lockfile='standalone.lock.json')\n"
            "python_installer(name='uv', tool='uv')\n"
            "python_venv(name='venv', installer=':uv', lockfile='requirements.lock')\n"
        ),
        "3rdparty/python/requirements.lock": locked_lines("pyyaml"),
        "src/app/BUILD": "python_sources()\npython_image(name='image', entry_point='main.py')\n",
        "src/app/main.py": PROGRAM,
    }
    with nested_pants(files, settings) as pants:
        pants = pants.with_environment(PANTS_STRATA_END_OF_LIFE="warn")  # whatever CPython is at hand
        made = Project(pants, version, folder / "mirror" / RELEASE)
        amd64, arm64 = made.mirror / made.file("x86_64"), made.mirror / made.file("aarch64")
        write_shaped_archive(prefix, version, amd64, tmp_path_factory.mktemp("scratch"))
        write_archive(arm64)
        sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in (amd64, arm64))
        (made.mirror / "SHA256SUMS").write_text(sums)
        pants.run("generate-lockfiles", "--resolve=3rdparty/python:cpython").succeeded()
        pants.run("package", "src/app:image", "3rdparty/python:cpython").succeeded()
        yield made


@pytest.fixture(scope="module")
def image(project: Project, tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    return unpack(project.layout, tmp_path_factory.mktemp("image") / "bundle")


def test_the_lock_names_the_archives_of_the_release(project: Project) -> None:
    lock = json.loads((project.pants.root / LOCK).read_text())
    assert lock["made_from"] == {"python": project.feature, "release": RELEASE}
    assert lock["version"] == project.version
    for platform, processor in (("linux/amd64", "x86_64"), ("linux/arm64", "aarch64")):
        archive = project.mirror / project.file(processor)
        assert lock["platforms"][platform] == {
            "file": archive.name,
            "url": f"{{mirror}}/{RELEASE}/{archive.name.replace('+', '%2B')}",
            "size": archive.stat().st_size,
            "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        }


def test_the_image_is_sound(project: Project) -> None:
    interpreter = project.pants.root / "dist/3rdparty.python/cpython"
    assert [validate(layout) for layout in (project.layout, interpreter)] == [[], []]
    assert blobs(interpreter) & blobs(project.layout)


def blobs(layout: Path) -> set[str]:
    """Return the digests of the layers in a layout with one image."""
    (described,) = json.loads((layout / "index.json").read_text())["manifests"]
    manifest = json.loads((layout / "blobs" / described["digest"].replace(":", "/")).read_text())
    return {layer["digest"] for layer in manifest["layers"]}


def test_the_app_runs(project: Project, image: UnpackedImage) -> None:
    library, site_packages = f"/usr/lib/python{project.feature}", f"/opt/venv/lib/python{project.feature}/site-packages"
    version, prefix, base_prefix, path, standard_library = image.run().json
    assert (version, prefix, base_prefix) == (project.version, "/opt/venv", "/usr")
    assert path[-5:] == [
        f"/usr/lib/python{project.feature.replace('.', '')}.zip",
        library,
        f"{library}/lib-dynload",
        site_packages,
        "/app",
    ]
    assert standard_library == library


def test_nothing_that_only_installs_compiles_or_tests_is_there(project: Project, image: UnpackedImage) -> None:
    usr = image.rootfs / "usr"
    library = usr / "lib" / f"python{project.feature}"
    assert sorted(path.name for path in (usr / "bin").glob("*py*")) == ["python3", f"python{project.feature}"]
    for name in ("site-packages", "test", "idlelib", "tkinter", "turtledemo", "turtle.py", "lib2to3"):
        assert not (library / name).exists(), name
    assert list(library.glob("config-*")) == []
    assert not (usr / "include" / f"python{project.feature}").exists()
    assert list((usr / "lib").glob("*.a")) == []
    assert [path.name for path in image.rootfs.rglob("pip*.whl")] == [
        path.name for path in (library / "ensurepip/_bundled").glob("pip*.whl")
    ]


def test_bytecode_of_the_standard_library_is_complete(image: UnpackedImage) -> None:
    code = """
import importlib.util, json, pathlib, sysconfig
sources = pathlib.Path(sysconfig.get_path("stdlib")).rglob("*.py")
code = {str(path): pathlib.Path(importlib.util.cache_from_source(path)) for path in sources}
print(json.dumps([len(code) > 500, [source for source, file in code.items() if not file.is_file()]]))
"""
    assert image.run("/opt/venv/bin/python", "-c", code).json == [True, []]


INSTALL_PIP = """
import subprocess, sys
subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True)
subprocess.run(["/opt/venv/bin/pip", "--version"], check=True)
"""


def test_pip_can_be_had(image: UnpackedImage) -> None:
    installed = image.run("/opt/venv/bin/python", "-c", INSTALL_PIP, user=0, writable=True)
    assert " from /opt/venv/lib/" in installed.output
    hint = image.run("pip")
    assert (hint.code, hint.stderr.startswith("pip is not part of this image")) == (1, True)


def test_authorities_are_known_where_standalone_builds_look_for_them(image: UnpackedImage, tmp_path: Path) -> None:
    code = """
import json, os, ssl
file = ssl.get_default_verify_paths().cafile
print(json.dumps([file, os.path.realpath(file), len(ssl.create_default_context().get_ca_certs()) > 100]))
"""
    assert image.run("/opt/venv/bin/python", "-c", code).json == [
        "/etc/ssl/cert.pem",
        "/etc/ssl/certs/ca-certificates.crt",
        True,
    ]
    authority, port = self_signed_server(tmp_path)
    client = ("/opt/venv/bin/python", "-c", CLIENT)
    refused = image.run(*client, env={"PORT": str(port)}, network=True)
    assert refused.output.replace("self signed", "self-signed") == "self-signed certificate\n"
    trusted = image.run(*client, env={"PORT": str(port), "AUTHORITY": authority}, network=True)
    assert trusted.output == "TLSv1.3\n"


def test_scanners_find_cpython_and_what_is_linked_into_it(project: Project, image: UnpackedImage) -> None:
    document = json.loads((image.rootfs / f"usr/share/sbom/python{project.feature}.cdx.json").read_text())
    found = {each["name"]: each["version"] for each in document["components"]}
    code = "import json, ssl, sqlite3; print(json.dumps([ssl.OPENSSL_VERSION, sqlite3.sqlite_version]))"
    openssl, sqlite = image.run("/opt/venv/bin/python", "-c", code).json
    assert found["cpython"] == project.version
    assert (f"OpenSSL {found['openssl']} ", found["sqlite"]) == (openssl[: len(found["openssl"]) + 9], sqlite)


def test_the_bill_of_materials_lists_them_too(project: Project) -> None:
    (cpython,) = [each for each in cyclonedx(project.layout)["components"] if each["name"] == "cpython"]
    assert cpython["purl"] == f"pkg:generic/cpython@{project.version}"
    assert {"expat", "openssl", "sqlite", "zlib"} <= {each["name"] for each in cpython["components"]}
    assert packages(project.layout) == packages_in_layers(project.layout)


def test_syft_finds_the_same_upon_a_standalone_cpython(project: Project) -> None:
    assert packages_by_syft(project.layout) == packages(project.layout)


def test_an_archive_that_the_mirror_has_replaced(project: Project) -> None:
    """The lock names another hash; what was fetched before does not serve, for it has another key."""
    lock = project.pants.root / LOCK
    text = lock.read_text()
    document = json.loads(text)
    wanted = document["platforms"]["linux/amd64"]["sha256"]
    document["platforms"]["linux/amd64"]["sha256"] = "0" * 64
    lock.write_text(json.dumps(document))
    try:
        error = project.pants.package("src/app:image").error
    finally:
        lock.write_text(text)
    assert error[error.index("StrataError: ") :].rstrip("\n") == (
        f"StrataError: 3rdparty/python:cpython: {project.file('x86_64')}: the mirror's file is not the one that the "
        f"lock names.\nFound:\n  sha256:{wanted}\n  the lock has sha256:{'0' * 64}\n"
        "Fix: try another mirror; files of a release never change, so this one is damaged or was tampered with."
    )


def test_the_build_time_interpreter_needs_nothing_but_a_kernel(
    project: Project, image: UnpackedImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tree is all that is there where it starts; the C library is the one of the image's base."""
    if os.geteuid() != 0:
        refuse("Only root may change the root directory.")
    monkeypatch.chdir(tmp_path)
    libraries = image.rootfs / PATHS.library_path
    c_library = [
        Member(f"./{PATHS.library_path}/{path.name}", path.read_bytes(), mode=0o755)
        for path in libraries.iterdir()
        if path.is_file() and path.name.startswith(("ld-", "libc.", "libm.", "libdl.", "libpthread.", "libgcc_s."))
    ]
    packages = write_interpreter_package(c_library)
    tree.run(Request(project.mirror / project.file("x86_64"), packages, "linux/amd64", project.version))
    root = tmp_path / TREE
    command = interpreter_below("/", "linux/amd64", project.version).command()
    code = "import ctypes, json, lzma, sqlite3, ssl, sys, zlib; print(json.dumps([sys.prefix, sys.version.split()[0]]))"
    ran = subprocess.run(
        [*command, "-I", "-c", code], env={}, check=True, stdout=subprocess.PIPE, preexec_fn=lambda: os.chroot(root)
    )
    assert json.loads(ran.stdout) == ["/usr", project.version]
