"""The shop of the examples: programs that share every layer, with a database, and a command line of another resolve."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from strata.layouts.validate import validate
from support.oci.container import Container, Ran, UnpackedImage, free_port, unpack, wait_for_port
from support.oci.examples import contents_of, layer_digests
from support.oci.readers import check_image_schemas, config_of

PROGRAMS = ("migrate", "nightly", "web", "worker")
SHOP = Path("src.examples.shop")
CLI = Path("src.examples.shopctl/image")
POSTGRES = Path("/usr/lib/postgresql")
_NOBODY = 65534


@dataclass(frozen=True)
class Shop:
    """One unpacked root for all four programs, and a database that they share."""

    image: UnpackedImage
    cli: UnpackedImage
    environment: dict[str, str]

    def command(self, name: str, *arguments: str) -> tuple[str, ...]:
        """Return what the image of a program starts, with other arguments where some are given."""
        config = config_of(SHOP / name)["config"]
        return (*config["Entrypoint"], *(arguments or config.get("Cmd", ())))

    def run(self, name: str, *arguments: str) -> Ran:
        return self.image.run(*self.command(name, *arguments), env=self.environment, network=True)

    @contextmanager
    def serving(self) -> Iterator[tuple[str, Container]]:
        port = free_port()
        arguments = ["shop.wsgi", f"--bind=127.0.0.1:{port}", "--worker-tmp-dir=/dev/shm"]
        with self.image.start(*self.command("web", *arguments), env=self.environment, network=True) as container:
            wait_for_port(port, container)
            yield f"http://127.0.0.1:{port}", container

    def order(self, url: str, *arguments: str) -> str:
        return self.cli.run(arguments=(url, *arguments), env={"COLUMNS": "100"}, network=True).output


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnpackedImage, UnpackedImage]:
    folder = tmp_path_factory.mktemp("images")
    return unpack(SHOP / "web", folder / "shop"), unpack(CLI, folder / "cli")


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: Any, images: tuple[UnpackedImage, UnpackedImage], tmp_path: Path) -> Iterator[Shop]:
    image, cli = images
    if request.param == "postgresql":
        with postgres() as url:
            yield Shop(image, cli, {"DATABASE_URL": url})
        return
    # Containers come and go, and the database stays.
    tmp_path.chmod(0o777)
    mount = {"destination": "/data", "type": "bind", "source": str(tmp_path), "options": ["rbind", "rw"]}
    (image.rootfs / "data").mkdir(exist_ok=True)
    kept = replace(image, spec={**image.spec, "mounts": [*image.spec["mounts"], mount]})
    yield Shop(kept, cli, {"DATABASE_URL": "sqlite:////data/shop.sqlite3"})


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a database server on loopback, of those that this machine may have."""
    found = sorted(POSTGRES.glob("*/bin/postgres"))
    if not found:
        pytest.skip("The Debian package postgresql is missing; the same runs with SQLite.")
    programs, folder = found[-1].parent, Path(f"/tmp/strata-postgres-{os.getpid()}")
    folder.mkdir(mode=0o700)
    shutil.chown(folder, _NOBODY, _NOBODY)
    port = free_port()
    try:
        _as_nobody(programs / "initdb", "--auth=trust", "--username=shop", "--no-sync", "--pgdata", folder / "data")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off"
        control = (programs / "pg_ctl", "--pgdata", folder / "data")
        _as_nobody(*control, "--wait", "--log", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://shop@127.0.0.1:{port}/postgres"
        finally:
            _as_nobody(*control, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _as_nobody(*command: object) -> None:
    """A database server refuses to run as root."""
    subprocess.run([str(part) for part in command], check=True, user=_NOBODY, group=_NOBODY, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("layout", [SHOP / "web", CLI], ids=str)
def test_the_layouts_are_right(layout: Path) -> None:
    assert validate(layout) == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_images_match_the_schemas(name: str) -> None:
    check_image_schemas(SHOP / name)


def test_the_programs_share_every_layer() -> None:
    (layers,) = {tuple(layer_digests(SHOP / name)) for name in PROGRAMS}
    assert len(layers) > 5
    starts = [config_of(SHOP / name)["config"]["Entrypoint"] for name in PROGRAMS]
    assert len({tuple(start) for start in starts}) == len(PROGRAMS)


def test_each_image_has_the_wheels_of_its_resolve() -> None:
    def packages(layout: Path) -> set[str]:
        return {name for each in contents_of(layout).values() for name in each.get("packages", {})}

    assert {"django", "gunicorn", "psycopg", "psycopg-binary", "whitenoise"} <= packages(SHOP / "web")
    assert {"httpx", "rich"} <= packages(CLI)
    assert packages(CLI).isdisjoint({"django", "psycopg"})
    assert packages(SHOP / "web").isdisjoint({"httpx", "rich"})


def test_a_health_check_is_in_the_config() -> None:
    check = config_of(SHOP / "web")["config"]["Healthcheck"]
    assert check["Test"][:3] == ["CMD", "python", "-c"]
    assert (check["Interval"], check["Timeout"]) == (30 * 10**9, 3 * 10**9)


def test_an_order_is_taken_shipped_and_counted(shop: Shop) -> None:
    """All as nonroot, on a read-only root."""
    assert "Applying orders.0001_initial... OK" in shop.run("migrate").output
    with shop.serving() as (url, container):
        shop.order(url, "order", "tea", "2")
        shop.order(url, "order", "coffee", "1")
        assert "waiting" in shop.order(url, "list")
        assert shop.run("worker", "--once").output == "shipped 2 tea\nshipped 1 coffee\n"
        with urlopen(f"{url}/orders/1/", timeout=10) as answer:
            assert json.load(answer) == {"id": 1, "product": "tea", "quantity": 2, "state": "shipped"}
        with urlopen(f"{url}/static/shop.css", timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/css")
        container.send(signal.SIGTERM)
        assert container.wait().code == 0
    assert shop.run("nightly").json == {"ordered": {"coffee": 1, "tea": 2}, "forgotten": 0}


def test_the_command_line_says_what_is_wrong(images: tuple[UnpackedImage, UnpackedImage]) -> None:
    ran = images[1].run(arguments=("http://127.0.0.1:1", "list"))
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("shopctl: ")
