"""Images with an installer that nobody asked for are refused; images with one that somebody asked for say so.

The base, the interpreter, the venv and the app of a project are tampered with, one after the other, and real Pants
builds it. What is built is run under runc.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from strata.audit.layout import audit_layout
from strata.audit.policy import ANNOTATION
from strata.debian.defaults import BASE_ROOTS, COMPONENTS, EXCLUDED, SUITES, interpreter_roots
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from strata.debian.lock_reader import read_debian_lock
from strata.layers.installer_hint import hint_text
from support.container import UnpackedImage, unpack
from support.debian_mirror import serving
from support.debian_packages import Member, write_deb
from support.examples import SITE_PACKAGES
from support.nested_pants import NestedPants, nested_pants
from support.readers import manifest_of
from support.venvs.wheels import Member as WheelMember
from support.venvs.wheels import WheelFile

REFUSED = "The image would hold an installer that its lock does not ask for."
PIP_LOCK = Path("src/strata/locks/installer_locks/pip.lock")

BARE = """
python_interpreter(name="bare", lockfile="cpython.lock.json", ensurepip="remove", installer_hint=%s)

python_venv(name="venv", interpreter=":bare")
"""


@dataclass(frozen=True)
class Project:
    """`served` is a directory that a server on loopback shows at `url`."""

    pants: NestedPants
    served: Path
    url: str

    def image(self, folder: str, fields: str, files: Mapping[str, str], *options: str) -> tuple[Path, str]:
        """The layout of an image with these fields, and what `package` says of it."""
        ran = self.pants.package(self._write(folder, fields, files), *options).succeeded()
        return self.pants.root / "dist" / folder / "image", ran.stderr

    def refusal(self, folder: str, fields: str, files: Mapping[str, str], *options: str) -> str:
        """The whole error without the address of the image."""
        ran = self.pants.package(self._write(folder, fields, files), *options)
        before, _, error = ran.error.partition(f"StrataError: {folder}:image: ")
        assert "Engine traceback" in before, ran.stderr
        return error.rstrip("\n")

    def _write(self, folder: str, fields: str, files: Mapping[str, str]) -> str:
        build = f'python_sources()\n\npython_image(name="image", entry_point="main.py", {fields})\n'
        image = {f"{folder}/BUILD": build + files.get("BUILD", ""), f"{folder}/main.py": "print('works')\n"}
        own = {f"{folder}/{name}": text for name, text in files.items() if name != "BUILD"}
        self.pants.write({**image, **own})
        return f"{folder}:image"

    def lock(self, name: str) -> tuple[LockedPackage, ...]:
        return read_debian_lock((self.pants.root / name).read_text(), "").packages("linux/amd64")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    served = tmp_path_factory.mktemp("served")
    roots = "[source]\nroot_patterns = ['/*']\n"
    with nested_pants({}) as pants, serving(served) as url:
        text = (pants.root / "pants.toml").read_text()
        pants.write({"pants.toml": re.sub(r"\[source\]\n.*\n", roots, text)})
        pants.make_interpreter()
        yield Project(pants, served, url)


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


# ---- what is refused ------------------------------------------------------------------------------------------------


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
        'it may only hold the wheel of pip that ensurepip installs, and only with `ensurepip="keep"`.'
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


# ---- what is kept, removed and asked for ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Built:
    layout: Path
    said: str
    image: UnpackedImage


def built(project: Project, folder: str, fields: str, files: Mapping[str, str], unpacked: Path) -> Built:
    layout, said = project.image(folder, fields, files)
    return Built(layout, said, unpack(layout, unpacked / folder))


@pytest.fixture(scope="module")
def kept(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(project, "kept", "", {}, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def removed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    files = {
        "BUILD": BARE % True,
        "requirements.lock": "",
        "cpython.lock.json": (project.pants.root / "3rdparty/python/cpython.lock.json").read_text(),
    }
    return built(project, "removed", 'venv=":venv"', files, tmp_path_factory.mktemp("removed"))


@pytest.mark.parametrize("user", [0, 65532])
@pytest.mark.parametrize("command", ["pip", "pip3"])
def test_the_hint_speaks_and_fails(kept: Built, command: str, user: int) -> None:
    ran = kept.image.run(command, "install", "requests", user=user)
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", hint_text(ensurepip=True))


def test_root_gets_pip_as_the_hint_says(kept: Built) -> None:
    assert "\n  python -m ensurepip --default-pip\n" in hint_text(ensurepip=True)
    code = """
import subprocess
subprocess.run(["python", "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run(["pip", "--version"], check=True)
"""
    output = kept.image.python(code, user=0, writable=True).output
    assert re.fullmatch(rf"pip [\d.]+ from {SITE_PACKAGES}/pip \(python 3\.13\)\n", output)


def in_debug_venv(text: str) -> list[list[str]]:
    """Those commands of a hint that make an environment and look at the app's, as they stand there."""
    lines = [line.strip().partition("   ")[0] for line in text.splitlines() if line.startswith("  ")]
    return [line.split() for line in lines if " -m venv " in line or line.endswith(" list")]


RUN_ALL = """
import json, subprocess, sys
for command in json.loads(sys.argv[1]):
    subprocess.run(command, check=True)
"""


def test_another_user_gets_pip_as_the_hint_says(kept: Built) -> None:
    commands = in_debug_venv(hint_text(ensurepip=True))
    assert len(commands) == 2
    output = kept.image.python(
        RUN_ALL, json.dumps([*commands, ["/tmp/debug/bin/pip", "--version"]]), writable=True
    ).output
    assert re.search(r"^pip [\d.]+ from /tmp/debug/lib/python3\.13/site-packages/pip", output, re.M)


def test_without_ensurepip_the_hint_says_so(removed: Built) -> None:
    ran = removed.image.run("pip")
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", hint_text(ensurepip=False))


def test_ensurepip_is_removed_with_all_traces(removed: Built) -> None:
    ran = removed.image.run("python", "-m", "ensurepip")
    assert ran.code == 1
    assert ran.stderr == "/opt/venv/bin/python: No module named ensurepip\n"
    names = [path.name for path in removed.image.rootfs.rglob("*")]
    assert [name for name in names if re.match("ensurepip|pip-|python3-pip-whl|python3.13-venv", name)] == []
    assert removed.image.run().output == "works\n"


def test_a_wheel_of_pip_runs_where_ensurepip_is_removed(kept: Built, removed: Built) -> None:
    (wheel,) = kept.image.rootfs.glob("usr/share/python-wheels/pip-*.whl")
    commands = in_debug_venv(hint_text(ensurepip=False).replace("pip-VERSION-py3-none-any.whl", wheel.name))
    assert len(commands) == 2
    # There is no way to copy a file into a container of runc, so it is put into its root, where the hint says.
    target = removed.image.rootfs / "tmp" / wheel.name
    target.write_bytes(wheel.read_bytes())
    try:
        version = [*commands[-1][: commands[-1].index("--python")], "--version"]
        output = removed.image.python(RUN_ALL, json.dumps([*commands, version]), writable=True).output
    finally:
        target.unlink()
    assert re.search(rf"^pip [\d.]+ from /tmp/{re.escape(wheel.name)}/pip", output, re.M)


def test_an_app_with_pip_in_its_lock_gets_the_real_one(project: Project, tmp_path: Path) -> None:
    lock = PIP_LOCK.read_text()
    files = {"BUILD": "\npython_venv(name='venv')\n", "requirements.lock": lock}
    app = built(project, "with_pip", 'venv=":venv"', files, tmp_path)
    version = lock.partition("==")[2].split()[0]
    output = app.image.run("pip", "--version").output
    assert output == f"pip {version} from {SITE_PACKAGES}/pip (python 3.13)\n"
    assert f"pip {version} (the lock of the dependencies)" in app.said
    (audit,) = audit_layout(app.layout)
    assert audit.sound
    assert "the lock of the dependencies" in audit.requests.values()


def test_images_say_what_they_hold(kept: Built, removed: Built) -> None:
    assert re.search(r'^  installers: none but ensurepip, pip [\d.]+ \(ensurepip="keep"\)$', kept.said, re.M)
    assert re.search(r"^  installers: none$", removed.said, re.M)
    for each, policy, count in ((kept, "keep", 2), (removed, "remove", 0)):
        (audit,) = audit_layout(each.layout)
        assert audit.sound
        assert len(audit.found) == count
        annotation = json.loads(manifest_of(each.layout)["annotations"][ANNOTATION])
        assert annotation["ensurepip"] == policy
        assert len(annotation["found"]) == count


def test_the_choice_changes_one_layer(kept: Built, removed: Built) -> None:
    before, after = ([layer["digest"] for layer in manifest_of(each.layout)["layers"]] for each in (kept, removed))
    assert [old == new for old, new in zip(before, after)] == [True, False, True, True]


def test_the_hint_can_be_left_out(project: Project, tmp_path: Path) -> None:
    files = {
        "BUILD": BARE % False,
        "requirements.lock": "",
        "cpython.lock.json": (project.pants.root / "3rdparty/python/cpython.lock.json").read_text(),
    }
    silent = built(project, "silent", 'venv=":venv"', files, tmp_path)
    assert not list(silent.image.rootfs.rglob("pip*"))
