"""What `run` asks of the library. No image is built."""

from __future__ import annotations

from types import SimpleNamespace as Some
from typing import Any

import pytest
from pants.base.build_root import BuildRoot
from pants.core.goals.run import RunRequest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, AddPrefix, CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.platform import Platform as HostPlatform

from pants_strata.artifacts.image import BuiltImage, ImageRequest
from pants_strata.goals.run import RunImageFieldSet, run_image
from pants_strata.library_command import STRATA
from pants_strata.run_options import Runtime
from pants_strata.target_types.platforms import PlatformsField
from pants_strata.util_rules.debian.debug_image import DebugLayer, DebugLayerRequest
from strata.errors import StrataError
from strata.oci.descriptor import LAYER_ZSTD, Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from support.mocked_rules import run_mocked

ADDRESS = Address("src/web", target_name="image")
TOOLS = Layer(Descriptor(LAYER_ZSTD, f"sha256:{'e' * 64}", 9), f"sha256:{'f' * 64}", {"kind": "debug"})
AMD64, ARM64 = "linux/amd64", "linux/arm64"


def requested(platforms: list[str], *, debug_shell: bool = False, **options: Any) -> tuple[RunRequest, list[Any]]:
    """Returns the request, and all that the rule asked for."""
    asked: list[Any] = []

    def answer(value: object) -> Any:
        def given(request: Any) -> object:
            asked.append(request)
            return value

        return given

    image = Image.assemble(Platform.parse(AMD64), [TOOLS], RuntimeConfig(("python",)), annotations={})
    run = {"publish": [], "env_vars": [], "volumes": [], "user": "", "entrypoint": "", "writable": False, **options}
    root = BuildRoot()
    root.path = "/"
    arguments = [
        RunImageFieldSet(ADDRESS, platforms=PlatformsField(platforms, ADDRESS)),
        Some(runtime=Runtime.bwrap),
        Some(**run),
        Some(options=Some(debug_shell=debug_shell)),
        Some(),
        HostPlatform.linux_x86_64,
        root,
    ]
    answers = {
        (DebugLayer, DebugLayerRequest): answer(DebugLayer(Some(layer=TOOLS, blob=EMPTY_DIGEST))),  # type: ignore[arg-type]
        (BuiltImage, ImageRequest): answer(Some(image=image, blobs=EMPTY_DIGEST, venv=Some(interpreter=ADDRESS))),
        (Digest, CreateDigest): answer(EMPTY_DIGEST),
        (Digest, MergeDigests): answer(EMPTY_DIGEST),
        (Digest, AddPrefix): answer(EMPTY_DIGEST),
    }
    request: RunRequest = run_mocked(run_image, arguments, answers)
    return request, asked


def test_the_image_for_this_machine_is_run() -> None:
    request, asked = requested([ARM64, AMD64])
    assert ImageRequest(ADDRESS, Platform.parse(AMD64)) in asked
    assert request.args == (*STRATA, "run", "{chroot}/image", "--runtime=bwrap", "--")


def test_options_are_passed_on() -> None:
    request, _ = requested(
        [AMD64],
        publish=["8080:8000"],
        env_vars=["A=b"],
        volumes=["data:/data", "/srv:/srv:ro"],
        user="5",
        entrypoint="python",
        writable=True,
    )
    assert request.args[len(STRATA) + 3 :] == (
        *("--publish=8080:8000", "--env=A=b", "--volume=/data:/data", "--volume=/srv:/srv:ro"),
        *("--user=5", "--entrypoint=python", "--writable", "--"),
    )


def test_a_shell_is_run_in_the_debug_image() -> None:
    request, asked = requested([AMD64], debug_shell=True, entrypoint="python")
    assert request.args[len(STRATA) + 3 :] == ("--entrypoint=/busybox/sh", "--")
    assert DebugLayerRequest(Platform.parse(AMD64), ADDRESS, "zstd") in asked
    files = next(each for each in asked if isinstance(each, CreateDigest))
    contents = [file.content for file in files if isinstance(file, FileContent)]
    manifests = [content for content in contents if b"manifest" in content and b"layers" in content]
    assert manifests[0].count(TOOLS.descriptor.digest.encode()) == 2


def test_an_image_for_other_machines_alone() -> None:
    with pytest.raises(StrataError) as error:
        requested([ARM64])
    assert str(error.value) == (
        "src/web:image has no image for linux/amd64, which this machine runs.\n"
        "Found:\n"
        "  linux/arm64\n"
        "Fix: build it for linux/amd64, too: name that in `[strata].platforms` or in `platforms` of the image."
    )
