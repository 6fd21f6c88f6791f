"""`./pants publish` into Debian's docker-registry, and what skopeo reads there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.nested_pants import NestedPants, Ran, nested_pants
from support.oci.readers import run
from support.programs import require
from support.servers.registries import docker_registry

FILES = {
    "src/app/BUILD": """\
python_sources()

python_image(
    name="image",
    entry_point="main.py",
    repository="team/{directory}",
    image_tags=["1", "{env.RELEASE}"],
)

python_image(name="local", entry_point="main.py")
""",
    "src/app/main.py": "print('hello')\n",
}


def settings(address: str) -> str:
    return f'\n[strata.registries.local]\naddress = "{address}"\ndefault = true\n'


def publish(pants: NestedPants, *targets: str) -> tuple[Ran, list[dict[str, Any]]]:
    done = pants.run("publish", "--publish-output=published.json", *targets, RELEASE="2026.1")
    return done.succeeded(), json.loads((pants.root / "published.json").read_text())


def line(ran: Ran) -> dict[str, Any]:
    """What the push itself says."""
    (said,) = [each for each in ran.stdout.splitlines() if each.startswith("{")]
    told: dict[str, Any] = json.loads(said)
    return told


def test_publish_twice(tmp_path: Path) -> None:
    skopeo = require("skopeo", "skopeo")
    with docker_registry(tmp_path) as address, nested_pants(FILES, settings(address)) as pants:
        pants.make_interpreter()
        first, written = publish(pants, "src/app:image", "src/app:local")
        by_target = {each["target"]: each for each in written}
        image, local = by_target["src/app:image"], by_target["src/app:local"]
        digest = image["digest"]
        place = f"{address}/team/app:1,2026.1@{digest}"
        assert image == {
            "digest": digest,
            "exit_code": 0,
            "names": ["src/app:image"],
            "published": True,
            "registry": address,
            "repository": "team/app",
            "status": f"published to {place}",
            "tags": ["1", "2026.1"],
            "target": "src/app:image",
        }
        assert local["published"] is False
        assert f"src/app:image published to {place}." in first.stderr
        assert "src/app:local skipped (it has no `repository`)." in first.stderr
        sent = line(first)
        assert sent["uploaded"] > 0
        assert sent["bytes"] > 0

        for tag in ("1", "2026.1"):
            told = json.loads(run(skopeo, "inspect", "--tls-verify=false", f"docker://{address}/team/app:{tag}"))
            assert (told["Digest"], told["Os"], told["Architecture"]) == (digest, "linux", "amd64")

        again, rewritten = publish(pants, "src/app:image")
        assert rewritten == [image]
        told = line(again)
        assert (told["digest"], told["uploaded"], told["mounted"], told["bytes"]) == (digest, 0, 0, 0)


def test_a_registry_that_is_not_there(tmp_path: Path) -> None:
    with docker_registry(tmp_path) as address:
        pass
    with nested_pants(FILES, settings(address)) as pants:
        pants.make_interpreter()
        failed = pants.run("publish", "src/app:image", RELEASE="1")
    assert failed.code == 2
    assert f"src/app:image failed for {address}/team/app:1@sha256:" in failed.stderr
    assert "Traceback" not in failed.stderr + failed.stdout
