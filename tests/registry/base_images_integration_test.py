"""Images upon bases of a registry, built by real Pants, pushed to Debian's docker-registry and run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.audit.layout import audit_layout
from strata.layouts.finding import Rule
from strata.layouts.layout import Layout
from strata.layouts.validate import validate
from strata.oci.descriptor import blob_path
from strata.oci.layer import CONTENTS_ANNOTATION, File, Layer
from strata.oci.platform import Platform
from support.nested_pants import NestedPants, nested_pants
from support.oci.bases import file_in_layer, layer_of_artifact, lock_elsewhere, new_layer, push_base
from support.oci.bills import cyclonedx, packages, packages_by_syft, packages_in_layers
from support.oci.container import unpack
from support.oci.images import AMD64
from support.oci.readers import manifest_of, run
from support.programs import require
from support.servers.faulty_proxy import FaultyProxy, faulty_proxy
from support.servers.registries import docker_registry
from support.standalone.elf import elf
from support.venvs.wheels import Member, WheelFile

_LOCK = "src/app/company.oci.json"
_ARM64 = Platform("linux", "arm64")
_BOTH = (AMD64, _ARM64)
_REFERENCE = "--strata-base-layers=reference"
# So much of the base as no package planning may fetch.
_LARGE = 8 << 20

_BUILD = """\
python_sources()

python_image(
    name="image",
    entry_point="main.py",
    base=":company",
    venv=":driver",
    labels={{"team": "app"}},
    exposed_ports=["8000"],
    repository="team/app",
)

python_image(
    name="both",
    entry_point="main.py",
    base=":company-of-both",
    platforms=["linux/amd64", "linux/arm64"],
    repository="team/both",
)

python_image(name="plain", entry_point="main.py")

python_image(name="on-its-python", entry_point="main.py", base=":python", interpreter="base")

python_image(name="on-refused", entry_point="main.py", base=":refused")

python_venv(name="driver", lockfile="driver.lock")

python_image(name="without-python", entry_point="main.py", base=":company", interpreter="base")

oci_base(name="company", image="{address}/company/base:1", lockfile="company.oci.json")

oci_base(name="company-of-both", image="{address}/company/base:1", lockfile="both.oci.json")

oci_base(name="python", image="{address}/company/python@{python}", allow_installers=True)

oci_base(name="refused", image="{address}/company/python@{python}")
"""
_TOOLS = File(
    "usr/local/lib/python3.13/site-packages/company_tools-1.0.dist-info/METADATA",
    b"Metadata-Version: 2.1\nName: Company.Tools\nVersion: 1.0\n",
)
# The base's lowest layer has libc, the one above it libcompany.
_DRIVER = WheelFile(
    "driver",
    files={"driver/node": Member(elf(needed=["libatomic.so.1", "libc.so.6", "libcompany.so.1"]))},
    tag="py3-none-manylinux2014_x86_64",
    pure=False,
)
_MAIN = """\
import hashlib
import json
import os
import sys

found = {
    "env": dict(os.environ),
    "ids": [os.getuid(), os.getgid()],
    "python": os.path.realpath(sys.executable),
    "cwd": os.getcwd(),
    "company": open("/etc/company").read(),
}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Company:
    """A project, and the registry that it reaches through a proxy.

    :param layers: the base's, for each platform.
    :param cpython: the digest of the interpreter's layer upon this repository's own base, for each platform.
    :param python: the digest of the base with Python.
    :param lock: the text of the lock of the base without, as another machine has made it.
    """

    pants: NestedPants
    proxy: FaultyProxy
    layers: Mapping[Platform, Sequence[Layer]]
    cpython: Mapping[Platform, str]
    python: str
    lock: str

    def package(self, name: str, *options: str) -> Path:
        """The layout of an image, after it was built."""
        self.pants.package(f"src/app:{name}", *options).succeeded()
        return self.pants.root / "dist/src.app" / name

    def error(self, name: str) -> str:
        """What a user reads, without the engine's own lines."""
        return self.pants.package(f"src/app:{name}").error.partition("StrataError: ")[2].rstrip()


def _noise() -> bytes:
    """Bytes that no compression makes smaller."""
    return b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(_LARGE // 32))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("registry")
    root, blobs = folder / "bases", folder / "bases/blobs/sha256"
    with ExitStack() as stack:
        proxy = stack.enter_context(faulty_proxy(stack.enter_context(docker_registry(folder))))
        settings = f'\n[strata.registries.it]\naddress = "{proxy.address}"\ndefault = true\n'
        pants = stack.enter_context(nested_pants({}, settings))
        pants.make_interpreter(f"--strata-platforms={list(map(str, _BOTH))}")
        made = pants.root / "dist"
        debian, on_arm64 = (
            layer_of_artifact(made / "3rdparty.debian/base", blobs, each.architecture) for each in _BOTH
        )
        cpython = layer_of_artifact(made / "3rdparty.python/cpython", blobs)
        library = File("usr/local/lib/libcompany.so.1", elf(loader=""))
        own = new_layer(blobs, File("etc/company", b"example"), File("company/data/large", _noise()), library, _TOOLS)
        tagged = f"{proxy.address}/company/base:1"
        layers = {AMD64: [debian, own], _ARM64: [on_arm64, own]}
        base = push_base(root, tagged, layers)
        lock, of_both = lock_elsewhere(root, tagged, base), lock_elsewhere(root, tagged, base, _BOTH)
        local = new_layer(
            blobs,
            File("usr/local/bin/python3.13", file_in_layer(cpython, blobs, "usr/bin/python3.13"), 0o755),
            File("usr/local/include/python3.13/patchlevel.h", b'#define PY_VERSION "3.13.99"\n'),
        )
        python = push_base(root, f"{proxy.address}/company/python:2", {AMD64: [debian, cpython, own, local]})
        pants.write({"src/app/BUILD": _BUILD.format(address=proxy.address, python=python), "src/app/main.py": _MAIN})
        driver = _DRIVER.write(folder)
        locked = f"driver==1.0 --hash=sha256:{hashlib.sha256(driver.read_bytes()).hexdigest()}\n"
        pants.write({"src/app/both.oci.json": of_both, "src/app/driver.lock": locked})
        interpreters = {
            each: str(manifest_of(made / "3rdparty.python/cpython", each.architecture)["layers"][0]["digest"])
            for each in _BOTH
        }
        yield Company(pants.with_environment(PIP_FIND_LINKS=str(folder)), proxy, layers, interpreters, python, lock)


def test_a_tag_needs_its_lock(company: Company) -> None:
    assert company.error("image") == (
        "src/app:company: The lock file src/app/company.oci.json does not exist.\n"
        "Fix: make it with `./pants generate-lockfiles --resolve=src/app:company`."
    )


def test_of_a_large_base_only_documents_are_fetched(company: Company) -> None:
    company.pants.write({_LOCK: company.lock})
    company.proxy.answered = 0
    built = company.pants.package("src/app:image", _REFERENCE).succeeded()
    assert 0 < company.proxy.answered <= 64 << 10
    layout = company.pants.root / "dist/src.app/image"
    manifest = manifest_of(layout)
    blobs = [(layout / blob_path(each["digest"])).is_file() for each in manifest["layers"]]
    assert blobs == [False, False, *[True] * (len(blobs) - 2)]
    # The base has the same packages as this repository's own, so the interpreter has the same layer upon it.
    assert manifest["layers"][2]["digest"] == company.cpython[AMD64]
    # The lock tells which shared libraries the base has.
    assert [each for each in built.warnings if "src/app:image" in each] == [
        "src/app:image: Wheels for linux/amd64 need shared libraries that no layer of the base "
        f"{company.proxy.address}/company/base:1@{json.loads(company.lock)['digest']} has, nor any other of the image: "
        "whatever loads them will fail.\n"
        "Found:\n"
        "  driver 1.0: driver/node needs libatomic.so.1, in the Debian package libatomic1\n"
        "Fix: have the base built with libatomic1, name it in `image` of src/app:company and run `./pants "
        "generate-lockfiles --resolve=src/app:company`; if the app never loads these files, set "
        '`missing_libraries="ignore"` on the image.'
    ]


def test_publishing_mounts_the_base(company: Company) -> None:
    company.proxy.answered = 0
    done = company.pants.run("publish", "src/app:image").succeeded()
    (said,) = [json.loads(each) for each in done.stdout.splitlines() if each.startswith("{")]
    manifest = manifest_of(company.pants.root / "dist/src.app/image")
    own = [manifest["config"], *manifest["layers"][2:]]
    assert (said["mounted"], said["bytes"]) == (2, sum(each["size"] for each in own))
    assert company.proxy.answered <= 64 << 10
    place = f"docker://{company.proxy.address}/team/app:latest"
    told = json.loads(run(require("skopeo", "skopeo"), "inspect", "--tls-verify=false", "--config", place))
    assert told["config"].pop("Entrypoint")[0] == "/opt/venv/bin/python"
    assert told["config"] == {
        "Env": ["COMPANY=example", "LANG=C.UTF-8", "PATH=/opt/venv/bin:/company/bin:/usr/bin:/bin"],
        "ExposedPorts": {"8000": {}, "9000/tcp": {}},
        "Labels": {"team": "app", "vendor": "example"},
        "StopSignal": "SIGQUIT",
        "User": "1000:1000",
        "Volumes": {"/company/data": {}},
        "WorkingDir": "/app",
    }


def test_images_upon_an_index_for_two_platforms(company: Company) -> None:
    company.proxy.answered = 0
    company.pants.run("publish", "src/app:both").succeeded()
    # No layout was written, so no layer of the base was fetched.
    assert company.proxy.answered <= 64 << 10
    assert not (company.pants.root / "dist/src.app/both").exists()
    place = f"docker://{company.proxy.address}/team/both:latest"
    for platform, layers in company.layers.items():
        choice = f"--override-arch={platform.architecture}"
        told = json.loads(run(require("skopeo", "skopeo"), choice, "inspect", "--tls-verify=false", place))
        expected = [*(each.descriptor.digest for each in layers), company.cpython[platform]]
        assert (told["Architecture"], told["Layers"][:3]) == (platform.architecture, expected)
        assert "COMPANY=example" in told["Env"]


def test_the_lock_is_the_same_from_here(company: Company) -> None:
    company.pants.run("generate-lockfiles", "--resolve=src/app:company").succeeded()
    assert (company.pants.root / _LOCK).read_text() == company.lock


def test_image_on_a_base_runs(company: Company, tmp_path: Path) -> None:
    layout = company.package("image")
    assert [str(each) for each in validate(layout) if each.rule is Rule.OCI] == []
    found = unpack(layout, tmp_path / "bundle").run().json
    assert found["ids"] == [1000, 1000]
    assert (found["python"], found["cwd"], found["company"]) == ("/usr/bin/python3.13", "/app", "example")
    assert found["env"]["COMPANY"] == "example"


def test_the_bill_of_materials_lists_the_base(company: Company) -> None:
    layout = company.package("image")
    assert packages(layout) == packages_in_layers(layout)
    assert ("pypi", "company-tools", "1.0") in packages(layout)
    components = {each["name"]: each for each in cyclonedx(layout)["components"]}
    # The packages of the base are not those of a layer of ours, and yet scanners can look them up.
    assert components["libc6"]["purl"].endswith("?arch=amd64&distro=debian-13&upstream=glibc")
    assert "properties" not in components["libc6"]


def test_syft_finds_the_same_upon_a_base(company: Company) -> None:
    layout = company.package("image")
    assert packages_by_syft(layout) == packages(layout)


def test_image_runs_on_the_python_of_its_base(company: Company, tmp_path: Path) -> None:
    layout = company.package("on-its-python")
    described = [json.loads(each["annotations"][CONTENTS_ANNOTATION]) for each in manifest_of(layout)["layers"]]
    assert [each["kind"] for each in described] == ["base"] * 4 + ["venv", "app"]
    found = unpack(layout, tmp_path / "bundle").run().json
    assert (found["python"], found["company"]) == ("/usr/local/bin/python3.13", "example")
    (audit,) = audit_layout(Layout.open(layout))
    assert (audit.sound, set(audit.requests.values())) == (True, {"allow_installers=True"})


def test_base_with_installers(company: Company) -> None:
    name = f"{company.proxy.address}/company/python@{company.python}"
    message = company.error("on-refused").splitlines()
    assert message[:2] == [
        f"src/app:refused: The base {name} holds installers of Python packages.",
        "Found:",
    ]
    assert f"  in the layer {company.cpython[AMD64]}: ensurepip, a package: /usr/lib/python3.13/ensurepip" in message
    assert message[-1] == (
        "Fix: name a base without them (what a later layer removes is still in the image), or allow them with "
        "`allow_installers=True`."
    )


def test_base_without_python(company: Company) -> None:
    digest = json.loads(company.lock)["digest"]
    assert company.error("without-python") == (
        f"src/app:without-python: The base {company.proxy.address}/company/base:1@{digest} has no Python, and the "
        "image is to run on the base's.\n"
        'Fix: name a base with CPython 3.13, or leave out `interpreter="base"`.'
    )
