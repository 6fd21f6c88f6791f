"""A project that real Pants builds, and again after an edit; and what each field of an image does."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.layouts.listing import list_layer
from strata.layouts.validate import validate
from support.nested_pants import NestedPants, Ran, nested_pants
from support.oci import goldens
from support.oci.container import PYTHON, unpack
from support.oci.examples import SITE_PACKAGES, STANDARD_LIBRARY, layer_digests, layers_of, layers_of_kind, wheels_of
from support.oci.readers import blob_path, check_image_schemas, config_of, manifest_of
from support.projects import SETTINGS, offer_wheels, write_project

IMAGES = ["full", "image", "script", "with-pip"]
EDITED = "src/words/greeting.py"


@dataclass(frozen=True)
class Builds:
    """`first` and `edited` are copies of what `package` wrote.

    :param edit: Pants' own counters of the build after the edit, :param steps: what its log says that it began.
    """

    first: Path
    edit: Mapping[str, int]
    steps: list[str]
    edited: Path

    def image(self, name: str) -> Path:
        return self.first / "src.app" / name


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wheels")


@pytest.fixture(scope="module")
def locks(wheels: Path) -> Mapping[str, str]:
    (pip,) = Path("3rdparty.python/pip").glob("pip-*.whl")
    return offer_wheels(wheels, pip)


@pytest.fixture(scope="module")
def builds(wheels: Path, locks: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """Two runs of Pants, without a daemon that could remember: the second after an edit of one line."""
    kept = tmp_path_factory.mktemp("builds")
    with nested_pants({}, SETTINGS) as pants:
        write_project(pants, locks)
        package(pants, wheels)
        shutil.copytree(pants.root / "dist", kept / "first")
        text = (pants.root / EDITED).read_text()
        # The machine's store may hold what an earlier run of this test made.
        pants.write({EDITED: text.replace("morning", f"evening {uuid.uuid4()}")})
        edit = package(pants, wheels)
        shutil.copytree(pants.root / "dist", kept / "edited")
    started = re.findall(r"\[(?:INFO|DEBUG)\] Starting: (.*)", edit.stderr)
    # The rest are Pants' own.
    steps = [each for each in started if f"Scheduling: {each}" in started]
    return Builds(kept / "first", counters(edit), steps, kept / "edited")


def package(pants: NestedPants, wheels: Path) -> Ran:
    """`package` of all targets, with no other index than the folder of wheels."""
    index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return pants.run("--no-pantsd", "--stats-log", "--level=debug", "package", "::", **index).succeeded()


def counters(ran: Ran) -> Mapping[str, int]:
    _, _, text = ran.stderr.rpartition("Counters:\n")
    return {name: int(count) for name, count in re.findall(r"^  (\w+): (\d+)$", text, re.M)}


# Building again


def test_an_edit_of_a_line_executes_one_process(builds: Builds) -> None:
    """The layer of the app, which three images share. All else comes from the store."""
    assert builds.edit["local_execution_requests"] == 1
    assert builds.edit["local_cache_requests_cached"] == builds.edit["local_cache_requests"] - 1 > 0
    (step,) = builds.steps
    assert re.fullmatch(r"Write the app layer of src/app:(full|image|with-pip), 4 files", step)


@pytest.mark.parametrize("name", IMAGES)
def test_an_edit_of_a_line_changes_the_layer_of_the_app_alone(builds: Builds, name: str) -> None:
    before, after = layer_digests(builds.image(name)), layer_digests(builds.edited / "src.app" / name)
    assert after[:-1] == before[:-1]
    assert (after[-1] != before[-1]) == (name != "script")


# Fields


@pytest.mark.parametrize("name", IMAGES)
def test_the_layout_is_right(builds: Builds, name: str) -> None:
    assert validate(builds.image(name)) == []
    check_image_schemas(builds.image(name))


def test_each_field_is_in_the_config(builds: Builds) -> None:
    assert config_of(builds.image("full"))["config"] == {
        "Cmd": ["one", "two words"],
        "Entrypoint": [PYTHON, "-P", "-c", "import sys; from app.main import run; sys.exit(run())"],
        "Env": ["GREETING=grüß Gott", "LANG=C", "PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"],
        "ExposedPorts": {"53/udp": {}, "8000": {}},
        "Healthcheck": {"Test": ["CMD", "probe"], "Interval": 30 * 10**9, "Retries": 2},
        "Labels": {"team": "web"},
        "StopSignal": "SIGINT",
        "User": "1234:5678",
        "WorkingDir": "/tmp",
    }
    annotations = manifest_of(builds.image("full"))["annotations"]
    assert annotations["org.opencontainers.image.source"] == "https://code.example/app"


def test_each_field_is_in_effect(builds: Builds, tmp_path: Path) -> None:
    image = unpack(builds.image("full"), tmp_path / "bundle")
    seen = image.run().json
    assert seen["argv"] == ["one", "two words"]
    assert seen["cwd"] == "/tmp"
    assert seen["env"]["GREETING"] == "grüß Gott"
    assert seen["ids"] == [1234, 5678]
    assert image.spec["annotations"]["org.opencontainers.image.stopSignal"] == "SIGINT"
    assert image.python("print(open('/etc/probe/level/name').read())").output == "debug\n\n"


def test_placed_files_have_a_layer_of_their_own(builds: Builds) -> None:
    layers = layers_of(builds.image("full"))
    assert [line.split()[:2] + line.split()[-1:] for line in list_layer(layers[-2])] == [
        ["drwxr-xr-x", "0:0", "etc"],
        ["dr-xr-x---", "1234:5678", "etc/probe"],
        ["dr-xr-x---", "1234:5678", "etc/probe/level"],
        ["-r--r-----", "1234:5678", "etc/probe/level/name"],
    ]
    image = layer_digests(builds.image("image"))
    assert [digest for digest in layer_digests(builds.image("full")) if digest not in image] == [
        f"sha256:{layers[-2].name}"
    ]


@pytest.mark.parametrize("name", ["image", "script"])
def test_the_app_comes_last_however_it_starts(builds: Builds, name: str, tmp_path: Path) -> None:
    seen = unpack(builds.image(name), tmp_path / "bundle").run().json
    assert seen["path"] == [*STANDARD_LIBRARY, SITE_PACKAGES, "/app"]
    assert seen["main"] == {"image": "/app/app/main.py", "script": "/opt/venv/bin/probe"}[name]
    assert "PYTHONPATH" not in seen["env"]


def test_pip_in_the_lock_is_the_apps_own(builds: Builds, tmp_path: Path) -> None:
    image = unpack(builds.image("with-pip"), tmp_path / "bundle")
    (locked,) = (path.name.split("-")[1] for path in Path("3rdparty.python/pip").glob("pip-*.whl"))
    says = f"pip {locked} from {SITE_PACKAGES}/pip (python 3.13)\n"
    assert image.run("pip", "--version").output == says
    assert image.run(PYTHON, "-m", "pip", "--version").output == says
    listed = image.run("pip", "list", "--format=freeze", "--disable-pip-version-check").output.split()
    assert listed == ["more.words==1.0", f"pip=={locked}", "Plain_Words==2.1", "probe==1.0"]


# What the layers hold


def test_listing_of_the_venv(builds: Builds) -> None:
    venv = builds.first / "3rdparty.python/venv"
    (digest,) = layers_of_kind(venv, "venv")
    goldens.check("venv", goldens.summary(list_layer(blob_path(venv, digest))))


@pytest.mark.parametrize("names", [["more-words"], ["plain-words", "probe"]], ids="-".join)
def test_listing_of_the_dependencies(builds: Builds, names: list[str]) -> None:
    """Small wheels share a layer, or do not, by their names alone."""
    venv = builds.first / "3rdparty.python/venv"
    (digest,) = (digest for digest, found in wheels_of(venv).items() if sorted(found) == names)
    goldens.check(f"dependencies-{'-'.join(names)}", goldens.summary(list_layer(blob_path(venv, digest))))


def test_listing_of_the_app(builds: Builds) -> None:
    goldens.check("app", goldens.summary(list_layer(layers_of(builds.image("image"))[-1])))
