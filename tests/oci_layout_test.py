"""Layouts as others see them: the schemas of the image specification, skopeo, umoci and podman."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from programs import require, require_files
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Directory, Entry, File, Layer, Symlink, write_layer
from strata.oci.layout import artifact_layout_files, layout_files
from strata.oci.platform import Platform
from strata.oci.validate import validate

SCHEMAS = "/usr/share/gocode/src/github.com/opencontainers/image-spec/schema"
LONG = "/".join(["d" * 60] * 5)
RUNTIME = RuntimeConfig(
    entrypoint=("/usr/bin/tool", "--serve"),
    env={"PATH": "/usr/bin", "GREETING": "grüß Gott"},
    user="65532",
    working_dir="/app",
    labels={"team": "web"},
    exposed_ports=("8000/tcp",),
    stop_signal="SIGINT",
)


def layers(root: Path) -> list[Layer]:
    blobs = root / "blobs" / "sha256"
    base: list[Entry] = [
        File("usr/bin/tool", b"\x7fELF" * 100_000, mode=0o755),
        Symlink("bin", "usr/bin"),
        Directory("tmp", mode=0o1777),
        Directory("home/nonroot", mode=0o700, uid=65532, gid=65532),
    ]
    app = [File("app/Ünïcödé\nname", b"1\n"), File(f"app/{LONG}", b"2\n"), File("app/big-id", b"", uid=3_000_000)]
    return [
        write_layer(base, blobs=blobs, contents={"kind": "os-packages"}),
        write_layer(app, blobs=blobs, contents={"kind": "app"}),
    ]


def write(root: Path, files: dict[str, bytes]) -> Path:
    for path, content in files.items():
        (root / path).write_bytes(content)
    assert validate(root) == []
    return root


def image_layout(root: Path, *architectures: str) -> Path:
    parts = layers(root)
    images = [
        Image.assemble(Platform("linux", each), parts, RUNTIME, annotations={"origin": "test"})
        for each in architectures
    ]
    return write(root, layout_files(images))


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    (tmp_path / "layout").mkdir()
    return image_layout(tmp_path / "layout", "amd64")


def run(*command: str) -> str:
    """Its standard output; fails with all that it said."""
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout.decode()


def digest_of(layout: Path) -> str:
    return str(json.loads((layout / "index.json").read_bytes())["manifests"][0]["digest"])


def blob(layout: Path, digest: str) -> Any:
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_bytes())


# Schemas


def check_schema(name: str, value: Any) -> None:
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
        for key in filter(None, pointer.split("/")):
            found = found[key]
        return inlined(found, other or file)

    checker = jsonschema.FormatChecker()
    jsonschema.Draft4Validator(inlined(load(name), name), format_checker=checker).validate(value)


def test_documents_of_an_image_match_the_schemas(layout: Path) -> None:
    index = json.loads((layout / "index.json").read_bytes())
    manifest = blob(layout, digest_of(layout))
    check_schema("image-layout-schema.json", json.loads((layout / "oci-layout").read_bytes()))
    check_schema("image-index-schema.json", index)
    check_schema("image-manifest-schema.json", manifest)
    check_schema("config-schema.json", blob(layout, manifest["config"]["digest"]))


def test_documents_of_several_platforms_match_the_schemas(tmp_path: Path) -> None:
    layout = image_layout(tmp_path, "amd64", "arm64")
    check_schema("image-index-schema.json", json.loads((layout / "index.json").read_bytes()))
    check_schema("image-index-schema.json", blob(layout, digest_of(layout)))


def test_documents_of_an_artifact_match_the_schemas(tmp_path: Path) -> None:
    layout = write(tmp_path, artifact_layout_files(layers(tmp_path), kind="example", annotations={}))
    check_schema("image-index-schema.json", json.loads((layout / "index.json").read_bytes()))
    check_schema("image-manifest-schema.json", blob(layout, digest_of(layout)))


def test_schemas_are_really_asked() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_schema("image-index-schema.json", {"schemaVersion": 2, "manifests": [{"digest": "x"}]})


# Programs


def test_skopeo_reads_the_image(layout: Path) -> None:
    told = json.loads(run(require("skopeo", "skopeo"), "inspect", f"oci:{layout}:latest"))
    assert told["Digest"] == digest_of(layout)
    assert told["Labels"] == {"team": "web"}
    assert told["Env"] == ["GREETING=grüß Gott", "PATH=/usr/bin"]
    assert (told["Os"], told["Architecture"], told["Created"]) == ("linux", "amd64", "1980-01-01T00:00:00Z")


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_skopeo_chooses_the_platform(tmp_path: Path, architecture: str) -> None:
    layout = image_layout(tmp_path, "amd64", "arm64")
    skopeo = require("skopeo", "skopeo")
    told = json.loads(run(skopeo, "--override-arch", architecture, "inspect", f"oci:{layout}:latest"))
    assert told["Architecture"] == architecture


def test_skopeo_copies_the_image_without_a_change(layout: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    copy = tmp_path / "copy"
    run(require("skopeo", "skopeo"), "--policy", str(policy), "copy", f"oci:{layout}:latest", f"oci:{copy}:latest")
    assert digest_of(copy) == digest_of(layout)


def check_tree(root: Path) -> None:
    def status(path: str) -> tuple[str, int, int]:
        found = os.lstat(root / path)
        return stat.filemode(found.st_mode), found.st_uid, int(found.st_mtime)

    time = 315532800
    assert status("usr/bin/tool") == ("-rwxr-xr-x", 0, time)
    assert status("bin") == ("lrwxrwxrwx", 0, time)
    assert status("tmp") == ("drwxrwxrwt", 0, time)
    assert status("home/nonroot") == ("drwx------", 65532, time)
    assert status("app/Ünïcödé\nname") == ("-rw-r--r--", 0, time)
    assert status("app/big-id")[1] == 3_000_000
    assert (root / "app" / LONG).read_bytes() == b"2\n"
    assert (root / "usr/bin/tool").stat().st_size == 400_000


def test_umoci_unpacks_the_image(layout: Path, tmp_path: Path) -> None:
    umoci = require("umoci", "umoci")
    require_root()
    run(umoci, "unpack", "--image", f"{layout}:latest", str(tmp_path / "bundle"))
    check_tree(tmp_path / "bundle" / "rootfs")
    spec = json.loads((tmp_path / "bundle" / "config.json").read_bytes())
    assert spec["process"]["args"] == ["/usr/bin/tool", "--serve"]
    assert spec["process"]["cwd"] == "/app"
    assert spec["process"]["user"]["uid"] == 65532


def test_podman_pulls_the_image(layout: Path, tmp_path: Path) -> None:
    podman = require("podman", "podman")
    require_root()
    policy = tmp_path / "policy.json"
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    # Podman refuses a path of more than 50 characters here.
    with tempfile.TemporaryDirectory(prefix="strata-") as runroot:
        store = ["--storage-driver", "vfs", "--root", str(tmp_path / "root"), "--runroot", runroot]
        image = run(
            podman, *store, "pull", "--quiet", "--signature-policy", str(policy), f"oci:{layout}:latest"
        ).strip()
        told = json.loads(run(podman, *store, "image", "inspect", image))[0]
        assert told["Digest"] == digest_of(layout)
        assert told["Config"]["User"] == "65532"
        check_tree(Path(run(podman, *store, "image", "mount", image).strip()))
        run(podman, *store, "image", "umount", image)


def require_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give files to other users")
