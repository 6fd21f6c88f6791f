"""Remote execution by BuildGrid and two workers, each action with nothing but a kernel beside what it brings.

BuildGrid, its queue in PostgreSQL and Pants are real; the workers are the tests' own (support.remote_execution). Each
fault meets one step that nobody has done yet: the app layer of one more image.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from support.remote_cache.buildgrid import Relay
from support.remote_cache.machine import Build, Machine, machine
from support.remote_execution.cluster import POOL, Cluster, Worker, cluster, execution_options, verbs

_ENVIRONMENT = f"""
remote_environment(
    name="workers",
    platform="linux_x86_64",
    extra_platform_properties={[f"{name}={value}" for name, value in POOL.items()]},
)
"""
_numbers = count()


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[Cluster]:
    with cluster(workspace / "execution") as running:
        running.worker("elsewhere", {**POOL, "pool": "another"})
        yield running


@pytest.fixture(scope="module")
def relay(server: Cluster) -> Iterator[Relay]:
    with server.cache.relay() as opened:
        yield opened


@pytest.fixture(scope="module")
def remote(first: Machine, filled: Build, workspace: Path) -> Iterator[Machine]:
    """A machine that sends steps to workers; its Pants runs on, since starting it takes longer than a fault."""
    made = machine(workspace / "remote", {**first.locks, "BUILD": first.build_file + _ENVIRONMENT})
    yield made
    made.stop_daemon()


def build(of: Machine, relay: Relay, *targets: str) -> Build:
    """The same options for all: the daemon would start anew for others."""
    options = ["--pantsd", "--keep-sandboxes=always", *execution_options(f"grpc://127.0.0.1:{relay.port}")]
    return of.package(*targets, options=options, cache=relay, write=True)


@pytest.fixture(scope="module")
def built(remote: Machine, relay: Relay) -> Build:
    """The first build: all artifacts, and one image."""
    return build(remote, relay, "//:base", "//:cpython", "//:venv", image(next(_numbers)))


def image(number: int) -> str:
    return f"src/app:image{number}"


def pool(server: Cluster) -> list[Worker]:
    """Return the workers that the environment's properties choose."""
    return [worker for worker in server.workers if worker.name != "elsewhere"]


def equal(remote: Machine, first: Machine, part: str) -> bool:
    return remote.made(part) == first.made(part) != {}


def test_digests_are_those_of_a_local_build(built: Build, remote: Machine, first: Machine) -> None:
    built.succeeded()
    for part in ("base", "cpython", "venv", "src.app/image0"):
        assert equal(remote, first, part), part


def test_this_machine_executes_what_needs_its_configuration_alone(
    built: Build, remote: Machine, server: Cluster
) -> None:
    scripts = [script.read_text() for script in (remote.root / "sandboxes").glob("*/__run.sh")]
    assert verbs(scripts) == {"fetch-debian", "fetch-wheel", "interpreter-tree"}
    executed = [worker.executed() for worker in pool(server)]
    assert all(verbs(lines) for lines in executed), "each worker had its share"
    assert verbs([line for lines in executed for line in lines]) >= {
        *(
            "compile",
            "os-packages-layer",
            "interpreter-layer",
            "venv-layer",
            "dependencies-layer",
            "proof",
            "app-layer",
        ),
    }


def test_properties_of_the_platform_choose_the_pool(built: Build, server: Cluster) -> None:
    (elsewhere,) = [worker for worker in server.workers if worker not in pool(server)]
    assert elsewhere.executed() == []


def test_what_steps_share_goes_up_once(built: Build, remote: Machine, relay: Relay) -> None:
    """The interpreter alone has 57 MB unpacked."""
    relay.counts()
    assert build(remote, relay, image(next(_numbers))).succeeded().counters["remote_execution_requests"] == 1
    assert relay.counts()["sent"] < 30_000


def after(remote: Machine, relay: Relay, first: Machine) -> Build:
    """Build one more image, whose bytes are right if it is built at all."""
    number = next(_numbers)
    ended = build(remote, relay, image(number))
    if ended.code == 0:
        assert equal(remote, first, f"src.app/image{number}")
    return ended


def test_a_worker_that_dies(built: Build, remote: Machine, relay: Relay, first: Machine, server: Cluster) -> None:
    """Both do, and come again, as a supervisor has them do."""
    names = [worker.name for worker in pool(server)]
    for worker in pool(server):
        worker.misbehave("die", "app-layer")
    threading.Thread(target=_restart_the_dead, args=(server, names)).start()
    after(remote, relay, first).succeeded()
    assert any(worker.process.poll() is not None for worker in pool(server))


def _restart_the_dead(server: Cluster, names: list[str]) -> None:
    """As soon as one has died, start it again and make the other one behave."""
    alive = {worker.name: worker for worker in pool(server) if worker.name in names}
    while all(worker.process.poll() is None for worker in alive.values()):
        time.sleep(0.05)
    for worker in alive.values():
        if worker.process.poll() is None:
            worker.misbehave("", "")
        else:
            server.worker(worker.name)


def test_a_slow_link_and_slow_workers(
    built: Build, remote: Machine, relay: Relay, first: Machine, server: Cluster
) -> None:
    relay.fail(methods=".", delay=0.2)
    for worker in pool(server):
        if worker.process.poll() is None:
            worker.misbehave("wait", "app-layer")
    after(remote, relay, first).succeeded()
    relay.fail()
    for worker in pool(server):
        if worker.process.poll() is None:
            worker.misbehave("", "")


def test_a_server_that_restarts(built: Build, remote: Machine, relay: Relay, first: Machine, server: Cluster) -> None:
    for worker in pool(server):
        if worker.process.poll() is None:
            worker.misbehave("wait", "app-layer")
    before = begun(server)
    restart = threading.Thread(target=_restart, args=(server, before))
    restart.start()
    number = next(_numbers)
    ended = build(remote, relay, image(number))
    restart.join()
    # Pants asks five times for a server that is away.
    assert ended.code == 0 or "did not do the step 'Write the app layer" in ended.output, ended.output
    build(remote, relay, image(number)).succeeded()
    assert equal(remote, first, f"src.app/image{number}")


def begun(server: Cluster) -> int:
    """Return how many actions workers have begun."""
    return sum(line.count("app-layer") for worker in pool(server) for line in worker.executed())


def _restart(server: Cluster, before: int) -> None:
    """While a worker executes an action."""
    while begun(server) == before:
        time.sleep(0.05)
    server.stop()
    server.start()


def test_blobs_that_have_expired(built: Build, remote: Machine, relay: Relay, first: Machine, server: Cluster) -> None:
    """All that the server held: Pants uploads again what a step needs."""
    for path in server.cache.content:
        path.unlink()
    after(remote, relay, first).succeeded()


_FAULTS = [
    pytest.param({"methods": "Write|BatchUpdateBlobs", "status": "RESOURCE_EXHAUSTED"}, id="a store without room"),
    pytest.param({"methods": "Execute", "status": "UNAUTHENTICATED"}, id="a server that wants a password"),
]


@pytest.mark.parametrize("fault", _FAULTS)
def test_a_step_that_the_server_does_not_take(
    fault: dict[str, str], built: Build, remote: Machine, relay: Relay, first: Machine
) -> None:
    relay.fail(**fault)
    ended = after(remote, relay, first)
    relay.fail()
    assert ended.code == 1
    told = re.search(r"StrataError: (The workers .*?)\nFound:\n(.*?)\n(Fix: .*?)\n", ended.output, re.S)
    assert told, ended.output
    # Which step comes first is not always the same: the server forgot what it did before it restarted.
    assert re.fullmatch(r"The workers of the environment 'workers' did not do the step '[^']+'\.", told[1])
    assert "told to fail" in told[2], "the words of the server"
    assert told[3] == (
        "Fix: see that the server of `[GLOBAL].remote_execution_address` runs, takes the token or password that you "
        "give it, has room in its store, and has workers with the `extra_platform_properties` of the environment; then "
        "build again: what was made already is kept. Or build here: `./pants --no-remote-execution package ::`."
    )
    assert "Traceback" not in ended.output


def test_a_worker_that_returns_another_blob_than_it_says(
    built: Build, remote: Machine, relay: Relay, first: Machine, server: Cluster
) -> None:
    for worker in pool(server):
        if worker.process.poll() is None:
            worker.misbehave("forge", "app-layer")
    ended = after(remote, relay, first)
    assert ended.code == 1
    assert "has a wrong result: its layer is not the blob that came with it." in ended.output
