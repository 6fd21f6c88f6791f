"""Images that leave dist/: published into Debian's docker-registry, and packaged as archives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.attest.documents import KINDS, PROVENANCE, STATEMENT
from strata.oci.descriptor import Descriptor
from strata.registry.provider import Provider
from strata.registry.reference import Reference
from strata.registry.referrers.listing import referrers
from strata.registry.referrers.manifest import TITLE
from strata.registry.remote import RemoteSource
from support.nested_pants import NestedPants, Ran, nested_pants
from support.oci.in_toto import check_provenance, read_statement
from support.oci.podman import inspected, podman
from support.oci.readers import digest_of, run
from support.programs import require
from support.releases import chosen
from support.servers.registries import docker_registry
from support.signing.commands import write_keys
from support.signing.packages import link_packages

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
    "src/two/BUILD": 'python_sources()\n\npython_image(name="image", entry_point="main.py", repository="team/two")\n',
    "src/two/main.py": "print('two')\n",
}


@dataclass(frozen=True)
class Project:
    """A project whose images go to the registry at `address`."""

    pants: NestedPants
    address: str

    def publish(self, *arguments: str, **environment: str) -> tuple[Ran, list[dict[str, Any]]]:
        options = ("publish", "--publish-output=published.json")
        done = self.pants.run(*options, *arguments, RELEASE="2026.1", **environment).succeeded()
        return done, json.loads((self.pants.root / "published.json").read_text())


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with tempfile.TemporaryDirectory(prefix="strata-") as folder, docker_registry(Path(folder)) as address:
        settings = f'\n[strata.registries.local]\naddress = "{address}"\ndefault = true\n'
        with nested_pants(FILES, settings) as pants:
            # The environment of the pinned Pants has nothing that signs. Another one may have another Python.
            if chosen() is None:
                signing = link_packages(Path(folder, "signing"))
                path = os.pathsep.join([pants.environment["PYTHONPATH"], str(signing)])
                pants = pants.with_environment(PYTHONPATH=path)
            pants.make_interpreter()
            yield Project(pants, address)


def line(ran: Ran) -> dict[str, Any]:
    """What the push itself says."""
    (said,) = [each for each in ran.stdout.splitlines() if each.startswith("{")]
    told: dict[str, Any] = json.loads(said)
    return told


def documents_of(reference: str) -> dict[str, bytes]:
    """The documents that are attached to an image, by the names of their files."""
    place = Reference.parse(reference)
    provider = Provider(place, environment={})
    source = RemoteSource(provider)
    found = {}
    for each in referrers(provider, place.digest):
        (layer,) = json.loads(source.read(each.descriptor))["layers"]
        with source.open_blob(Descriptor.from_json(layer)) as blob:
            found[layer["annotations"][TITLE]] = b"".join(iter(lambda: blob.read(1 << 20), b""))
    return found


def test_publish_twice(project: Project) -> None:
    skopeo = require("skopeo", "skopeo")
    address = project.address
    first, written = project.publish("src/app:")
    (image,) = written
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
    assert f"src/app:image published to {place}." in first.stderr
    # It has no repository.
    assert "src/app:local" not in first.stderr
    sent = line(first)
    assert sent["uploaded"] > 0
    assert sent["bytes"] > 0

    for tag in ("1", "2026.1"):
        told = json.loads(run(skopeo, "inspect", "--tls-verify=false", f"docker://{address}/team/app:{tag}"))
        assert (told["Digest"], told["Os"], told["Architecture"]) == (digest, "linux", "amd64")

    assert sent["attached"] == len(KINDS)
    attached = documents_of(f"{address}/team/app@{digest}")
    assert set(attached) == {kind.file for kind in KINDS}
    for kind in KINDS:
        if kind.media_type == STATEMENT:
            said = read_statement(attached[kind.file])
            assert said["predicateType"] == kind.predicate_type
            assert said["subject"] == [{"name": "src/app:image", "digest": {"sha256": digest.partition(":")[2]}}]
    check_provenance(json.loads(attached[PROVENANCE.file])["predicate"])

    again, rewritten = project.publish("src/app:image")
    assert rewritten == [image]
    assert again.stdout == ""
    assert f"src/app:image skipped ({place} is there already)." in again.stderr
    assert documents_of(f"{address}/team/app@{digest}") == attached


def test_layers_of_a_sibling_are_not_sent_again(project: Project) -> None:
    """Base, interpreter and venv are mounted from the image that is there; the app's layer and the config are new."""
    told = line(project.publish("src/two:image")[0])
    assert (told["repository"], told["mounted"], told["uploaded"]) == ("team/two", 3, 2)
    assert told["bytes"] < 16 << 10


def test_what_was_pushed_is_signed(project: Project) -> None:
    another = chosen()
    if another and not another.has("cryptography"):
        pytest.skip(f"signs with cryptography, which {another.python}, the Python of STRATA_TEST_PANTS, does not have")
    for name in ("release", "another"):
        write_keys(project.pants.root, name)
    ran, (image, signature) = project.publish("--strata-sign-key=release.key", "src/two:image")
    assert (signature["signed"], signature["published"], signature["digest"]) == (True, True, image["digest"])
    assert f"signature of {project.address}/team/two:latest@{image['digest']}." in ran.stderr
    place = f"{project.address}/team/two@{image['digest']}"
    codes = [
        subprocess.run(
            [sys.executable, "-m", "strata", "verify", place, f"--key={project.pants.root}/{name}.pub"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(os.path.abspath, sys.path)))},
            capture_output=True,
            check=False,
        ).returncode
        for name in ("release", "another")
    ]
    assert codes == [0, 1]


def test_a_registry_that_is_not_there(project: Project, tmp_path: Path) -> None:
    with docker_registry(tmp_path) as address:
        pass
    option = f"--strata-registries={{'gone': {{'address': '{address}', 'default': True}}}}"
    failed = project.pants.run("publish", option, "src/app:image", RELEASE="1")
    assert failed.code == 2
    assert f"src/app:image failed for {address}/team/app:1@sha256:" in failed.stderr
    assert "Traceback" not in failed.stderr + failed.stdout


def test_archives(project: Project, tmp_path: Path) -> None:
    docker, oci = (project.pants.root / "dist/src.app" / name for name in ("image.docker.tar", "local.oci.tar"))
    option = "--strata-registries={'live': {'address': 'registry.example', 'default': True}}"
    made = project.pants.package("src/app:image", "--strata-archive=docker", option, RELEASE="2").succeeded()
    names = ["registry.example/team/app:1", "registry.example/team/app:2"]
    assert "".join(f"  {name}\n" for name in names) in made.stderr
    project.pants.package("src/app:local", "--strata-archive=oci").succeeded()
    assert inspected("oci-archive", oci)["Digest"] == digest_of(oci.with_name("local"))
    with podman(tmp_path) as store:
        assert store.load(docker) == names
        assert store.load(oci) == ["localhost/src-app/local:latest"]
        assert store.run(names[1]) == store.run("localhost/src-app/local:latest") == "hello\n"
