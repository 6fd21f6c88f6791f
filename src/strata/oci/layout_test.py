from __future__ import annotations

import json

from strata.oci.descriptor import Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.oci.layout import artifact_layout_files, layout_files
from strata.oci.platform import Platform

GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
LAYER = Layer(Descriptor(GZIP, f"sha256:{'a' * 64}", 100), f"sha256:{'b' * 64}", {"kind": "app"})


def image(architecture: str) -> Image:
    return Image.assemble(Platform("linux", architecture), [LAYER], RuntimeConfig(), annotations={})


def blob(digest: str) -> str:
    return f"blobs/sha256/{digest[len('sha256:') :]}"


def test_layout_of_one_image_points_at_its_manifest() -> None:
    amd64 = image("amd64")
    files = layout_files([amd64], tag="v1")
    manifest = amd64.manifest_descriptor
    assert sorted(files) == sorted(
        ["oci-layout", "index.json", blob(manifest.digest), blob(amd64.config_descriptor.digest)]
    )
    assert files[blob(manifest.digest)] == amd64.manifest
    assert files[blob(amd64.config_descriptor.digest)] == amd64.config
    assert files["oci-layout"] == b'{"imageLayoutVersion":"1.0.0"}'
    assert json.loads(files["index.json"]) == {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            {
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": manifest.digest,
                "size": manifest.size,
                "annotations": {"org.opencontainers.image.ref.name": "v1"},
                "platform": {"os": "linux", "architecture": "amd64"},
            }
        ],
    }


def test_layout_of_several_platforms_points_at_an_index() -> None:
    amd64, arm64 = image("amd64"), image("arm64")
    files = layout_files([amd64, arm64])
    (root,) = json.loads(files["index.json"])["manifests"]
    assert root["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert root["annotations"] == {"org.opencontainers.image.ref.name": "latest"}
    index = files[blob(root["digest"])]
    assert len(index) == root["size"]
    assert json.loads(index)["manifests"] == [
        {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": each.manifest_descriptor.digest,
            "size": each.manifest_descriptor.size,
            "platform": {"os": "linux", "architecture": each.platform.architecture, **variant},
        }
        for each, variant in ((amd64, {}), (arm64, {"variant": "v8"}))
    ]


def test_layout_of_an_artifact_says_what_it_is() -> None:
    files = artifact_layout_files(
        {Platform("linux", "amd64"): [LAYER]}, kind="python-interpreter", annotations={"version": "3.13"}
    )
    (root,) = json.loads(files["index.json"])["manifests"]
    assert root["platform"] == {"os": "linux", "architecture": "amd64"}
    empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert files[blob(empty)] == b"{}"
    assert json.loads(files[blob(root["digest"])]) == {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "artifactType": "application/vnd.strata.python-interpreter.v1",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": empty, "size": 2},
        "layers": [LAYER.described.to_json()],
        "annotations": {"version": "3.13"},
    }
