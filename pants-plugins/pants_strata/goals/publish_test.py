"""What `publish`, and archives, make of an image's fields. No image is built, and nothing is pushed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact
from pants.core.goals.publish import PublishProcesses
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileContent, Snapshot
from pants.engine.rules import rule
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pants_strata import engine
from pants_strata.goals import publish
from pants_strata.goals.publish import PublishImageFieldSet, PublishImageRequest
from pants_strata.subsystem import StrataSubsystem
from pants_strata.util_rules.archive import archive_of
from pants_strata.util_rules.publishing.destinations import names
from strata.oci.image import Image, RuntimeConfig
from strata.oci.platform import Platform
from support import rules
from support.oci.layouts import write_example
from support.servers.fake_registry import Fault, fake_registry
from support.signing.commands import write_keys

DIGEST = "sha256:" + "ab" * 32
INDEX = json.dumps({"manifests": [{"digest": DIGEST}]}).encode()
PLATFORMS = (Platform("linux", "amd64"), Platform("linux", "arm64"))
REGISTRIES = (
    "--strata-registries={'live': {'address': 'registry.example', 'default': True}, "
    "'off': {'address': 'off.example', 'skip_push': True}}"
)


class Names(tuple[str, ...]):
    """The answer of the rule below."""


@rule
async def names_of(address: Address, strata: StrataSubsystem) -> Names:
    return Names(await names(await engine.target(address), strata, DIGEST))


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    asked = (
        (PublishProcesses, PublishImageRequest),
        (Digest, CreateDigest),
        (Snapshot, Digest),
        (Names, Address),
        (Archived, Address),
    )
    return rules.repository([names_of, archived, *(QueryRule(output, [request]) for output, request in asked)])


def request_of(runner: RuleRunner, fields: str, *options: str, index: bytes = INDEX, **env: Any) -> PublishImageRequest:
    text = f"python_image(name='image', entry_point='main.py', {fields})\n"
    rules.write(runner, {"src/web/BUILD": text, "src/web/main.py": ""}, *options, env=env)
    files = {"image/index.json": index, "image.oci.tar": b"", "image-debug/index.json": b""}
    digest = runner.request(Digest, [CreateDigest(FileContent(f"src.web/{n}", text) for n, text in files.items())])
    target = runner.get_target(Address("src/web", target_name="image"))
    artifacts = [BuiltPackageArtifact(f"src.web/{name}") for name in ("image", "image.json", "image-debug")]
    return PublishImageRequest(PublishImageFieldSet.create(target), (BuiltPackage(digest, tuple(artifacts)),))


def published(runner: RuleRunner, fields: str, *options: str, index: bytes = INDEX, **env: Any) -> list[Any]:
    return list(runner.request(PublishProcesses, [request_of(runner, fields, *options, index=index, **env)]))


def message(runner: RuleRunner, fields: str, *options: str) -> str:
    return rules.message(runner, PublishProcesses, request_of(runner, fields, *options))


def test_a_push_for_each_registry(runner: RuleRunner) -> None:
    fields = (
        "repository='team/{directory}', registries=['@live', 'b.example:5000', '@off'], image_tags=['1', '{env.V}']"
    )
    variables: dict[str, Any] = {"V": "2", "HOME": "/home/me", "SECRET": "s", "AWS_SECRET_ACCESS_KEY": "a secret"}
    live, other, off = published(runner, fields, REGISTRIES, **variables)
    assert (live.names, live.description) == (("src/web:image",), f"registry.example/team/web:1,2@{DIGEST}")
    assert dict(live.data) == {
        "registry": "registry.example",
        "repository": "team/web",
        "tags": ("1", "2"),
        "digest": DIGEST,
    }
    process = live.process.process
    assert process.argv[0] == sys.executable
    assert process.argv[-4:] == ("push", "src.web/image", f"registry.example/team/web:1@{DIGEST}", "--tag=2")
    assert process.env["HOME"] == "/home/me"
    assert set(process.env) - set(publish._ENVIRONMENT) == {"AWS_SECRET_ACCESS_KEY"}
    # Pants logs it.
    assert "a secret" not in f"{live.process}"
    # Without what lies beside the layout, a debug image among it.
    assert runner.request(Snapshot, [process.input_digest]).files == ("src.web/image/index.json",)
    assert other.description == f"b.example:5000/team/web:1,2@{DIGEST}"
    assert (off.process, off.description) == (None, "(by `skip_push` of off.example)")


def test_what_was_pushed_is_signed(runner: RuleRunner) -> None:
    options = ("--strata-sign-key=keys/release.key", "--strata-sign-password-file=/run/password", REGISTRIES)
    pushed, signed, *others = published(runner, "repository='team/web', registries=['@live', '@off']", *options)
    place = f"registry.example/team/web:latest@{DIGEST}"
    assert (pushed.description, signed.description) == (place, f"signature of {place}")
    assert signed.process.process.argv[-4:] == (
        "sign",
        f"registry.example/team/web@{DIGEST}",
        f"--key={runner.build_root}/keys/release.key",
        "--password-file=/run/password",
    )
    assert dict(signed.data) == {**pushed.data, "signed": True}
    assert [each.process for each in others] == [None]


def test_the_processes_push_and_sign(runner: RuleRunner, tmp_path: Path) -> None:
    write_keys(tmp_path, "a")
    write_example(tmp_path / "src.web/image")
    index = (tmp_path / "src.web/image/index.json").read_bytes()
    with fake_registry() as registry:
        option = f"--strata-registries={{'live': {{'address': '{registry.address}', 'default': True}}}}"
        key = f"--strata-sign-key={tmp_path}/a.key"
        for each in published(runner, "repository='team/web'", option, key, index=index):
            argv = each.process.process.argv
            done = subprocess.run(argv, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        verify = [*argv[:5], "verify", f"{registry.address}/team/web:latest", f"--key={tmp_path}/a.pub"]
        done = subprocess.run(verify, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[0].endswith(json.loads(index)["manifests"][0]["digest"]), done.stderr


def test_an_image_that_is_there_is_not_pushed(runner: RuleRunner) -> None:
    manifest = ("application/vnd.oci.image.index.v1+json", INDEX)
    digest = f"sha256:{hashlib.sha256(INDEX).hexdigest()}"
    index = json.dumps({"manifests": [{"digest": digest}]}).encode()
    with fake_registry() as registry:

        def outcome() -> Any:
            option = f"--strata-registries={{'live': {{'address': '{registry.address}', 'default': True}}}}"
            fields = "repository='team/web', image_tags=['1', '2']"
            (told,) = published(runner, fields, option, index=index)
            return told

        place = f"{registry.address}/team/web:1,2@{digest}"
        registry.manifests["team/web", "1"] = manifest
        assert (outcome().process is None, outcome().description) == (False, place)
        registry.manifests["team/web", "2"] = manifest
        registry.requests.clear()
        there = outcome()
        assert registry.asked() == ["HEAD /v2/team/web/manifests/1", "HEAD /v2/team/web/manifests/2"]
        assert (there.process, there.description) == (None, f"({place} is there already)")
        # As if it had been pushed: who deploys what is published deploys this.
        assert dict(there.get_output_data(published=False, status="skipped")) == {
            "digest": digest,
            "exit_code": 0,
            "names": ("src/web:image",),
            "published": True,
            "registry": registry.address,
            "repository": "team/web",
            "status": f"published to {place}",
            "tags": ("1", "2"),
        }
        # What is wrong, the push tells.
        registry.faults.append(Fault("HEAD", 503))
        assert outcome().process is not None
        registry.manifests["team/web", "2"] = (manifest[0], INDEX + b"\n")
        assert outcome().process is not None


def test_an_image_that_is_there_is_signed(runner: RuleRunner) -> None:
    digest = f"sha256:{hashlib.sha256(INDEX).hexdigest()}"
    index = json.dumps({"manifests": [{"digest": digest}]}).encode()
    with fake_registry() as registry:
        registry.manifests["team/web", "latest"] = ("application/vnd.oci.image.index.v1+json", INDEX)
        option = f"--strata-registries={{'live': {{'address': '{registry.address}', 'default': True}}}}"
        fields = "repository='team/web'"
        there, signed = published(runner, fields, option, "--strata-sign-key=release.key", index=index)
        assert there.process is None
        assert signed.process.process.argv[-3:-1] == ("sign", f"{registry.address}/team/web@{digest}")


def test_registry_that_gets_no_signatures(runner: RuleRunner) -> None:
    registries = "--strata-registries={'live': {'address': 'registry.example', 'default': True, 'sign': False}}"
    (pushed,) = published(runner, "repository='team/web'", "--strata-sign-key=release.key", registries)
    assert "push" in pushed.process.process.argv


def test_a_helper_signs(runner: RuleRunner) -> None:
    options = ("--strata-sign-helper=token sign", "--strata-sign-public-key=release.pub")
    _, signed = published(runner, "repository='team/web'", REGISTRIES, *options)
    assert signed.process.process.argv[-3:] == (
        "--helper=token sign",
        "--helper-input=message",
        f"--public-key={runner.build_root}/release.pub",
    )


def test_options_that_cannot_sign(runner: RuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = "repository='team/web'"
    assert message(runner, fields, REGISTRIES, "--strata-sign-key=a", "--strata-sign-helper=b") == (
        "src/web:image: `[strata-sign].key` and `[strata-sign].helper` are both set, and an image is signed with one "
        "key.\nFix: leave one of them out."
    )
    assert message(runner, fields, REGISTRIES, "--strata-sign-helper=b") == (
        "src/web:image: `[strata-sign].helper` is set without its public key.\n"
        "Fix: name a PEM file in `[strata-sign].public_key`."
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert message(runner, fields, REGISTRIES, "--strata-sign-key=a") == (
        "src/web:image: The Python package cryptography is not installed, and signatures are made and verified with "
        "it.\n"
        "Fix: install the extra `sign`: `pip install 'pants-strata[sign]'`; for `./pants publish` name "
        '`"pants-strata[sign]==…"` in `[GLOBAL].plugins`.'
    )


def test_documents_go_with_the_image(runner: RuleRunner) -> None:
    request = request_of(runner, "repository='team/app'", REGISTRIES)
    (package,) = request.packages
    documents = "src.web/image.attest"
    files = [
        FileContent("src.web/image/index.json", INDEX),
        FileContent("src.web/image.inputs.json", b""),
        FileContent(f"{documents}/linux-amd64/provenance.json", b""),
    ]
    digest = runner.request(Digest, [CreateDigest(files)])
    package = BuiltPackage(digest, (*package.artifacts, BuiltPackageArtifact(documents)))
    request = PublishImageRequest(request.field_set, (package,))
    processes: list[Any] = [each.process for each in runner.request(PublishProcesses, [request])]
    (live,) = (each.process for each in processes if each)
    assert live.argv[-1] == f"--documents={documents}"
    assert runner.request(Snapshot, [live.input_digest]).files == (
        "src.web/image/index.json",
        "src.web/image.attest/linux-amd64/provenance.json",
    )


def test_variables_of_a_helper(runner: RuleRunner) -> None:
    option = "--strata-publish-env-vars=['KEY', 'REGION=north']"
    (live,) = published(runner, "repository='team/app'", REGISTRIES, option, KEY="k", OTHER="o")
    given = live.process.process.env
    assert (given["KEY"], given["REGION"]) == ("k", "north")
    assert "OTHER" not in given


def test_siblings(runner: RuleRunner) -> None:
    """Images in the same registry, near ones first; not those that are named after their digest or go elsewhere."""
    image = "python_image(name='{}', entry_point='main.py', repository='{}', {})\n"
    rules.write(
        runner,
        {
            "src/far/off/BUILD": image.format("image", "team/far", "image_tags=['{env.V}', '2']"),
            "src/near/BUILD": "".join(
                [
                    image.format("a", "team/near", ""),
                    image.format("b", "team/{digest}", ""),
                    image.format("c", "team/unset", "image_tags=['{env.UNSET}']"),
                    image.format("d", "team/elsewhere", "registries=['b.example']"),
                    image.format("e", "team/alias", "registries=['@unknown']"),
                ]
            ),
        },
    )
    (live,) = published(runner, "repository='team/web'", REGISTRIES, V="1")
    arguments = live.process.process.argv
    assert arguments[arguments.index("push") + 3 :] == ("--mount-from=team/near:latest", "--mount-from=team/far:1")
    rules.write(runner, {"src/far/off/BUILD": "", "src/near/BUILD": ""})


def test_skip_push(runner: RuleRunner) -> None:
    (skipped,) = published(runner, "repository='team/app', skip_push=True", REGISTRIES)
    assert (skipped.process, skipped.description) == (None, "(by its field `skip_push`)")


def test_an_image_without_a_repository_is_not_built(runner: RuleRunner) -> None:
    rules.write(runner, {"src/web/BUILD": "python_image(name='image', entry_point='main.py')\n"})
    target = runner.get_target(Address("src/web", target_name="image"))
    assert not PublishImageFieldSet.is_applicable(target)
    rules.write(runner, {"src/web/BUILD": "python_image(name='image', entry_point='main.py', repository='a')\n"})
    assert PublishImageFieldSet.is_applicable(runner.get_target(Address("src/web", target_name="image")))


@pytest.mark.parametrize(
    "directory, fields, expected",
    [
        ("src/web", "", ["localhost/src-web/image:latest"]),
        ("src/Web_UI", "image_tags=['1', '2']", ["localhost/src-web-ui/image:1", "localhost/src-web-ui/image:2"]),
        ("", "image_tags=[]", ["localhost/image:latest"]),
        ("src/web", "repository='team/{directory}', registries=[]", ["localhost/team/web:latest"]),
        (
            "src/web",
            "repository='a', registries=['@live', 'b.example:5000'], image_tags=['{env.V}']",
            ["registry.example/a:3", "b.example:5000/a:3"],
        ),
    ],
)
def test_names_outside_a_registry(runner: RuleRunner, directory: str, fields: str, expected: list[str]) -> None:
    text = f"python_image(name='image', entry_point='main.py', {fields})\n"
    rules.write(runner, {f"{directory}/BUILD".lstrip("/"): text}, REGISTRIES, env={"V": "3"})
    assert list(runner.request(Names, [Address(directory, target_name="image")])) == expected


def test_the_commit_that_is_checked_out(runner: RuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runner.build_root)
    text = "python_image(name='image', entry_point='main.py', image_tags=['{git_commit}'])\n"
    rules.write(runner, {"src/web/BUILD": text, "src/web/main.py": ""}, REGISTRIES, env={"PATH": "/usr/bin:/bin"})
    commit = "git init -q && git -c user.name=me -c user.email=me@a.example commit --allow-empty -qm1"
    head = subprocess.check_output(f"{commit} && git rev-parse HEAD", shell=True, text=True).strip()
    assert list(runner.request(Names, [Address("src/web", target_name="image")])) == [f"localhost/src-web/image:{head}"]


def test_an_empty_list_of_registries(runner: RuleRunner) -> None:
    assert published(runner, "repository='team/app', registries=[]", REGISTRIES) == []


def test_no_registry(runner: RuleRunner) -> None:
    assert message(runner, "repository='team/app'", "--strata-registries={}") == (
        "src/web:image: The image goes to the repository team/app, but to no registry: the `registries` field is not "
        "set, and no registry in `[strata].registries` is a default.\n"
        "Fix: add a registry to pants.toml: `[strata.registries.live]` with "
        '`address = "registry.example"` and `default = true`; or set `skip_push=True`.'
    )


class Archived(str):
    """The answer of the rule below."""


@rule
async def archived(address: Address, strata: StrataSubsystem) -> Archived:
    images = [Image.assemble(platform, [], RuntimeConfig(), annotations={}) for platform in PLATFORMS]
    _, (archive,) = await archive_of(
        await engine.target(address), strata, images, DIGEST, await engine.create({}), "src.web/image"
    )
    return Archived(archive.relpath or "")


def test_an_archive_for_docker_has_one_platform(runner: RuleRunner) -> None:
    rules.write(runner, {"src/web/BUILD": "python_image(name='image', entry_point='main.py', archive='docker')\n"})
    assert rules.message(runner, Archived, Address("src/web", target_name="image")) == (
        'src/web:image: An archive for Docker, `archive="docker"`, holds an image for one platform.\n'
        "Found:\n  linux/amd64\n  linux/arm64\n"
        'Fix: set `archive="oci"`, which Docker 25 and podman read, too; or let the image be for one platform.'
    )
