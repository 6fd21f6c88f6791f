"""What an app imports without declaring it, and what wheels need without bringing it: found, or told by the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from support.nested_pants import NestedPants, nested_pants
from support.oci.container import unpack
from support.oci.readers import require_root
from support.programs import require
from support.projects import SETTINGS
from support.standalone.elf import elf
from support.venvs.wheels import Member, WheelFile

METADATA = "Metadata-Version: 2.1\nName: camera-headless\nVersion: 1.0\n"
WHEELS = (
    WheelFile("declared", files={"declared.py": ""}),
    WheelFile(
        "camera_headless",
        files={
            "cv/__init__.py": "from needed import NAME\n",
            "camera_headless-1.0.dist-info/METADATA": f"{METADATA}Requires-Dist: needed\n",
        },
    ),
    WheelFile("needed", files={"needed.py": "NAME = 'cv'\n"}),
    WheelFile("first", files={"twice.py": ""}),
    WheelFile("second", files={"twice.py": ""}),
    # The base has libc and libstdc++, the interpreter OpenSSL, the next wheel a library under this name.
    WheelFile(
        "driver",
        files={
            "driver/__init__.py": "",
            "driver/node": Member(
                elf(needed=["libatomic.so.1", "libc.so.6", "libown.so.2", "libssl.so.3", "libstdc++.so.6"])
            ),
        },
        tag="py3-none-manylinux2014_x86_64",
        pure=False,
    ),
    WheelFile(
        "own",
        files={"own/__init__.py": "", "own.libs/libown-1.so": Member(elf(loader="", name="libown.so.2"))},
        tag="py3-none-manylinux2014_x86_64",
        pure=False,
    ),
)
FILES = {
    "3rdparty/python/BUILD": """\
python_interpreter(name="cpython", lockfile="cpython.lock.json")
python_installer(name="installer", tool="uv")
python_venv(name="venv", installer=":installer")
python_requirement(name="declared", requirements=["declared"])
""",
    "src/app/BUILD": """\
python_sources()
[python_image(name=name, entry_point=f"{name}.py") for name in ("owned", "ambiguous", "absent", "optional")]
python_image(name="native", entry_point="native.py", missing_libraries="error")
""",
    # With a variable that no earlier run of this test has cached.
    "src/tested/BUILD": (
        f'python_image_test(name="test", image="src/app:owned", expected_output=["^cv$"], env={{"RUN": "{uuid4()}"}})\n'
    ),
    "src/app/owned.py": "import declared\nfrom cv import NAME\n\nprint(NAME)\n",
    "src/app/ambiguous.py": "import declared\nimport twice\n",
    "src/app/absent.py": "import declared\nimport nowhere.to_be.found\n",
    "src/app/native.py": "import declared\nimport driver\nimport own\n",
    "src/app/optional.py": """\
import declared
try:
    import nowhere
except ImportError:
    nowhere = None


def later():
    import twice
    import elsewhere


print(nowhere)
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NestedPants]:
    folder = tmp_path_factory.mktemp("wheels")
    lines = []
    for wheel in WHEELS:
        path = wheel.write(folder)
        lines.append(f"{wheel.project}==1.0 --hash=sha256:{sha256(path.read_bytes()).hexdigest()}\n")
    files = {**FILES, "3rdparty/python/requirements.lock": "".join(lines)}
    with nested_pants(files, SETTINGS) as pants:
        yield pants.with_environment(PIP_FIND_LINKS=str(folder))


def error(project: NestedPants, name: str) -> str:
    text = project.package(f"src/app:{name}").error
    return text[text.index("StrataError: ") :].rstrip("\n")


def test_an_import_that_one_locked_wheel_provides(project: NestedPants, tmp_path: Path) -> None:
    project.package("src/app:owned", "src/app:optional").succeeded()
    image = unpack(project.root / "dist/src.app/owned", tmp_path / "owned")
    assert image.run().output == "cv\n"
    image = unpack(project.root / "dist/src.app/optional", tmp_path / "optional")
    assert image.run().output == "None\n"


def test_a_test_of_that_image_is_run_once(project: NestedPants) -> None:
    require_root()
    require("runc", "runc")
    # Without the daemon, nothing but the store on the disk remembers the first run.
    first, second = (project.run("--no-pantsd", "test", "src/tested:test").succeeded().stderr for _ in range(2))
    assert re.search(r"✓ src/tested:test succeeded in [\d.]+s\.$", first, re.M), first
    assert re.search(r"✓ src/tested:test succeeded in [\d.]+s \(cached locally\)\.$", second, re.M), second


def test_an_import_that_several_locked_wheels_provide(project: NestedPants) -> None:
    assert error(project, "ambiguous") == (
        "StrataError: src/app:ambiguous: The app imports twice, and several locked wheels provide it, so that none was "
        "chosen.\n"
        "Found:\n"
        "  imported in app/ambiguous.py:2\n"
        "  provided by first 1.0\n"
        "  provided by second 1.0\n"
        "Fix: say which one it is, in the BUILD file of your requirements, for instance "
        '`python_requirement(name="first", requirements=["first"], modules=["twice"])`.'
    )


def test_an_import_that_nothing_provides(project: NestedPants) -> None:
    assert error(project, "absent") == (
        "StrataError: src/app:absent: The app imports modules that are neither in the repository, nor in any locked "
        "wheel, nor in the standard library.\n"
        "Found:\n"
        "  nowhere.to_be.found, in app/absent.py:2\n"
        "Fix: lock the project that provides each; for first-party code, see that a `python_sources` target owns it "
        "and `./pants roots` lists its source root; write `# pants: no-infer-dep` behind an import that the image "
        "can do without."
    )


def test_a_shared_library_that_nothing_in_the_image_has(project: NestedPants) -> None:
    assert error(project, "native") == (
        "StrataError: src/app:native: Wheels for linux/amd64 need shared libraries that the image does not have: "
        "whatever loads them will fail.\n"
        "Found:\n"
        "  driver 1.0: driver/node needs libatomic.so.1, in the Debian package libatomic1\n"
        "Fix: add libatomic1 to `packages` of 3rdparty/debian:base and run `./pants generate-lockfiles "
        '--resolve=3rdparty/debian:base`; if the app never loads these files, set `missing_libraries="ignore"` on the '
        "image."
    )
