"""Images with an installer that nobody asked for are refused: in the base, the interpreter, the venv or the app."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from hashlib import sha256

from strata.debian.defaults import BASE_ROOTS, COMPONENTS, EXCLUDED, SUITES, interpreter_roots
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from support.debian_packages import Member, write_deb
from support.disguises import Project
from support.oci.examples import SITE_PACKAGES
from support.venvs.wheels import Member as WheelMember
from support.venvs.wheels import WheelFile

REFUSED = "The image would hold an installer that its lock does not ask for."


def debian_lock(packages: Sequence[LockedPackage], roots: Sequence[str], excluded: Sequence[str]) -> str:
    inputs = LockInputs.of(suites=SUITES, components=COMPONENTS, roots=tuple(roots), excluded=tuple(excluded))
    return debian_lock_text(DebianLock(inputs, (PlatformPackages("linux/amd64", tuple(packages)),)))


def zipped(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return output.getvalue()


def tampered_package(project: Project, name: str, members: Sequence[Member]) -> LockedPackage:
    path = f"pool/{name}.deb"
    (project.served / "pool").mkdir(exist_ok=True)
    content = write_deb(project.served / path, members, name=name).read_bytes()
    return LockedPackage(name, "1.0", "amd64", path, len(content), sha256(content).hexdigest(), "debian")


def test_a_base_with_the_wheel_of_debian(project: Project) -> None:
    """The package that serves ensurepip where the interpreter has it serves nobody in a base."""
    (wheel,) = (each for each in project.lock("3rdparty/python/cpython.lock.json") if each.name == "python3-pip-whl")
    roots = (*BASE_ROOTS, wheel.name)
    packages = sorted([*project.lock("3rdparty/debian/base.lock.json"), wheel], key=lambda package: package.name)
    files = {
        "BUILD": f"\ndebian_packages(name='base', lockfile='debian.lock.json', packages={list(roots)})\n",
        "debian.lock.json": debian_lock(packages, roots, EXCLUDED),
    }
    version = wheel.version.partition("+")[0]
    assert project.refusal("wheel_in_base", 'base=":base"', files) == (
        f"{REFUSED}\n"
        "Found:\n"
        f"  in the layer os-packages: pip {version}, a wheel: /usr/share/python-wheels/pip-{version}-py3-none-any.whl\n"
        "Fix: in the layer os-packages, take the Debian package that brings it out of `packages` of the "
        "`debian_packages` target, or name it in `exclude`, and renew its lock."
    )


def test_a_base_with_an_installed_pip(project: Project) -> None:
    dist_packages = "./usr/lib/python3/dist-packages"
    package = tampered_package(
        project,
        "python3-pip",
        [
            Member(f"{dist_packages}/pip/_internal/__init__.py"),
            Member(f"{dist_packages}/pip-25.1.dist-info/METADATA"),
            Member("./usr/bin/pip3", b"#!/usr/bin/python3\n", mode=0o755),
            Member("./usr/share/tools/hidden", b"#!/usr/bin/python3\n" + zipped("uv/_find_uv.py"), mode=0o755),
        ],
    )
    files = {
        "BUILD": "\ndebian_packages(name='base', lockfile='debian.lock.json', packages=['python3-pip'], exclude=[])\n",
        "debian.lock.json": debian_lock([package], [package.name], []),
    }
    error = project.refusal("pip_in_base", 'base=":base"', files, f"--strata-debian-mirror={project.url}")
    assert error.splitlines()[:-1] == [
        REFUSED,
        "Found:",
        "  in the layer os-packages: pip, a script: /usr/bin/pip3",
        "  in the layer os-packages: pip, a package: /usr/lib/python3/dist-packages/pip",
        "  in the layer os-packages: pip 25.1, a metadata directory: /usr/lib/python3/dist-packages/pip-25.1.dist-info",
        "  in the layer os-packages: uv, a zip archive: /usr/share/tools/hidden",
    ]


def test_an_interpreter_that_brings_setuptools(project: Project) -> None:
    """As CPython's own builds did, in the standard library's site-packages."""
    path = "usr/lib/python3.13/site-packages/setuptools-80.0.dist-info"
    package = tampered_package(project, "libtampered", [Member(f"./{path}/METADATA")])
    lock = "3rdparty/python/cpython.lock.json"
    packages = sorted([*project.lock(lock), package], key=lambda each: each.name)
    files = {
        "BUILD": (
            "\npython_interpreter(name='cpython', lockfile='cpython.lock.json')\n"
            "\npython_venv(name='venv', interpreter=':cpython')\n"
        ),
        "requirements.lock": "",
        "cpython.lock.json": debian_lock(packages, interpreter_roots("3.13"), EXCLUDED),
    }
    error = project.refusal("interpreter", 'venv=":venv"', files, f"--strata-debian-mirror={project.url}")
    assert error == (
        f"{REFUSED}\n"
        "Found:\n"
        f"  in the layer interpreter: setuptools 80.0, a metadata directory: /{path}\n"
        "Fix: in the layer interpreter, lock Debian packages of CPython that do not bring it along; of all installers, "
        'it may only hold the wheels that ensurepip installs, and only with `ensurepip="keep"`.'
    )


def test_a_wheel_that_carries_pip_inside(project: Project) -> None:
    wheel = WheelFile(
        "innocent",
        files={
            "innocent/__init__.py": "",
            "innocent/pip-25.0-py3-none-any.whl": WheelMember(zipped("pip/_internal/__init__.py")),
            "pip/_internal/__init__.py": "",
            "distutils-precedence.pth": "import os\n",
            "innocent-1.0.data/scripts/easy_install": "#!python\n",
        },
    )
    folder = project.served / "wheels"
    folder.mkdir(exist_ok=True)
    digest = sha256(wheel.write(folder).read_bytes()).hexdigest()
    files = {
        "BUILD": "\npython_venv(name='venv')\n",
        "requirements.lock": f"innocent==1.0 --hash=sha256:{digest}\n",
    }
    find_links = f"--python-repos-find-links=['{project.url}/wheels/']"
    error = project.refusal("carrier", 'venv=":venv"', files, find_links)
    assert error == (
        f"{REFUSED}\n"
        "Found:\n"
        "  in the layer dependencies: setuptools, a script: /opt/venv/bin/easy_install\n"
        f"  in the layer dependencies: setuptools, a module: {SITE_PACKAGES}/distutils-precedence.pth\n"
        f"  in the layer dependencies: pip 25.0, a wheel: {SITE_PACKAGES}/innocent/pip-25.0-py3-none-any.whl\n"
        f"  in the layer dependencies: pip, a package: {SITE_PACKAGES}/pip\n"
        "Fix: in the layer dependencies, if the app needs it, add the project to its requirements and renew the lock; "
        "else lock no project that brings it along."
    )


def test_an_app_that_vendors_pip(project: Project) -> None:
    files = {
        "BUILD": "\npython_sources(name='vendored', sources=['tools/**/*.py'])\n",
        "tools/pip/_internal/__init__.py": "",
        "tools/wheel.py": "",
    }
    assert project.refusal("vendoring", 'dependencies=[":vendored"]', files) == (
        f"{REFUSED}\n"
        "Found:\n"
        "  in the layer app: pip, a package: /app/tools/pip\n"
        "Fix: in the layer app, take the files out of what the image depends on; if the app needs the project, add it "
        "to its requirements."
    )
