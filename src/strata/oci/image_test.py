from __future__ import annotations

import json

from strata.oci.descriptor import Descriptor
from strata.oci.image import Healthcheck, Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.oci.platform import Platform

GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
BASE = Layer(Descriptor(GZIP, f"sha256:{'a' * 64}", 100), f"sha256:{'b' * 64}", {"kind": "os-packages"})
APP = Layer(Descriptor(GZIP, f"sha256:{'c' * 64}", 7), f"sha256:{'d' * 64}", {"kind": "app"})
RUNTIME = RuntimeConfig(
    entrypoint=("/opt/venv/bin/python", "-m", "web"),
    cmd=("--port", "8000"),
    env={"PATH": "/opt/venv/bin:/usr/bin", "GREETING": "grüß Gott=1"},
    user="65532",
    working_dir="/app",
    labels={"b": "2", "a": "1"},
    exposed_ports=("8000/tcp",),
    stop_signal="SIGINT",
)


def assembled(runtime: RuntimeConfig = RUNTIME) -> Image:
    return Image.assemble(Platform("linux", "amd64"), [BASE, APP], runtime, annotations={"team": "web"})


def test_config_says_how_to_run_and_what_the_layers_are() -> None:
    assert json.loads(assembled().config) == {
        "architecture": "amd64",
        "os": "linux",
        "created": "1980-01-01T00:00:00Z",
        "config": {
            "Entrypoint": ["/opt/venv/bin/python", "-m", "web"],
            "Cmd": ["--port", "8000"],
            "Env": ["GREETING=grüß Gott=1", "PATH=/opt/venv/bin:/usr/bin"],
            "User": "65532",
            "WorkingDir": "/app",
            "Labels": {"a": "1", "b": "2"},
            "ExposedPorts": {"8000/tcp": {}},
            "StopSignal": "SIGINT",
        },
        "rootfs": {"type": "layers", "diff_ids": [BASE.diff_id, APP.diff_id]},
        "history": [
            {"created": "1980-01-01T00:00:00Z", "created_by": "strata os-packages"},
            {"created": "1980-01-01T00:00:00Z", "created_by": "strata app"},
        ],
    }


def test_a_health_check_is_written_as_docker_reads_it() -> None:
    check = Healthcheck(("python", "-m", "web.health"), {"Interval": 30 * 10**9}, 3)
    assert json.loads(assembled(RuntimeConfig(healthcheck=check)).config)["config"] == {
        "Healthcheck": {"Test": ["CMD", "python", "-m", "web.health"], "Interval": 30000000000, "Retries": 3}
    }
    assert Healthcheck(("probe",)).to_json() == {"Test": ["CMD", "probe"]}


def test_what_is_empty_is_left_out_of_the_config() -> None:
    assert json.loads(assembled(RuntimeConfig()).config)["config"] == {}


def test_manifest_names_config_and_layers_in_their_order() -> None:
    image = assembled()
    assert json.loads(image.manifest) == {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": image.config_descriptor.digest,
            "size": len(image.config),
        },
        "layers": [
            {
                "mediaType": GZIP,
                "digest": BASE.descriptor.digest,
                "size": 100,
                "annotations": {"vnd.strata.layer.contents": '{"kind":"os-packages"}'},
            },
            {
                "mediaType": GZIP,
                "digest": APP.descriptor.digest,
                "size": 7,
                "annotations": {"vnd.strata.layer.contents": '{"kind":"app"}'},
            },
        ],
        "annotations": {"team": "web"},
    }


def test_order_in_mappings_changes_nothing() -> None:
    turned = RuntimeConfig(
        **{**vars(RUNTIME), "env": dict(reversed(list(RUNTIME.env.items()))), "labels": {"a": "1", "b": "2"}}
    )
    assert assembled(turned) == assembled()


def test_bytes_are_canonical() -> None:
    image = assembled(RuntimeConfig(labels={"grüße": "ß"}))
    assert image.config.startswith(b'{"architecture":"amd64","config":{"Labels":{"gr\xc3\xbc\xc3\x9fe":"\xc3\x9f"}},')
    # A change of this digest changes the image of every user: it belongs into the changelog.
    assert image.manifest_descriptor.digest == "sha256:1fb00524e18722594757359a69467b3290257e9cde877b1cfd10d6df3eaf2840"


def test_values_can_be_keys() -> None:
    assert len({assembled(), assembled(), assembled(RuntimeConfig())}) == 2


def test_a_layer_on_top_has_its_programs_last_on_path() -> None:
    tools = Layer(Descriptor(GZIP, f"sha256:{'e' * 64}", 9), f"sha256:{'f' * 64}", {"kind": "debug"})
    image = assembled()
    upon = image.with_layer(tools, path="/busybox")
    assert upon.layers == (BASE, APP, tools)
    assert json.loads(upon.manifest)["layers"][2]["digest"] == tools.descriptor.digest
    assert json.loads(upon.manifest)["annotations"] == {"team": "web"}
    before, after = json.loads(image.config), json.loads(upon.config)
    assert after["rootfs"]["diff_ids"] == [*before["rootfs"]["diff_ids"], tools.diff_id]
    assert after["history"][-1]["created_by"] == "strata debug"
    assert after["config"].pop("Env") == ["GREETING=grüß Gott=1", "PATH=/opt/venv/bin:/usr/bin:/busybox"]
    del before["config"]["Env"]
    assert after["config"] == before["config"]
    assert assembled(RuntimeConfig()).with_layer(tools, path="/busybox").config.count(b'"PATH=/busybox"') == 1
