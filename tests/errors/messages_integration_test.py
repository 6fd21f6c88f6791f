"""Mistakes that a user can make, in a project that real Pants builds: the whole text that is read then."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Optional

import pytest

from strata.debian.defaults import COMPONENTS, SUITES
from strata.debian.lock import DebianLock, LockedPackage, LockInputs, PlatformPackages, debian_lock_text
from strata.debian.lock_reader import read_debian_lock
from strata.interpreters.debian_versions import python_version
from support.debian_mirror import serving
from support.debian_packages import Member, directory, symlink, write_deb
from support.nested_pants import NestedPants, nested_pants
from support.venvs.wheels import Content, WheelFile
from support.venvs.wheels import Member as WheelMember

VENV = 'python_venv(name="venv")\n'
UNKNOWN = "0" * 64
UNREACHABLE = "http://127.0.0.1:1"
_HEADING = "1 Exception encountered:\n\nEngine traceback:\n  in `package` goal\n\n"


@dataclass(frozen=True)
class Project:
    """`served` is a directory that a server on loopback shows at `url`: an index below `simple`, a mirror's `pool`."""

    pants: NestedPants
    served: Path
    url: str

    def error(self, address: str, files: Mapping[str, str], *options: str, index: Optional[str] = None) -> str:
        """All that `package ADDRESS` says, with https://index.example for the URL of the server.

        :param index: takes the place of all indexes of the machine.
        """
        self.pants.write(files)
        alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": ""}
        ran = self.pants.package(address, *options, **({**alone, "PIP_INDEX_URL": index} if index else {}))
        assert ran.error.startswith(_HEADING), ran.stderr
        assert ran.stdout == ""
        return ran.error[len(_HEADING) :].rstrip("\n").replace(self.url, "https://index.example")

    def venv_error(self, folder: str, lock: str, **options: str) -> str:
        """The same for a venv with that lock, made from the server's index alone."""
        files = {f"{folder}/BUILD": VENV, f"{folder}/requirements.lock": lock}
        return self.error(f"{folder}:venv", files, **{"index": f"{self.url}/simple", **options})

    def offer(self, wheel: WheelFile) -> str:
        """Puts a wheel on the index; its sha256 in hex."""
        folder = self.served / "simple" / wheel.name
        folder.mkdir(parents=True, exist_ok=True)
        return sha256(wheel.write(folder).read_bytes()).hexdigest()


def locked(name: str, digest: str = UNKNOWN) -> str:
    return f"{name}==1.0 --hash=sha256:{digest}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    served = tmp_path_factory.mktemp("served")
    with nested_pants({}) as pants, serving(served) as url:
        pants.make_interpreter()
        yield Project(pants, served, url)


# ---- locks ----------------------------------------------------------------------------------------------------------


def test_a_lock_line_without_a_hash(project: Project) -> None:
    assert project.venv_error("no_hash", "alpha==1.0\n") == (
        "StrataError: no_hash:venv: no_hash/requirements.lock:1: a requirement has no hash, so what would be installed "
        "is not pinned.\n"
        "Found:\n"
        "  alpha==1.0\n"
        "Fix: make the file again; for instance, run "
        "`uv pip compile --generate-hashes -o requirements.lock requirements.in` in no_hash."
    )


MISSING = """\
python_venv(name="venv")
debian_packages(name="base", lockfile="debian.lock.json")
python_interpreter(name="cpython", lockfile="cpython.lock.json")
python_installer(name="pip", lockfile="pip.lock")
"""


def test_a_missing_lock_of_a_venv(project: Project) -> None:
    assert project.error("missing:venv", {"missing/BUILD": MISSING}) == (
        "StrataError: missing:venv: The lock file missing/requirements.lock does not exist.\n"
        "Fix: list what the apps need in requirements.in beside it and run "
        "`uv pip compile --generate-hashes -o requirements.lock requirements.in` in missing, or name another file in "
        "`lockfile`."
    )


@pytest.mark.parametrize(
    "name, lock", [("base", "debian.lock.json"), ("cpython", "cpython.lock.json"), ("pip", "pip.lock")]
)
def test_a_missing_lock_that_strata_makes(project: Project, name: str, lock: str) -> None:
    assert project.error(f"missing:{name}", {"missing/BUILD": MISSING}) == (
        f"StrataError: missing:{name}: The lock file missing/{lock} does not exist.\n"
        f"Fix: write it with `./pants generate-lockfiles --resolve=missing:{name}`."
    )


def test_a_lock_of_another_interpreter_version(project: Project) -> None:
    lock = (project.pants.root / "3rdparty/python/cpython.lock.json").read_text()
    files = {
        "other/BUILD": 'python_interpreter(name="cpython", version="3.12", lockfile="cpython.lock.json")\n',
        "other/cpython.lock.json": lock,
    }
    held = python_version(read_debian_lock(lock, "").packages("linux/amd64"))
    assert project.error("other:cpython", files) == (
        f"StrataError: other:cpython: The lock holds CPython {held}, but the target asks for 3.12.\n"
        "Fix: renew the lock with `./pants generate-lockfiles --resolve=other:cpython`, or change `version`."
    )


def test_a_lock_of_dependencies_for_another_interpreter_version(project: Project) -> None:
    package = '[[package]]\nname = "shop"\nversion = "1.0"\nsource = { virtual = "." }\n'
    files = {
        "shop/BUILD": VENV,
        "shop/pyproject.toml": '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "<3.13"\n',
        "shop/uv.lock": f'version = 1\nrevision = 3\nrequires-python = "<3.13"\n\n{package}',
    }
    lock = (project.pants.root / "3rdparty/python/cpython.lock.json").read_text()
    held = python_version(read_debian_lock(lock, "").packages("linux/amd64"))
    assert project.error("shop:venv", files) == (
        "StrataError: shop:venv: shop/uv.lock is a lock for another interpreter version.\n"
        "Found:\n"
        "  locked for Python <3.13\n"
        f"  the interpreter of the venv is Python {held}\n"
        "Fix: give the venv an interpreter of that range, or widen the range in pyproject.toml and run `uv lock` in "
        "shop."
    )


def test_a_debian_lock_that_is_stale(project: Project) -> None:
    files = {
        "stale/BUILD": (
            'debian_packages(name="base", lockfile="debian.lock.json", '
            'packages=["libc6", "libsqlite3-0"], exclude=["perl"])\n'
        ),
        "stale/debian.lock.json": debian_lock([], roots=["libc6", "zlib1g"]),
    }
    assert project.error("stale:base", files) == (
        "StrataError: stale:base: The lock file stale/debian.lock.json was made for other fields or options than those "
        "of today.\n"
        "Found:\n"
        "  exclude: the lock was made without perl\n"
        "  packages: the lock was made without libsqlite3-0\n"
        "  packages: the lock was made with zlib1g\n"
        "Fix: renew it with `./pants generate-lockfiles --resolve=stale:base`."
    )


# ---- indexes --------------------------------------------------------------------------------------------------------


def test_a_hash_that_does_not_match(project: Project) -> None:
    found = project.offer(WheelFile("alpha"))
    assert project.venv_error("other_hash", locked("alpha")) == (
        "StrataError: other_hash:venv: alpha 1.0: the index offers files that fit, but none has a hash that the lock "
        "allows.\n"
        "Found:\n"
        f"  alpha-1.0-py3-none-any.whl sha256:{found}\n"
        f"  the lock allows sha256:{UNKNOWN}\n"
        "Fix: if the release was made anew and you trust it, renew the lock; otherwise find out who changed the file."
    )


def test_requirements_with_only_an_sdist(project: Project) -> None:
    for name in ("beta", "omega"):
        sdist = project.served / f"simple/{name}/{name}-1.0.tar.gz"
        sdist.parent.mkdir(parents=True)
        sdist.write_bytes(b"")
    assert project.venv_error("sdist", locked("beta") + locked("omega")) == (
        "StrataError: sdist:venv: Not every requirement has a wheel for CPython 3.13 on linux/amd64; these have only a "
        "source distribution.\n"
        "Found:\n"
        "  beta 1.0: beta-1.0.tar.gz\n"
        "  omega 1.0: omega-1.0.tar.gz\n"
        'Fix: lock versions that have wheels; or set `allow_sdists=["beta", "omega"]` in a `python_venv`, which builds '
        "wheels without a compiler; or build them with `pip wheel` and put them into an index or a find-links folder."
    )


def test_no_wheel_for_the_platform(project: Project) -> None:
    found = project.offer(WheelFile("gamma", tag="cp313-cp313-win_amd64"))
    assert project.venv_error("platform", locked("gamma", found)) == (
        "StrataError: platform:venv: gamma 1.0: no wheel fits CPython 3.13 on linux/amd64.\n"
        "Found:\n"
        "  gamma-1.0-cp313-cp313-win_amd64.whl\n"
        "Fix: lock a version that has a wheel for this interpreter and platform, or use another `python_interpreter`."
    )


def test_a_release_that_no_index_has(project: Project) -> None:
    assert project.venv_error("absent", locked("delta")) == (
        "StrataError: absent:venv: delta 1.0: no index that this machine is configured with has that release.\n"
        "Fix: name the index that has it in pip's configuration (`pip config list`) or in `[python-repos].indexes`, or "
        "lock another version."
    )


def test_the_index_is_out_of_reach(project: Project) -> None:
    assert project.venv_error("out_of_reach", locked("delta"), index=f"{UNREACHABLE}/simple") == (
        "StrataError: out_of_reach:venv: delta 1.0: not every index could be read, and no other has a wheel that "
        "fits.\n"
        "Found:\n"
        f"  {UNREACHABLE}/simple/delta/: [Errno 111] Connection refused (tried 4 times)\n"
        "Fix: check the network, the proxy and the certificates, and the indexes that `pip config list` or "
        "`[python-repos].indexes` name."
    )


# ---- entry points ---------------------------------------------------------------------------------------------------

APP = {
    "src/app/main.py": "",
    "src/app/BUILD": """\
python_sources()
python_image(name="no_file", entry_point="app.py")
python_image(name="no_module", entry_point="web.main")
python_image(name="no_script", script="gunicorn")
python_image(name="nothing")
""",
}


def test_an_entry_point_file_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_file", APP) == (
        "StrataError: src/app:no_file: The entry point src/app/app.py does not exist.\n"
        "Found:\n"
        "  Python files in src/app: main.py\n"
        "Fix: name a Python file below the directory of the BUILD file, or a module with dots."
    )


def test_an_entry_point_module_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_module", APP) == (
        "StrataError: src/app:no_module: The entry point module web.main is neither in the repository, nor in the "
        "venv, nor in the standard library.\n"
        "Fix: correct `entry_point`; for a first-party module, see that a `python_sources` target owns it and that its "
        "source root is among `./pants roots`; for one of the lock, add its `python_requirement` to `dependencies`."
    )


def test_a_script_that_does_not_exist(project: Project) -> None:
    assert project.error("src/app:no_script", APP) == (
        "StrataError: src/app:no_script: The image's venv has no console script 'gunicorn'.\n"
        "Found:\n"
        "  scripts of the wheels that the image needs: none\n"
        "Fix: name one of these, or add the `python_requirement` of the project that has it to `dependencies`."
    )


def test_an_image_without_an_entry_point(project: Project) -> None:
    assert project.error("src/app:nothing", APP) == (
        "StrataError: src/app:nothing: An image runs exactly one of `entry_point` and `script`.\n"
        "Found:\n"
        "  neither is set\n"
        'Fix: set for instance `entry_point="main.py"`, or `script="uvicorn"`.'
    )


# ---- what an image needs, and its layers ----------------------------------------------------------------------------


def test_a_requirement_that_the_lock_does_not_have(project: Project) -> None:
    build = """\
python_sources()
python_requirement(name="absent", requirements=["absent[extra]>=1"])
python_requirement(name="present", requirements=["present"])
python_venv(name="venv")
python_image(name="image", entry_point="main.py", venv=":venv", dependencies=[":absent", ":present"])
"""
    files = {"src/lacking/BUILD": build, "src/lacking/main.py": "", "src/lacking/requirements.lock": locked("present")}
    assert project.error("src/lacking:image", files) == (
        "StrataError: src/lacking:image: The image needs requirements that the lock of src/lacking:venv does not "
        "have.\n"
        "Found:\n"
        "  absent[extra]>=1, of src/lacking:absent\n"
        "Fix: renew the lock from the requirements, name another `venv`, or take what is not needed out of the "
        "dependencies. `./pants dependencies --transitive src/lacking:image` tells what leads there."
    )


def test_a_script_of_a_project_that_the_image_does_not_need(project: Project) -> None:
    scripts = "[console_scripts]\n{0} = {0}:main\n"
    wheels = [
        WheelFile(name, files={f"{name}.py": ""}, entry_points=scripts.format(script))
        for name, script in (("needed", "known"), ("unneeded", "hidden"))
    ]
    build = """\
python_requirement(name="needed", requirements=["needed"])
python_venv(name="venv")
python_image(name="image", script="hidden", venv=":venv", dependencies=[":needed"])
"""
    lock = "".join(locked(wheel.name, project.offer(wheel)) for wheel in wheels)
    files = {"src/hidden/BUILD": build, "src/hidden/requirements.lock": lock}
    assert project.error("src/hidden:image", files, index=f"{project.url}/simple") == (
        "StrataError: src/hidden:image: The image's venv has no console script 'hidden'.\n"
        "Found:\n"
        "  scripts of the wheels that the image needs: known\n"
        "Fix: name one of these, or add the `python_requirement` of the project that has it to `dependencies`."
    )


@pytest.mark.parametrize("budget", [0, 124])
@pytest.mark.parametrize("where", ["target", "option"])
def test_a_budget_of_layers_that_no_image_can_have(project: Project, budget: int, where: str) -> None:
    folder = f"budget_{where}_{budget}"
    field = f", layer_budget={budget}" if where == "target" else ""
    files = {f"{folder}/BUILD": f'python_venv(name="venv"{field})\n', f"{folder}/requirements.lock": ""}
    options = [f"--strata-layer-budget={budget}"] if where == "option" else []
    try:
        told = project.error(f"{folder}:venv", files, *options)
    finally:
        (project.pants.root / folder / "BUILD").unlink()
    if (where, budget) == ("target", 0):
        # Pants' own check of a field.
        assert told == (
            f"InvalidTargetException: {folder}/BUILD:1: The 'layer_budget' field in target {folder}:venv must be "
            "greater than zero, but was set to `0`."
        )
        return
    assert told == (
        f"StrataError: {folder}:venv: The dependencies of an image cannot have {budget} layers at most.\n"
        "Found:\n"
        "  runtimes take images of up to 127 layers, and some of them are no dependencies\n"
        "Fix: set `layer_budget`, or `[strata].layer_budget` in pants.toml, to a number from 1 to 123."
    )


def test_a_compression_that_nothing_reads(project: Project) -> None:
    files = {"src/lzma/BUILD": 'python_image(name="image", entry_point="main.py", compression="lzma")\n'}
    try:
        told = project.error("src/lzma:image", files)
    finally:
        (project.pants.root / "src/lzma/BUILD").unlink()
    assert told == (
        "InvalidTargetException: src/lzma/BUILD:1: Values for the 'compression' field in target src/lzma:image must be "
        "one of ['gzip', 'zstd'], but 'lzma' was provided."
    )


# ---- cycles and wrong types -----------------------------------------------------------------------------------------

WRONG = {
    "src/wrong/main.py": "",
    "src/wrong/BUILD": """\
python_sources(name="code")
python_image(name="venv_is_itself", entry_point="main.py", venv=":venv_is_itself")
python_image(name="venv_is_python", entry_point="main.py", venv="3rdparty/python:cpython")
python_image(name="base_is_venv", entry_point="main.py", base="3rdparty/python:venv")
python_venv(name="python_is_itself", interpreter=":python_is_itself")
python_venv(name="python_is_code", interpreter=":code")
python_venv(name="installer_is_python", installer="3rdparty/python:cpython")
python_interpreter(name="base_is_itself", base=":base_is_itself")
python_image(name="itself", entry_point="main.py", dependencies=[":itself"])
python_image(name="first", entry_point="main.py", dependencies=[":second"])
python_image(name="second", entry_point="main.py", dependencies=[":first"])
""",
}


@pytest.mark.parametrize(
    "name, field, expected, found",
    [
        ("venv_is_itself", "venv", "python_venv", "src/wrong:venv_is_itself, a `python_image`"),
        ("venv_is_python", "venv", "python_venv", "3rdparty/python:cpython, a `python_interpreter`"),
        ("base_is_venv", "base", "debian_packages", "3rdparty/python:venv, a `python_venv`"),
        ("python_is_itself", "interpreter", "python_interpreter", "src/wrong:python_is_itself, a `python_venv`"),
        ("python_is_code", "interpreter", "python_interpreter", "src/wrong:code, a `python_sources`"),
        ("installer_is_python", "installer", "python_installer", "3rdparty/python:cpython, a `python_interpreter`"),
        ("base_is_itself", "base", "debian_packages", "src/wrong:base_is_itself, a `python_interpreter`"),
    ],
)
def test_a_target_of_the_wrong_type(project: Project, name: str, field: str, expected: str, found: str) -> None:
    """No field can name a target of the type that has the field, so that this is what a cycle of them comes to."""
    assert project.error(f"src/wrong:{name}", WRONG) == (
        f"StrataError: src/wrong:{name}: The `{field}` field needs a `{expected}` target.\n"
        "Found:\n"
        f"  {found}\n"
        f"Fix: name the address of a `{expected}` target."
    )


@pytest.mark.parametrize(
    "name, cycle",
    [
        ("itself", "-> src/wrong:itself\n-> src/wrong:itself"),
        ("first", "-> src/wrong:first\n   src/wrong:second\n-> src/wrong:first"),
    ],
)
def test_a_cycle_of_dependencies(project: Project, name: str, cycle: str) -> None:
    """Pants itself says this of every type of target, and goes on with advice."""
    happened, _, advice = project.error(f"src/wrong:{name}", WRONG).partition("\n\n")
    assert happened == f"CycleException: The dependency graph contained a cycle:\n{cycle}"
    assert advice.startswith("To fix this, ")


# ---- archives that would write where they must not ------------------------------------------------------------------


def debian_lock(packages: Sequence[LockedPackage], roots: Sequence[str]) -> str:
    """A lock for linux/amd64 that excludes nothing."""
    inputs = LockInputs.of(suites=SUITES, components=COMPONENTS, roots=tuple(roots), excluded=())
    return debian_lock_text(DebianLock(inputs, (PlatformPackages("linux/amd64", tuple(packages)),)))


_OUTSIDE = "leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
_PRIVILEGED = "leave the package out: a container gets its user from the image, and programs must not change it."


@pytest.mark.parametrize(
    "name, members, happened, found, fix",
    [
        (
            "absolute_path",
            [Member("/etc/cron.d/evil", b"")],
            "The package tries to write outside its root with '/etc/cron.d/evil'.",
            "an absolute path",
            _OUTSIDE,
        ),
        (
            "parent_path",
            [Member("./usr/../../evil", b"")],
            "The package tries to write outside its root with './usr/../../evil'.",
            "a path with `..`",
            _OUTSIDE,
        ),
        (
            "link_out",
            [directory("./usr"), symlink("./usr/evil", "../../etc")],
            "The package tries to write outside its root with './usr/evil'.",
            "a link to '../../etc', above the root",
            _OUTSIDE,
        ),
        (
            "through_link",
            [symlink("./evil", "/etc"), Member("./evil/shadow", b"")],
            "The package tries to write outside its root with 'evil/shadow'.",
            "it lies below 'evil', a link to '/etc'",
            _OUTSIDE,
        ),
        (
            "hard_link",
            [Member("./evil", kind=tarfile.LNKTYPE, link="/etc/shadow")],
            "The package tries to write outside its root with './evil'.",
            "a hard link to '/etc/shadow', no earlier file of the package",
            _OUTSIDE,
        ),
        (
            "device",
            [Member("./dev/memory", kind=tarfile.CHRTYPE)],
            "The package contains './dev/memory', which is neither a file nor a directory nor a link.",
            "a character device",
            _OUTSIDE,
        ),
        (
            "setuid",
            [Member("./usr/bin/evil", b"", mode=0o4755)],
            "The package contains './usr/bin/evil', which runs with the rights of its owner or group.",
            "mode 4755: setuid or setgid",
            _PRIVILEGED,
        ),
    ],
)
def test_a_debian_package_that_would_write_outside_its_root(
    project: Project, name: str, members: Sequence[Member], happened: str, found: str, fix: str
) -> None:
    path = f"pool/{name}.deb"
    (project.served / "pool").mkdir(exist_ok=True)
    content = write_deb(project.served / path, members, name="evil").read_bytes()
    package = LockedPackage("evil", "1.0", "amd64", path, len(content), sha256(content).hexdigest(), "debian")
    files = {
        f"debs/{name}/BUILD": (
            'debian_packages(name="base", lockfile="debian.lock.json", packages=["evil"], exclude=[])\n'
        ),
        f"debs/{name}/debian.lock.json": debian_lock([package], roots=["evil"]),
    }
    assert project.error(f"debs/{name}:base", files, f"--strata-debian-mirror={project.url}") == (
        f"StrataError: debs/{name}:base: evil: {happened}\nFound:\n  {found}\nFix: {fix}"
    )


@pytest.mark.parametrize(
    "name, path, content, reason",
    [
        ("absolute_path", "/etc/cron.d/evil", b"", "its path leaves the directory or is not in its shortest form"),
        ("parent_path", "../../../bin/python3", b"", "its path leaves the directory or is not in its shortest form"),
        ("link", "shadow", WheelMember(b"/etc/shadow", mode=0o120777), "it is a link"),
    ],
)
def test_a_wheel_that_would_write_outside_the_venv(
    project: Project, name: str, path: str, content: Content, reason: str
) -> None:
    wheel = f"evil_{name}"
    digest = project.offer(WheelFile(wheel, files={path: content}))
    files = {f"wheels/{name}/BUILD": VENV, f"wheels/{name}/requirements.lock": locked(wheel.replace("_", "-"), digest)}
    find_links = f"--python-repos-find-links=['{project.url}/simple/{wheel}/']"
    assert project.error(f"wheels/{name}:venv", files, find_links) == (
        f"StrataError: wheels/{name}:venv: {wheel}-1.0-py3-none-any.whl has a file that must not be installed: "
        f"{path}.\n"
        "Found:\n"
        f"  {reason}\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )
