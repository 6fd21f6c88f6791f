"""An image for linux/amd64 and linux/arm64 that one machine built, and the same steps on the processor of the other.

The other processor is emulated, a process at a time.
"""

from __future__ import annotations

import json
import shutil
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from strata.interpreters.bytecode import compiled_modules
from strata.layouts.validate import validate
from strata.oci.descriptor import INDEX
from strata.protocol import app_layer
from support.oci.container import UnpackedImage, free_port, unpack, wait_for_port
from support.oci.examples import AMD64_ALONE, SITE_PACKAGES, WEB, contents_of, layer_digests
from support.oci.readers import (
    blob,
    blob_path,
    check_image_schemas,
    check_schema,
    config_of,
    described,
    digest_of,
    skopeo_inspect,
)
from support.venvs.difficult import WHEELS
from support.venvs.sandbox import Interpreter
from support.venvs.wheels import WheelFile

# Emulated, an import of all that the web example needs takes ten times as long.
_SECONDS = 300
# Classes, patterns, coroutines, tables; the last one differs from platform to platform.
_MODULES = ("ctypes", "dataclasses.py", "enum.py", "json", "re", "selectors.py", "typing.py", "_sysconfigdata_*.py")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, UnpackedImage]:
    """The unpacked images, by processor."""
    folder = tmp_path_factory.mktemp("images")
    return {name: unpack(WEB, folder / name / "bundle", name) for name in ("amd64", "arm64")}


@pytest.fixture(scope="module")
def interpreters(images: Mapping[str, UnpackedImage]) -> Mapping[str, Interpreter]:
    """The interpreters in the images, by processor: each as a machine with that processor would run steps on it."""
    (version,) = {
        contents["version"]
        for name in images
        for contents in contents_of(WEB, name).values()
        if contents["kind"] == "interpreter"
    }
    return {name: Interpreter(image.rootfs, version, f"linux/{name}") for name, image in images.items()}


# The index


def test_the_index_names_an_image_for_each_platform() -> None:
    index = blob(WEB, digest_of(WEB))
    assert index["mediaType"] == INDEX
    assert [each["platform"] for each in index["manifests"]] == [
        {"os": "linux", "architecture": "amd64"},
        {"os": "linux", "architecture": "arm64", "variant": "v8"},
    ]
    check_schema("image-index-schema.json", index)
    assert validate(WEB) == []


def test_an_image_is_the_same_alone_and_in_an_index() -> None:
    assert digest_of(AMD64_ALONE) == described(WEB, "amd64")["digest"]
    assert config_of(WEB, "arm64")["config"] == config_of(WEB, "amd64")["config"]


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_others_read_the_image_for_each_platform(architecture: str) -> None:
    check_image_schemas(WEB, architecture)
    told = skopeo_inspect(WEB, f"--override-arch={architecture}")
    assert (told["Os"], told["Architecture"], told["Digest"]) == ("linux", architecture, digest_of(WEB))
    assert told["Layers"] == layer_digests(WEB, architecture)


# Blobs of both


def test_layers_without_machine_code_are_the_same_blobs() -> None:
    shared = set(layer_digests(WEB, "amd64")) & set(layer_digests(WEB, "arm64"))
    for architecture in ("amd64", "arm64"):
        for digest, contents in contents_of(WEB, architecture).items():
            with tarfile.open(blob_path(WEB, digest)) as layer:
                native = any(".so" in Path(name).suffixes for name in layer.getnames())
            assert (digest in shared) is not native, contents
    assert {contents_of(WEB)[digest]["kind"] for digest in shared} == {"venv", "dependencies", "app"}


def test_bytecode_is_what_the_other_processors_interpreter_writes(
    images: Mapping[str, UnpackedImage], interpreters: Mapping[str, Interpreter], tmp_path: Path
) -> None:
    root, interpreter = images["arm64"].rootfs, interpreters["arm64"]
    places = {
        f"/usr/lib/python{interpreter.version.rpartition('.')[0]}": _MODULES,
        SITE_PACKAGES: ("click", "starlette", "typing_extensions.py", "uvloop"),
        "/app": ("readings", "web"),
    }
    for number, (place, patterns) in enumerate(places.items()):
        found = [path for pattern in patterns for path in (root / place[1:]).glob(pattern)]
        modules = {module for path in found for module in (path.rglob("*.py") if path.is_dir() else [path])}
        sources = {module.relative_to(root / place[1:]).as_posix(): module for module in modules}
        command, scratch = interpreter.command(tmp_path / f"loader-{number}"), tmp_path / str(number)
        compiled = compiled_modules(sources, command, place, scratch, which="all")
        written = {name: member.read_bytes() for name, member in compiled.items()}
        assert len(written) >= len(patterns)
        for name, code in written.items():
            module = root / place[1:] / name
            (cached,) = (module.parent / "__pycache__").glob(f"{module.stem}.cpython-*.pyc")
            assert cached.read_bytes() == code, module


def test_the_layer_of_an_app_is_the_one_that_the_other_processor_writes(
    images: Mapping[str, UnpackedImage], interpreters: Mapping[str, Interpreter], tmp_path: Path
) -> None:
    """What stands here for a machine of the other kind: its interpreter, in the image, runs the step."""
    kinds = {contents["kind"]: digest for digest, contents in contents_of(WEB, "arm64").items()}
    sources = images["arm64"].rootfs / "app"
    for name, interpreter in interpreters.items():
        sandbox = tmp_path / name
        shutil.copytree(sources, sandbox / "sources", ignore=shutil.ignore_patterns("__pycache__"))
        request = app_layer.Request(Path("sources"), interpreter.in_sandbox(), bytecode=True, compression="gzip")
        assert interpreter.run(request, sandbox).layer.digest == kinds["app"]


def test_layers_of_wheels_are_those_that_the_other_processor_writes(
    images: Mapping[str, UnpackedImage], interpreters: Mapping[str, Interpreter], tmp_path: Path
) -> None:
    site = images["arm64"].rootfs / SITE_PACKAGES[1:]
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in (site / "starlette").rglob("*.py")}
    wheels = [*WHEELS, WheelFile("real", files=files)]
    found = {}
    for name, interpreter in interpreters.items():
        folder = tmp_path / name / "wheels"
        folder.mkdir(parents=True)
        for wheel in wheels:
            wheel.write(folder)
        # Without bytecode, whose test is another: the emulator may hang when a program with threads starts another.
        found[name] = interpreter.layer(wheels, tmp_path / name, bytecode=False).layer
    assert found["arm64"] == found["amd64"]


# The app


def test_the_web_app_answers_on_the_other_processor(images: Mapping[str, UnpackedImage]) -> None:
    port = free_port()
    arm64 = images["arm64"]
    with arm64.start(env={"HOST": "127.0.0.1", "PORT": str(port)}, network=True) as container:
        wait_for_port(port, container, _SECONDS)
        answer = _answer(f"http://127.0.0.1:{port}/stations/Oslo")
        assert [each["celsius"] for each in json.loads(answer)] == [-8.4, -5.1, 13.9, 21.7]


def _answer(url: str) -> bytes:
    """What the app answers. Another test may have had the port for a moment, and then the app is not there yet."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
