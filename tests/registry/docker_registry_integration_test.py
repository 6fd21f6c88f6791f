"""Images that are pushed to Debian's docker-registry, and what other programs read there."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import strata
from pants_strata.library_command import PUSH
from strata.layouts.layout import Layout
from support.oci.layouts import compressed, write_example
from support.oci.readers import require_root, run
from support.programs import require
from support.servers.registries import PASSWORD, USER, docker_registry, make_certificate, token_service

_POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'


def layer(name: str, size: int) -> bytes:
    """A layer with one file of bytes that do not compress."""
    output = BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = size
        archive.addfile(member, BytesIO(os.urandom(size)))
    return compressed(output.getvalue())


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    write_example(tmp_path / "layout", blobs=[layer("large", 5 << 20), layer("small", 1000)])
    return Layout.open(tmp_path / "layout")


def strata_command(folder: Path, *arguments: str, **environment: str) -> tuple[int, Any, str]:
    return ran(folder, [sys.executable, "-m", "strata", *arguments], **environment)


def fast_push(folder: Path, *arguments: str, **environment: str) -> tuple[int, Any, str]:
    """The same by the program of `./pants publish`, which begins with light forms of modules and without `ssl`."""
    return ran(folder, [*PUSH, *arguments], **environment)


def ran(folder: Path, command: Sequence[str], **environment: str) -> tuple[int, Any, str]:
    done = subprocess.run(
        command,
        env={
            "PYTHONPATH": os.pathsep.join([os.path.dirname(os.path.dirname(strata.__file__)), *sys.path]),
            "HOME": str(folder),
            "LC_ALL": "C",
            "PATH": os.environ.get("PATH", os.defpath),
            **environment,
        },
        capture_output=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or "null"), done.stderr.decode()


def log_in(folder: Path, address: str, password: str = PASSWORD) -> str:
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    file = folder / "auth.json"
    file.write_text(json.dumps({"auths": {address: {"auth": auth}}}))
    return str(file)


def skopeo_digest(reference: str, *options: str) -> str:
    skopeo = require("skopeo", "skopeo")
    return str(json.loads(run(skopeo, "inspect", *options, f"docker://{reference}"))["Digest"])


def test_push_read_pull(layout: Layout, tmp_path: Path) -> None:
    digest = layout.roots()[0].digest
    with docker_registry(tmp_path) as address:
        target = f"{address}/team/app:1"
        code, pushed, said = strata_command(tmp_path, "push", str(layout.root), target, "--tag=latest")
        assert (code, said) == (0, "")
        assert (pushed["digest"], pushed["tags"], pushed["uploaded"]) == (digest, ["1", "latest"], 3)
        assert skopeo_digest(f"{address}/team/app:latest", "--tls-verify=false") == digest

        _, other, _ = strata_command(
            tmp_path, "push", str(layout.root), f"{address}/team/other:1", "--mount-from=team/app"
        )
        assert (other["mounted"], other["uploaded"], other["bytes"]) == (3, 0, 0)
        _, copied, _ = strata_command(tmp_path, "copy", target, f"{address}/live/app:1")
        assert (copied["digest"], copied["mounted"]) == (digest, 3)

        assert strata_command(tmp_path, "pull", str(tmp_path / "pulled"), f"{address}/live/app:1")[0] == 0
        assert strata_command(tmp_path, "validate", "--quiet", "--image-spec-only", str(tmp_path / "pulled"))[0] == 0
        assert Layout.open(tmp_path / "pulled").roots()[0].digest == digest


def test_podman_runs_what_was_pushed(layout: Layout, tmp_path: Path) -> None:
    podman = require("podman", "podman")
    require_root()
    (tmp_path / "policy.json").write_text(_POLICY)
    with docker_registry(tmp_path) as address, tempfile.TemporaryDirectory(prefix="strata-") as runroot:
        assert strata_command(tmp_path, "push", str(layout.root), f"{address}/team/app:1")[0] == 0
        store = ["--storage-driver", "vfs", "--root", str(tmp_path / "root"), "--runroot", runroot]
        pull = ["pull", "--quiet", "--tls-verify=false", "--signature-policy", str(tmp_path / "policy.json")]
        image = run(podman, *store, *pull, f"{address}/team/app:1").strip()
        told = json.loads(run(podman, *store, "image", "inspect", image))[0]
        assert told["Digest"] == layout.roots()[0].digest


def test_token_service(layout: Layout, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with token_service(tmp_path, certificate, key) as service, docker_registry(tmp_path, auth=service.auth) as address:
        target = f"{address}/team/app:1"
        code, _, said = strata_command(tmp_path, "push", str(layout.root), target)
        assert (code, said.splitlines()[0]) == (2, f"{target}: the registry does not allow to get a token.")

        file = log_in(tmp_path, address, "wrong")
        code, _, said = strata_command(tmp_path, "push", str(layout.root), target, REGISTRY_AUTH_FILE=file)
        assert code == 2
        assert said == (
            f"{target}: the registry does not allow to get a token.\nFound:\n  HTTP 401\n"
            f"Fix: the credentials of {USER} were used: ask the registry's owner for the right to get a token here, or "
            "log in as another user.\n"
        )
        file = log_in(tmp_path, address)
        code, pushed, said = strata_command(tmp_path, "push", str(layout.root), target, REGISTRY_AUTH_FILE=file)
        assert (code, pushed and pushed["uploaded"], said) == (0, 3, "")
        assert set(service.scopes) == {"repository:team/app:pull,push"}
        code, pushed, _ = strata_command(
            *(tmp_path, "push", str(layout.root), f"{address}/team/other:1", "--mount-from=team/app"),
            REGISTRY_AUTH_FILE=file,
        )
        assert (code, pushed["mounted"]) == (0, 3)
        code, pushed, said = fast_push(tmp_path, str(layout.root), f"{address}/team/app:2", REGISTRY_AUTH_FILE=file)
        assert (code, pushed["present"], said) == (0, 3, "")
        assert skopeo_digest(target, "--tls-verify=false", f"--authfile={file}") == layout.roots()[0].digest


def test_expired_token_is_renewed(layout: Layout, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with token_service(tmp_path, certificate, key) as service, docker_registry(tmp_path, auth=service.auth) as address:
        service.stale = 1
        target = f"{address}/team/app:1"
        file = log_in(tmp_path, address)
        code, pushed, said = strata_command(tmp_path, "push", str(layout.root), target, REGISTRY_AUTH_FILE=file)
        assert (code, said) == (0, "")
        assert (pushed["digest"], service.stale) == (layout.roots()[0].digest, 0)
        assert len(service.scopes) == 2


def test_tls_with_an_authority_of_its_own(layout: Layout, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = {"certificate": str(certificate), "key": str(key)}
    with docker_registry(tmp_path, tls=tls) as address:
        target = f"{address}/team/app:1"
        code, _, said = strata_command(tmp_path, "push", str(layout.root), target)
        assert code == 2
        first, _, reason, fix = said.splitlines()
        assert first == f"{target}: the certificate of {address} is not trusted."
        assert "certificate verify failed" in reason
        assert fix == (
            "Fix: name the bundle with its authority in SSL_CERT_FILE, or put the authority into "
            "/etc/containers/certs.d/HOST:PORT/ca.crt."
        )
        assert fast_push(tmp_path, str(layout.root), target) == (code, None, said)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            named = {name: str(certificate)}
            assert strata_command(tmp_path, "push", str(layout.root), target, **named)[0] == 0
        folder = tmp_path / ".config/containers/certs.d" / address
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(certificate.read_bytes())
        code, pushed, said = strata_command(tmp_path, "push", str(layout.root), f"{address}/team/app:2")
        assert (code, said) == (0, "")
        assert skopeo_digest(f"{address}/team/app:2", f"--cert-dir={folder}") == pushed["digest"]
        assert fast_push(tmp_path, str(layout.root), f"{address}/team/app:3")[0] == 0
        assert skopeo_digest(f"{address}/team/app:3", f"--cert-dir={folder}") == pushed["digest"]


def test_registry_that_wants_a_certificate_of_the_client(layout: Layout, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    tls = {"certificate": str(certificate), "key": str(key), "clientcas": [str(certificate)]}
    with docker_registry(tmp_path, tls=tls) as address:
        target = f"{address}/team/app:1"
        code, _, said = strata_command(tmp_path, "push", str(layout.root), target, SSL_CERT_FILE=str(certificate))
        assert code == 2
        assert said == (
            f"{target}: {address} wants to know a certificate of this client.\n"
            "Fix: put it into /etc/containers/certs.d/HOST:PORT/ or ~/.config/containers/certs.d/HOST:PORT/ as "
            "client.cert, and its key as client.key.\n"
        )
        folder = tmp_path / ".config/containers/certs.d" / address
        folder.mkdir(parents=True)
        (folder / "client.cert").write_bytes(certificate.read_bytes())
        (folder / "client.key").write_bytes(key.read_bytes())
        code, pushed, said = strata_command(tmp_path, "push", str(layout.root), target, SSL_CERT_FILE=str(certificate))
        assert (code, said) == (0, "")
        assert pushed["digest"] == layout.roots()[0].digest


def test_memory_does_not_grow_with_a_layer(tmp_path: Path) -> None:
    write_example(tmp_path / "layout", blobs=[bytes(200 << 20)])
    measured = (
        "import re, runpy, sys\n"
        "sys.argv[0] = 'strata'\n"
        "try: runpy.run_module('strata', run_name='__main__')\n"
        # What the kernel says of resources used begins with those of the process that started this one.
        "except SystemExit as end: print(end.code, re.search('VmHWM:(.*) kB', open('/proc/self/status').read())[1])"
    )
    with docker_registry(tmp_path) as address:
        path = os.pathsep.join([os.path.dirname(os.path.dirname(strata.__file__)), *sys.path])
        for command in (("push", str(tmp_path / "layout")), ("pull", str(tmp_path / "pulled"))):
            said = subprocess.run(
                [sys.executable, "-c", measured, *command, f"{address}/team/app:1"],
                env={"PYTHONPATH": path, "HOME": str(tmp_path), "LC_ALL": "C"},
                stdout=subprocess.PIPE,
                check=True,
            ).stdout.decode()
            code, kibibytes = said.splitlines()[-1].split()
            assert code == "0"
            assert int(kibibytes) < 80 << 10
