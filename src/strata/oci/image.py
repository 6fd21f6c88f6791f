"""This module assembles images: config and manifest over layers, for one platform.

https://github.com/opencontainers/image-spec/blob/main/config.md
https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from strata.oci.descriptor import CONFIG, MANIFEST, Descriptor
from strata.oci.documents import canonical_json
from strata.oci.layer import Layer
from strata.oci.platform import Platform
from strata.oci.tar import EPOCH

DEBUG_FOLDER = "/busybox"
"""Where debug images have a shell and tools."""

CREATED = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH))
"""The same instant as the times in layers."""


@dataclass(frozen=True)
class Healthcheck:
    """The command by which a runtime learns whether the app still works.

    It is Docker's, and no part of OCI's image config, which lets a config have fields of others: Docker's engine reads
    it there, Kubernetes and podman do not. https://docs.docker.com/reference/dockerfile/#healthcheck

    :param command: the program with its arguments; there is no shell.
    :param times: `Interval`, `Timeout`, `StartPeriod`, `StartInterval` in nanoseconds, as far as they are chosen.
    :param retries: failures in a row that make a container unhealthy; None for the runtime's own number.
    """

    command: tuple[str, ...]
    times: Mapping[str, int] = field(default_factory=dict, hash=False)
    retries: Optional[int] = None

    def to_json(self) -> dict[str, Any]:
        """Return the object `Healthcheck` of an image config."""
        retries = {} if self.retries is None else {"Retries": self.retries}
        return {"Test": ["CMD", *self.command], **self.times, **retries}


@dataclass(frozen=True)
class RuntimeConfig:
    """How a container of the image starts. What is empty is left out of the config.

    :param user: `UID`, `UID:GID`, or names that the image's passwd and group files have.
    :param exposed_ports: `8000/tcp`, `53/udp`, or a bare port, which means tcp.
    :param stop_signal: `SIGTERM`, or a number.
    :param volumes: directories whose contents outlive a container.
    """

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    user: str = ""
    working_dir: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    exposed_ports: tuple[str, ...] = ()
    stop_signal: str = ""
    volumes: tuple[str, ...] = ()
    healthcheck: Optional[Healthcheck] = None

    def to_json(self) -> dict[str, Any]:
        """Return the `config` object of an image config, with its names and forms."""
        fields: dict[str, Any] = {
            "Entrypoint": list(self.entrypoint),
            "Cmd": list(self.cmd),
            "Env": [f"{name}={value}" for name, value in sorted(self.env.items())],
            "User": self.user,
            "WorkingDir": self.working_dir,
            "Labels": dict(self.labels),
            "ExposedPorts": {port: {} for port in self.exposed_ports},
            "StopSignal": self.stop_signal,
            "Volumes": {path: {} for path in self.volumes},
            "Healthcheck": self.healthcheck.to_json() if self.healthcheck else None,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True)
class Image:
    """`config` and `manifest` are the bytes of their blobs; the layers' blobs lie elsewhere."""

    platform: Platform
    layers: tuple[Layer, ...]
    config: bytes
    manifest: bytes

    @classmethod
    def assemble(
        cls,
        platform: Platform,
        layers: Sequence[Layer],
        runtime: RuntimeConfig,
        *,
        annotations: Mapping[str, str],
    ) -> Image:
        """Return the image over layers, lowest first. `annotations` stand in the manifest."""
        config = image_config(platform, layers, runtime)
        manifest = image_manifest(Descriptor.of(CONFIG, config), layers, annotations=annotations)
        return cls(platform, tuple(layers), config, manifest)

    def with_layer(self, layer: Layer, *, path: str) -> Image:
        """Return the image with a layer on top, whose programs lie in a folder that comes last on PATH."""
        config, manifest = json.loads(self.config), json.loads(self.manifest)
        settings = config["config"]
        env = dict(text.partition("=")[::2] for text in settings.get("Env") or ())
        env["PATH"] = ":".join(filter(None, (env.get("PATH", ""), path)))
        settings["Env"] = [f"{name}={value}" for name, value in sorted(env.items())]
        layers = (*self.layers, layer)
        config["rootfs"]["diff_ids"].append(layer.diff_id)
        config["history"].append(_history(layer))
        data = canonical_json(config)
        annotations = manifest.get("annotations", {})
        return Image(
            self.platform, layers, data, image_manifest(Descriptor.of(CONFIG, data), layers, annotations=annotations)
        )

    def layers_of(self, kind: str) -> list[Layer]:
        """Return the layers of a kind, such as `base`."""
        return [layer for layer in self.layers if layer.contents["kind"] == kind]

    @property
    def config_descriptor(self) -> Descriptor:
        """Return the descriptor of the config."""
        return Descriptor.of(CONFIG, self.config)

    @property
    def manifest_descriptor(self) -> Descriptor:
        """Return the descriptor with the platform, as an index wants it. Its digest is the image's."""
        return Descriptor.of(MANIFEST, self.manifest, platform=self.platform)


def image_config(platform: Platform, layers: Sequence[Layer], runtime: RuntimeConfig) -> bytes:
    """Return the image config. Each layer has one line of history, which says what kind of layer it is."""
    return canonical_json(
        {
            **platform.to_json(),
            "created": CREATED,
            "config": runtime.to_json(),
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [_history(layer) for layer in layers],
        }
    )


def _history(layer: Layer) -> dict[str, str]:
    return {"created": CREATED, "created_by": f"strata {layer.contents['kind']}"}


def image_manifest(
    config: Descriptor, layers: Sequence[Layer], *, annotations: Mapping[str, str], artifact_type: str = ""
) -> bytes:
    """Return the manifest. `artifact_type` says what the layers are where `config` does not: they are no image then."""
    fields: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.to_json(),
        "layers": [layer.described.to_json() for layer in layers],
    }
    if artifact_type:
        fields["artifactType"] = artifact_type
    if annotations:
        fields["annotations"] = dict(annotations)
    return canonical_json(fields)
