"""The images and artifacts of this repository's examples: read by others, executed, and listed."""

from __future__ import annotations

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from strata.layouts.listing import list_layer
from strata.layouts.validate import validate
from support.oci import goldens
from support.oci.container import PYTHON, free_port, unpack, wait_for_port
from support.oci.examples import (
    ARTIFACTS,
    BASE,
    IMAGES,
    INTERPRETER,
    REPORT,
    VENV,
    WEB,
    contents_of,
    installed_packages,
    layer_digests,
    layer_of,
    locked_packages,
)
from support.oci.readers import (
    blob_path,
    check_artifact_schemas,
    check_image_schemas,
    config_of,
    digest_of,
    manifest_of,
    podman_pull,
    skopeo_copy,
    skopeo_inspect,
)

# Bytes of a layer that a few of the smallest wheels have.
_SMALL = 1 << 16

# Layouts


@pytest.mark.parametrize("layout", [*ARTIFACTS, *IMAGES], ids=str)
def test_validation_finds_nothing(layout: Path) -> None:
    assert validate(layout) == []


@pytest.mark.parametrize("layout", IMAGES, ids=str)
def test_images_match_the_schemas(layout: Path) -> None:
    check_image_schemas(layout)


@pytest.mark.parametrize("layout", ARTIFACTS, ids=str)
def test_artifacts_match_the_schemas(layout: Path) -> None:
    check_artifact_schemas(layout)


@pytest.mark.parametrize("layout", IMAGES, ids=str)
def test_skopeo_reads_the_image(layout: Path) -> None:
    told = skopeo_inspect(layout)
    assert told["Digest"] == digest_of(layout)
    assert told["Layers"] == [layer["digest"] for layer in manifest_of(layout)["layers"]]
    assert (told["Os"], told["Architecture"]) == ("linux", "amd64")


@pytest.mark.parametrize("layout", ARTIFACTS, ids=str)
def test_skopeo_copies_an_artifact_without_a_change(layout: Path, tmp_path: Path) -> None:
    skopeo_copy(layout, tmp_path / "copy")
    assert digest_of(tmp_path / "copy") == digest_of(layout)


def test_podman_pulls_the_image(tmp_path: Path) -> None:
    with podman_pull(WEB, tmp_path) as (told, mounted):
        assert told["Digest"] == digest_of(WEB)
        assert told["Config"]["ExposedPorts"] == {"8000": {}}
        assert (mounted / "app/web/main.py").is_file()


def test_an_image_is_layers_of_its_artifacts_and_one_of_its_own() -> None:
    artifacts = [digest for layout in ARTIFACTS for digest in layer_digests(layout)]
    for image in IMAGES:
        kinds = [contents["kind"] for contents in contents_of(image).values()]
        count = len(kinds) - 4
        assert kinds == ["os-packages", "interpreter", "venv", *["dependencies"] * count, "app"]
        assert 1 < count < len(layer_digests(VENV)) - 1
        # Of the venv those with the wheels that the app needs, in the venv's order (needed_wheels_test.py). Where small
        # wheels share a layer and the app needs some of them, it has a layer of these.
        assert layer_digests(image)[:3] == artifacts[:3]
        *below, app = layer_digests(image)
        assert [digest for digest in below if digest in artifacts] == [
            digest for digest in artifacts if digest in below
        ]
        own = [digest for digest in below if digest not in artifacts]
        assert all(blob_path(image, digest).stat().st_size < _SMALL for digest in own)
        assert app not in artifacts
    assert layer_digests(REPORT)[-1] != layer_digests(WEB)[-1]


def test_the_config_says_how_the_app_starts() -> None:
    assert config_of(WEB)["config"] == {
        "Entrypoint": [PYTHON, "-P", "-m", "web.main"],
        "Env": ["LANG=C.UTF-8", "PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"],
        "ExposedPorts": {"8000": {}},
        "User": "65532",
        "WorkingDir": "/app",
    }


# The apps


def test_the_web_app_answers_as_nonroot_on_a_read_only_root(tmp_path: Path) -> None:
    web = unpack(WEB, tmp_path / "bundle")
    port = free_port()
    with web.start(env={"HOST": "127.0.0.1", "PORT": str(port)}, network=True) as container:
        wait_for_port(port, container)
        assert container.status()["Uid"].split() == ["65532"] * 4
        assert container.status()["Gid"].split() == ["65532"] * 4
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/stations/Oslo", timeout=10) as answer:
            assert json.load(answer) == [
                {"time": "2024-01-15T07:00:00+01:00", "celsius": -8.4},
                {"time": "2024-01-15T13:00:00+01:00", "celsius": -5.1},
                {"time": "2024-07-15T08:00:00+02:00", "celsius": 13.9},
                {"time": "2024-07-15T14:00:00+02:00", "celsius": 21.7},
            ]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/stations/Atlantis", timeout=10)
        container.send(signal.SIGTERM)
        ended = container.wait()
    assert ended.code == 0
    assert "Application shutdown complete." in ended.stderr


def test_the_data_job_computes(tmp_path: Path) -> None:
    assert unpack(REPORT, tmp_path / "bundle").run().json == {
        "Lisbon": {"highest": 28.6, "lowest": 9.2, "morning_to_noon": 7.95},
        "Nairobi": {"highest": 25.2, "lowest": 12.1, "morning_to_noon": 9.7},
        "Oslo": {"highest": 21.7, "lowest": -8.4, "morning_to_noon": 5.55},
    }


# What the layers hold


def test_scanners_find_the_debian_packages() -> None:
    locked = locked_packages("3rdparty/debian/base.lock.json")
    assert set(installed_packages(layer_of(BASE))) == set(locked)
    both = {**locked_packages("3rdparty/python/cpython.lock.json"), **locked}
    found = {**installed_packages(layer_of(BASE)), **installed_packages(layer_of(INTERPRETER))}
    assert set(found) == set(both)


def test_listing_of_the_base() -> None:
    exact = installed_packages(layer_of(BASE)) == locked_packages("3rdparty/debian/base.lock.json")
    crowded = ("usr/lib/x86_64-linux-gnu/gconv", "usr/share/ca-certificates", "usr/share/zoneinfo")
    goldens.check("base", goldens.summary(list_layer(layer_of(BASE)), *crowded), exact=exact)


def test_listing_of_the_interpreter() -> None:
    installed = installed_packages(layer_of(INTERPRETER))
    exact = installed.items() <= locked_packages("3rdparty/python/cpython.lock.json").items()
    goldens.check("interpreter", goldens.summary(list_layer(layer_of(INTERPRETER)), "usr/lib/python3.13"), exact=exact)
