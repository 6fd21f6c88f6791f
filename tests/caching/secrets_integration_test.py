"""Passwords of a private index reach the index and nothing else: people with other passwords share a cache."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from support.remote_cache.buildgrid import Relay, RemoteCache
from support.remote_cache.machine import Build, Machine, machine
from support.remote_cache.private_index import PrivateIndex, private_index
from support.venvs.wheels import WheelFile

# Where a machine keeps what the user of the last build configured: readable by that user alone.
_SETTINGS = "named/strata_host/settings.json"
_DEBUGGING = ("--pantsd", "-ldebug", "--keep-sandboxes=always")


@dataclass(frozen=True)
class Person:
    """Somebody with a password. A venv of everybody's and one of their own hold wheels of the private index."""

    name: str
    password: str = field(default_factory=lambda: f"Sesame-{secrets.token_hex(16)}")

    @property
    def traces(self) -> list[bytes]:
        """What gives the password away, plain or as HTTP has it."""
        return [self.password.encode(), base64.b64encode(f"{self.name}:{self.password}".encode()).rstrip(b"=")]

    @property
    def targets(self) -> tuple[str, str]:
        return "//:everybody", f"//:{self.name}"


NETRC = Person("with-netrc")
PIP_CONF = Person("with-pip-conf")
VARIABLE = Person("with-variable")
WRONG = Person("with-wrong-password")
PEOPLE = [NETRC, PIP_CONF, VARIABLE, WRONG]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for name in ["everybody", *(person.name for person in PEOPLE)]:
        module = name.replace("-", "_")
        WheelFile(module, files={f"{module}.py": "ANSWER = 42\n"}).write(folder)
    return folder


@pytest.fixture(scope="module")
def index(wheels: Path) -> Iterator[PrivateIndex]:
    passwords = {person.name: person.password for person in PEOPLE if person is not WRONG}
    with private_index(wheels, passwords) as running:
        yield running


@pytest.fixture(scope="module")
def relay(cache: RemoteCache, filled: Build) -> Iterator[Relay]:
    with cache.relay() as opened:
        yield opened


@pytest.fixture(scope="module")
def machines(first: Machine, wheels: Path) -> Iterator[Mapping[Person, Machine]]:
    """One with netrc, and one of the others, whose builds one daemon runs."""
    files = {**first.locks, "private/BUILD": "", "BUILD": first.build_file + targets(), **locks(wheels)}
    made = [machine(first.root.with_name(name), files) for name in ("with-netrc", "of-the-others")]
    yield {NETRC: made[0], **dict.fromkeys(PEOPLE[1:], made[1])}
    for each in made:
        each.stop_daemon()


def configured(person: Person, machines: Mapping[Person, Machine], index: PrivateIndex) -> Machine:
    """The person's machine, with the private index and, in one of three ways, with the password."""
    home = machines[person].root / "homes" / person.name
    home.mkdir(parents=True)
    variables = {"HOME": str(home), "PIP_CONFIG_FILE": str(home / "pip.conf")}
    host = index.host.partition(":")[0]
    url, with_password = index.url, index.url_for(person.name, person.password)
    if person in (NETRC, WRONG):
        (home / ".netrc").write_text(f"machine {host} login {person.name} password {person.password}\n")
    if person is VARIABLE:
        variables["PIP_INDEX_URL"] = with_password
    (home / "pip.conf").write_text(f"[global]\nindex-url = {with_password if person is PIP_CONF else url}\n")
    return replace(machines[person], environment={**variables, "PATH": os.environ["PATH"]})


def targets() -> str:
    names = ["everybody", *(person.name for person in PEOPLE)]
    return "".join(f'python_venv(name="{name}", lockfile="{name}.lock")\n' for name in names)


def locks(wheels: Path) -> Mapping[str, str]:
    digests = {path.name.partition("-")[0]: hashlib.sha256(path.read_bytes()).hexdigest() for path in wheels.iterdir()}
    return {
        f"{name.replace('_', '-')}.lock": f"{name.replace('_', '-')}==1.0 --hash=sha256:{digest}\n"
        for name, digest in digests.items()
    }


@pytest.mark.parametrize(
    "person, executed",
    # A fetch, a layer and an installation: for the first one of what is everybody's, and for each of what is their own.
    [(NETRC, 6), (PIP_CONF, 3), (VARIABLE, 3)],
    ids=lambda value: getattr(value, "name", None),
)
def test_passwords_do_not_leave_the_configuration(
    person: Person,
    executed: int,
    machines: Mapping[Person, Machine],
    cache: RemoteCache,
    relay: Relay,
    index: PrivateIndex,
) -> None:
    made = configured(person, machines, index)
    build = made.package(*person.targets, options=_DEBUGGING, cache=relay, write=True).succeeded()
    assert build.executed == executed
    assert build.hits == build.asked - executed
    assert person.name in index.granted
    assert len(list((made.root / "sandboxes").iterdir())) >= executed
    assert traces(person, made, cache, build) == []
    assert (made.root / _SETTINGS).stat().st_mode & 0o777 == 0o600


def test_a_wrong_password(
    machines: Mapping[Person, Machine], cache: RemoteCache, relay: Relay, index: PrivateIndex
) -> None:
    made = configured(WRONG, machines, index)
    build = made.package(*WRONG.targets, options=_DEBUGGING, cache=relay, write=True)
    assert build.code != 0
    assert WRONG.name in index.refused
    assert (
        "with-wrong-password 1.0: not every index could be read, and no other has a wheel that fits.\n"
        "Found:\n"
        f"  {index.url}with-wrong-password/: HTTP 401 Unauthorized\n"
        "Fix: check the user and the password that ~/.netrc or pip's configuration (`pip config list`) has for it.\n"
    ) in build.output
    for person in PEOPLE:
        assert traces(person, machines[person], cache, build, settings=person in (NETRC, WRONG)) == []


def traces(person: Person, of: Machine, cache: RemoteCache, build: Build, *, settings: bool = True) -> list[str]:
    """Where a password shows: in files of the machine or of the cache, or in what Pants printed.

    :param settings: whether the person's build was the last one of the machine, which keeps its settings.
    """
    allowed = {of.root / "homes" / person.name, *([of.root / _SETTINGS] if settings else [])}
    files = [
        path
        for folder in (of.root, cache.folder)
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and not allowed & {path, *path.parents}
    ]
    assert {path.relative_to(of.root).parts[0] for path in files if of.root in path.parents} >= {
        "store",
        "work",
        "sandboxes",
    }
    found = [str(path) for path in files if any(trace in path.read_bytes() for trace in person.traces)]
    return found + ["the output" for trace in person.traces if trace.decode() in build.output]
