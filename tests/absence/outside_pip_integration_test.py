"""What pip says of the venv of each example: pip itself, brought in from outside, as a person would who debugs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from support.oci.container import PYTHON, UnpackedImage, unpack
from support.oci.examples import REPORT, SCRIPT, SITE_PACKAGES, WEB, pinned, wheels_of


@pytest.fixture(scope="module", params=[WEB, REPORT, SCRIPT], ids=lambda layout: "-".join(layout.parts))
def layout(request: Any) -> Path:
    return Path(request.param)


@pytest.fixture(scope="module")
def image(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> UnpackedImage:
    """The unpacked image, with the wheel of pip in `/tmp`: pip runs out of it."""
    unpacked = unpack(layout, tmp_path_factory.mktemp("image") / "bundle")
    (wheel,) = Path("3rdparty.python/pip").glob("pip-*.whl")
    shutil.copy(wheel, unpacked.rootfs / "tmp")
    return unpacked


def pip(image: UnpackedImage) -> tuple[str, ...]:
    (wheel,) = (image.rootfs / "tmp").glob("pip-*.whl")
    return PYTHON, "-P", f"/tmp/{wheel.name}/pip", "--disable-pip-version-check", "--no-cache-dir"


def test_no_requirement_is_broken(image: UnpackedImage) -> None:
    assert image.run(*pip(image), "check", user=0, writable=True).output == "No broken requirements found.\n"


def test_what_is_installed_is_what_the_lock_pins(layout: Path, image: UnpackedImage) -> None:
    told = image.run(*pip(image), "inspect", "--path", SITE_PACKAGES, user=0, writable=True).json["installed"]
    found = {canonicalize_name(each["metadata"]["name"]): each for each in told}
    expected = {name for wheels in wheels_of(layout).values() for name in wheels}
    assert set(found) == expected
    assert {name: each["metadata"]["version"] for name, each in found.items()}.items() <= pinned().items()
    assert {each["installer"] for each in told} == {"strata"}
    assert not any("direct_url" in each for each in told)
