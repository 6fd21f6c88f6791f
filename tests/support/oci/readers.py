"""Layouts as others see them: the schemas of the image specification, skopeo, umoci and podman."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema

from strata.oci.annotations import REF_NAME
from strata.oci.descriptor import INDEX
from support.programs import refuse, require, require_files

SCHEMAS = "/usr/share/gocode/src/github.com/opencontainers/image-spec/schema"
_POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'


def run(*command: str) -> str:
    """Its standard output; fails with all that it said."""
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout.decode()


def require_root() -> None:
    if os.geteuid() != 0:
        refuse("Only root may give files to other users.")


def digest_of(layout: Path) -> str:
    """The digest of the one image, index or artifact in a layout."""
    return str(json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"])


def blob_path(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/")


def blob(layout: Path, digest: str) -> Any:
    """A document among the blobs."""
    return json.loads(blob_path(layout, digest).read_bytes())


def described(layout: Path, architecture: str = "amd64") -> Any:
    """The descriptor of the one image or artifact in a layout; of several in an index, of the one for a processor."""
    (root,) = json.loads((layout / "index.json").read_bytes())["manifests"]
    if root["mediaType"] != INDEX:
        return root
    (found,) = (
        each for each in blob(layout, root["digest"])["manifests"] if each["platform"]["architecture"] == architecture
    )
    return found


def manifest_of(layout: Path, architecture: str = "amd64") -> Any:
    """The manifest of the same."""
    return blob(layout, described(layout, architecture)["digest"])


def config_of(layout: Path, architecture: str = "amd64") -> Any:
    """The config of the same."""
    return blob(layout, manifest_of(layout, architecture)["config"]["digest"])


# Schemas


def check_schema(name: str, value: Any) -> None:
    """Raises jsonschema.ValidationError unless the value matches the schema of that file name."""
    directory = require_files(SCHEMAS, "golang-github-opencontainers-image-spec-dev")

    def load(file: str) -> Any:
        return json.loads((directory / file).read_text(encoding="utf-8"))

    def inlined(schema: Any, file: str) -> Any:
        """The schemas name each other by addresses that lead nowhere; the files lie beside each other."""
        if isinstance(schema, list):
            return [inlined(each, file) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" not in schema:
            return {key: inlined(each, file) for key, each in schema.items() if key != "id"}
        other, _, pointer = schema["$ref"].partition("#")
        found = load(other or file)
        for key in pointer.split("/"):
            found = found[key] if key else found
        return inlined(found, other or file)

    checker = jsonschema.FormatChecker()
    jsonschema.Draft4Validator(inlined(load(name), name), format_checker=checker).validate(value)


def check_artifact_schemas(layout: Path, architecture: str = "amd64") -> None:
    """The documents of a layout that holds one manifest for a processor, of an image or of anything else."""
    check_schema("image-layout-schema.json", json.loads((layout / "oci-layout").read_bytes()))
    check_schema("image-index-schema.json", json.loads((layout / "index.json").read_bytes()))
    check_schema("image-manifest-schema.json", manifest_of(layout, architecture))


def check_image_schemas(layout: Path, architecture: str = "amd64") -> None:
    """The documents of a layout that holds one image for a processor."""
    check_artifact_schemas(layout, architecture)
    check_schema("config-schema.json", config_of(layout, architecture))


# Programs


def skopeo_inspect(layout: Path, *options: str) -> Any:
    return json.loads(run(require("skopeo", "skopeo"), *options, "inspect", f"oci:{layout}:latest"))


def skopeo_copy(layout: Path, copy: Path) -> None:
    policy = copy.with_name("policy.json")
    policy.write_text(_POLICY)
    run(require("skopeo", "skopeo"), "--policy", str(policy), "copy", f"oci:{layout}:latest", f"oci:{copy}:latest")


def umoci_unpack(layout: Path, bundle: Path, architecture: str = "amd64") -> Any:
    """Unpacks the image to `bundle/rootfs`; the runtime specification that umoci made of its config."""
    umoci = require("umoci", "umoci")
    require_root()
    single = _for_one_platform(layout, architecture, bundle.with_name(f"{bundle.name}.layout"))
    run(umoci, "unpack", "--image", f"{single}:latest", str(bundle))
    return json.loads((bundle / "config.json").read_bytes())


def _for_one_platform(layout: Path, architecture: str, view: Path) -> Path:
    """A layout with the same blobs that names one image: umoci knows no index of several."""
    descriptor = {**described(layout, architecture), "annotations": {REF_NAME: "latest"}}
    view.mkdir(parents=True)
    (view / "blobs").symlink_to((layout / "blobs").absolute())
    (view / "oci-layout").write_bytes((layout / "oci-layout").read_bytes())
    (view / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))
    return view


@contextmanager
def podman_pull(layout: Path, folder: Path) -> Iterator[tuple[Any, Path]]:
    """What podman says of the image once it is in a store of its own, and where its files are mounted."""
    podman = require("podman", "podman")
    require_root()
    policy = folder / "policy.json"
    policy.write_text(_POLICY)
    # Podman refuses a path of more than 50 characters here.
    with tempfile.TemporaryDirectory(prefix="strata-") as runroot:
        store = _podman_store(podman, folder / "root", runroot)
        pull = ["pull", "--quiet", "--signature-policy", str(policy), f"oci:{layout}:latest"]
        image = run(podman, *store, *pull).strip()
        told = json.loads(run(podman, *store, "image", "inspect", image))[0]
        mounted = Path(run(podman, *store, "image", "mount", image).strip())
        try:
            yield told, mounted
        finally:
            run(podman, *store, "image", "umount", image)


def _podman_store(podman: str, root: Path, runroot: str) -> list[str]:
    """Return the options of a store, of overlays where the kernel has them: vfs copies all files for each layer."""
    overlay = ["--storage-driver", "overlay", "--root", str(root), "--runroot", runroot]
    if subprocess.run(
        [podman, *overlay, "info"], capture_output=True, stdin=subprocess.DEVNULL, check=False
    ).returncode:
        return ["--storage-driver", "vfs", "--root", str(root.with_name("copies")), "--runroot", runroot]
    return overlay
