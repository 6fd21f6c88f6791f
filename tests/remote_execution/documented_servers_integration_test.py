"""The servers of docs/remote-execution.md start with the files that the page shows, and serve over TLS.

Only paths, ports and the database are others. Real Pants builds with them where bazel-remote is at hand: it takes a
minute, and bazel-remote takes a compiler for Go.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import pytest

from documentation.blocks import code_blocks
from support.programs import go_program, require
from support.remote_cache.buildgrid import buildgrid_python
from support.remote_cache.machine import Build, Machine, machine, short_folder
from support.remote_execution.cluster import POOL, Cluster, execution_options
from support.remote_execution.postgres import postgres
from support.servers.registries import make_certificate
from support.servers.serving import free_port, serving

BAZEL_REMOTE = "github.com/buchgr/bazel-remote/v2@v2.6.1"
_PAGE = Path("docs/remote-execution.md")
_ASK = Path("tests/support/remote_cache/ask.py")
_USER, _PASSWORD = "ci", "the secret"
_ENVIRONMENT = f"""
remote_environment(
    name="workers",
    platform="linux_x86_64",
    extra_platform_properties={[f"{name}={value}" for name, value in POOL.items()]},
)
"""


@dataclass(frozen=True)
class Server:
    """One that runs. `headers` are those of a client that may write."""

    port: int
    authority: Path
    executes: bool
    headers: Mapping[str, str] = field(default_factory=dict)

    def asked(self, headers: Mapping[str, str], authority: Optional[Path] = None) -> Mapping[str, Any]:
        """Return what it answers to ask.py, where a client trusts its authority, or another one."""
        address = f"127.0.0.1:{self.port}"
        pairs = [f"{name}={value}" for name, value in headers.items()]
        command = [str(buildgrid_python()), "-I", str(_ASK), address, str(authority or self.authority), *pairs]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        answers: Mapping[str, Any] = json.loads(done.stdout)
        return answers

    def package(self, of: Machine, *targets: str, write: bool = True) -> Build:
        """Return Pants' build with it, as docs/remote-cache.md and docs/remote-execution.md turn it on."""
        # A name, since Pants speaks TLS to no number.
        address = f"grpcs://localhost:{self.port}"
        return of.pants(
            *(f"--remote-store-address={address}", "--remote-cache-read", f"--remote-ca-certs-path={self.authority}"),
            *(("--remote-cache-write", f"--remote-store-headers={dict(self.headers)}") if write else ()),
            *(execution_options(address) if self.executes else ()),
            *("package", *targets),
        )


def documented(name: str, **others: str) -> str:
    """Return a file of the page with other values in the place of those that only a server of one's own has."""
    (text,) = (block.text for block in code_blocks([_PAGE]) if block.file == name)
    for before, after in ((each.partition("=")[::2]) for each in others.values()):
        assert before in text, f"{before} is not in {name} of {_PAGE}"
        text = text.replace(before, after)
    return text


def signed_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """An authority, the certificate of a server that it signed, and its key."""
    authority, authority_key = make_certificate(folder)
    certificate, key = folder / "server.crt", folder / "server.key"
    command = [
        *(require("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-CA", str(authority), "-CAkey", str(authority_key), "-subj", "/CN=server"),
        *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"),
        *("-keyout", str(key), "-out", str(certificate)),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return authority, certificate, key


@contextmanager
def buildgrid(folder: Path) -> Iterator[Server]:
    require("bwrap", "bubblewrap")
    authority, certificate, key = signed_certificate(folder)
    port = free_port()
    with ExitStack() as stack:
        database = stack.enter_context(postgres(folder / "db"))
        text = documented(
            "buildgrid.yml",
            # The tests' workers come by a socket.
            channel=f"server:\n=server:\n  - !channel\n    address: unix:{folder}/socket\n    insecure-mode: true\n",
            address=f"0.0.0.0:50051=127.0.0.1:{port}",
            key=f"/etc/buildgrid/server.key={key}",
            certificate=f"/etc/buildgrid/server.crt={certificate}",
            database=f"postgresql://bgd@/bgd={database}",
            content=f"/var/lib/buildgrid={folder}/content",
        )
        server = Cluster(folder, buildgrid_python(), database, configuration=text)
        server.prepare()
        server.start()
        stack.callback(server.end)
        server.worker("worker")
        yield Server(port, authority, executes=True)


@contextmanager
def bazel_remote(folder: Path) -> Iterator[Server]:
    program = go_program("bazel-remote", BAZEL_REMOTE)
    authority, certificate, key = signed_certificate(folder)
    secret = [require("openssl", "openssl"), "passwd", "-apr1", _PASSWORD]
    done = subprocess.run(secret, stdout=subprocess.PIPE, text=True, check=True)
    (folder / "htpasswd").write_text(f"{_USER}:{done.stdout}")
    port = free_port()
    configuration = folder / "bazel-remote.yml"
    configuration.write_text(
        documented(
            "bazel-remote.yml",
            content=f"/var/lib/bazel-remote={folder}/content",
            address=f"0.0.0.0:50051=127.0.0.1:{port}",
            http=f"127.0.0.1:8080=127.0.0.1:{free_port()}",
            certificate=f"/etc/bazel-remote/server.crt={certificate}",
            key=f"/etc/bazel-remote/server.key={key}",
            passwords=f"/etc/bazel-remote/htpasswd={folder}/htpasswd",
        )
    )
    with serving([program, "--config_file", str(configuration)], port, folder / "log"):
        login = base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()
        yield Server(port, authority, executes=False, headers={"authorization": f"Basic {login}"})


@pytest.fixture(scope="module")
def workspace() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="module", params=[buildgrid, bazel_remote], ids=lambda start: start.__name__)
def server(request: Any, workspace: Path) -> Iterator[Server]:
    folder = workspace / request.param.__name__
    folder.mkdir()
    with request.param(folder) as running:
        yield running


def test_it_keeps_what_is_written(server: Server) -> None:
    answers = {"executes": server.executes, "write": True, "read": True}
    assert server.asked(server.headers) == answers
    if server.headers:
        assert server.asked({}) == {**answers, "write": "UNAUTHENTICATED"}, "everybody reads, with no password"


def test_a_client_that_does_not_know_the_certificate_sends_nothing(server: Server, tmp_path: Path) -> None:
    another, _ = make_certificate(tmp_path)
    answers = server.asked(server.headers, another)
    assert answers == dict.fromkeys(("executes", "write", "read"), "UNAVAILABLE")


def test_pants_builds_with_it(server: Server, workspace: Path) -> None:
    """The second machine has nothing, and executes nothing."""
    go_program("bazel-remote", BAZEL_REMOTE)
    name = "executing" if server.executes else "caching"
    first, second = (made(workspace / f"{name}-{number}") for number in ("first", "second"))
    filled = server.package(first, "src/app:image0").succeeded()
    assert (filled.counters["remote_execution_requests"] > 0) == server.executes
    again = server.package(second, "src/app:image0", write=False).succeeded()
    assert again.executed == again.counters["remote_execution_requests"] == 0
    assert second.made("src.app/image0") == first.made("src.app/image0") != {}


def test_pants_without_the_password_builds_and_counts_what_it_could_not_write(workspace: Path) -> None:
    folder = workspace / "refusing"
    folder.mkdir()
    with bazel_remote(folder) as running:
        of = made(workspace / "stranger")
        built = Server(running.port, running.authority, executes=False).package(of, "//:pip").succeeded()
    assert built.counters["remote_cache_write_errors"] == built.executed > 0


def made(root: Path) -> Machine:
    of = machine(root)
    (of.checkout / "BUILD").write_text(of.build_file + _ENVIRONMENT)
    return of


def test_the_page_installs_the_release_that_was_tried() -> None:
    (tried,) = Path("tests/support/remote_cache/buildgrid.in").read_text().split()
    assert f"$ pip install '{tried}'\n" in _PAGE.read_text()
    assert BAZEL_REMOTE.rpartition("@v")[2] in _PAGE.read_text()
