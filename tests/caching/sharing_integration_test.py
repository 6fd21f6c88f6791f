"""A cache that one machine filled serves another one, which has nothing in common with it but the repository.

The other one has another release of Pants, too, which STRATA_TEST_PANTS chooses. Keys are those of Pants, which from
2.33 on writes them in another form: there a cache of its own serves.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.layouts.layout import Layout
from strata.verbs import VERBS
from support.programs import refuse
from support.releases import Release, another
from support.remote_cache.buildgrid import RemoteCache
from support.remote_cache.machine import APPS, Build, Machine, copy_python, machine
from support.remote_cache.network import loopback_network

# What a build on Debian's CPython does not ask for.
_STANDALONE = {verb for verb in VERBS if "standalone" in verb}

_NOBODY = 65534
_SOMEBODY = 12345

# As if the machine's zlib were another: whatever it compresses has other bytes.
_ANOTHER_ZLIB = """
import zlib
compress, compressobj = zlib.compress, zlib.compressobj
zlib.compress = lambda data, level=-1, **more: compress(data, 1)
zlib.compressobj = lambda level=-1, *more, **others: compressobj(1, *more, **others)
"""


@dataclass(frozen=True)
class Elsewhere:
    """A directory with copies of another Pants, and of a CPython that runs it."""

    release: Release
    folder: Path

    def machine(self, root: Path, locks: Mapping[str, str], **fields: Any) -> Machine:
        """A machine that has nothing in common with the first one but the repository."""
        home = root / "a home"
        home.mkdir(parents=True)
        own = {"HOME": str(home), "USER": "stranger", "PATH": "/usr/bin:/bin", "LANG": "C", "TZ": "Pacific/Chatham"}
        environment = {**own, **self.release.environment}
        python, site = self.folder / "python" / "python", self.folder / "site"
        return machine(root, locks, python=python, site=site, umask=0o077, environment=environment, **fields)


@pytest.fixture(scope="module")
def elsewhere(workspace: Path) -> Elsewhere:
    if os.geteuid() != 0:
        refuse("Only root may build as two users.")
    made = Elsewhere(another(), workspace / "elsewhere")
    copy_python(made.release.python, made.folder / "python")
    for site in made.release.sites:
        # The owner alone may run a Pants with this program, which it needs no more than others do.
        shutil.copytree(site, made.folder / "site", dirs_exist_ok=True, ignore=shutil.ignore_patterns("sandboxer"))
    return made


def images(built: Machine) -> dict[str, str]:
    """All that was made, but for what says which Pants made it."""
    return {path: digest for path, digest in built.made().items() if not path.endswith("/provenance.json")}


def test_it_has_another_release(elsewhere: Elsewhere, first: Machine) -> None:
    assert elsewhere.release.version != Release.of(first.python).version


def test_a_cold_build_executes_every_step_and_keeps_it(filled: Build) -> None:
    assert filled.hits == 0
    assert filled.executed == filled.asked == filled.counters["remote_cache_write_successes"] > 30


@pytest.fixture(scope="module")
def second(
    first: Machine, filled: Build, cache: RemoteCache, workspace: Path, elsewhere: Elsewhere
) -> tuple[Machine, Build]:
    """One that builds with the filled cache, in which two steps have each other's result."""
    if elsewhere.release.has_own_keys:
        with cache.relay() as relay:
            elsewhere.machine(workspace / "filling", first.locks).package(cache=relay, write=True).succeeded()
    cache.forge("app-layer")
    network = loopback_network()
    second = elsewhere.machine(workspace / "second", first.locks, user=_NOBODY, network=network)
    with cache.relay(network) as relay:
        build = second.package(cache=relay).succeeded()
    return second, build


def test_a_second_machine_executes_and_fetches_nothing(
    second: tuple[Machine, Build], first: Machine, filled: Build
) -> None:
    machine, build = second
    assert build.executed == 0
    assert build.hits == build.asked == filled.asked
    odd = tuple(f"src.app/{name}{more}" for name in forged(machine, first) for more in "/.")
    assert len(odd) == 4
    assert without(odd, images(machine)) == without(odd, images(first))


def without(starts: tuple[str, ...], made: Mapping[str, str]) -> Mapping[str, str]:
    return {path: digest for path, digest in made.items() if not path.startswith(starts)}


def forged(machine: Machine, first: Machine) -> list[str]:
    """The images with a layer that another step made."""
    names = [f"image{number}" for number in range(APPS)]
    return [name for name in names if machine.made(f"src.app/{name}/blobs") != first.made(f"src.app/{name}/blobs")]


def test_a_forged_result_enters_an_image_and_a_rebuild_finds_it(
    second: tuple[Machine, Build], first: Machine, filled: Build, workspace: Path, elsewhere: Elsewhere
) -> None:
    """The rebuild is on a third machine, as another user and with another Python, and has all other bytes."""
    name, _ = forged(second[0], first)
    host_python = copy_python(newest_python(), workspace / "another python")
    (library,) = host_python.parent.glob("lib/python3.*/")
    # Each process on it imports this module.
    with (library / "hashlib.py").open("a") as module:
        module.write(_ANOTHER_ZLIB)
    third = elsewhere.machine(workspace / "third", first.locks, user=_SOMEBODY, host_python=host_python)
    layout, kept = third.root / "layout", third.root / "kept"
    shutil.copytree(second[0].checkout / "dist/src.app" / name, layout)
    kept.mkdir()
    ended = third.run(*validate(third, name, layout, kept))
    right = first.checkout / "dist/src.app" / name
    wrong, true = (list(Layout.open(each).manifests()) for each in (layout, right))
    (wrong_layer,) = {each.digest for each in wrong[0].layers} - {each.digest for each in true[0].layers}
    last = true[0].layers[-1].digest
    assert ended.output == (
        f"{wrong[0].config.digest} (linux/amd64, config) is rebuilt as {true[0].config.digest} [rebuild]\n"
        f"{wrong_layer} (linux/amd64, layer {len(true[0].layers):02}) is rebuilt as {last} [rebuild]\n"
    )
    assert ended.code == 1
    assert Build(0, (kept / "output").read_text()).executed > filled.executed - APPS


def validate(of: Machine, name: str, layout: Path, kept: Path) -> list[str]:
    """The command that rebuilds an image on a machine; `kept` gets what its Pants says."""
    pants = of.root / "pants"
    pants.write_text(f'#!/bin/sh\nexec {shlex.join(of.launcher)} "$@" > {kept}/output 2>&1\n')
    pants.chmod(0o755)
    for path in [kept, layout, *layout.rglob("*")]:
        os.chown(path, _SOMEBODY, _SOMEBODY)
    library = str(of.root / "plugin/src")
    strata = f"import runpy, sys; sys.path.insert(0, {library!r}); runpy.run_module('strata', run_name='__main__')"
    return [str(of.python), "-c", strata, "validate", f"--rebuild=src/app:{name}", f"--pants={pants}", str(layout)]


def test_the_page_of_cached_steps_has_every_step_and_what_is_in_its_key(first: Machine, filled: Build) -> None:
    """What a build asked for is in the sandboxes that it kept: one without sdists, registries, archives, placed files,
    new locks, debug images, tests of images.
    """
    page = Path("docs/cached-steps.md").read_text()
    described = dict(re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    assert set(described) == set(VERBS)
    seen = set()
    for script in (first.root / "sandboxes").glob("*/__run.sh"):
        (verb,) = re.findall(r"\.strata/program\.pyc? ([a-z-]+)", script.read_text())
        if verb == "compile":  # the library itself, once for each step
            continue
        request = json.loads(script.with_name(".request.json").read_text())
        named = re.findall(r"^\|(.*?)\|", described[verb], re.M)
        assert {field for cell in named for field in re.findall(r"`(\w+)`", cell)} == set(request), verb
        seen.add(verb)
    assert seen == set(VERBS) - {
        *("build-wheel", "debug-layer", "fetch-base", "fetch-base-layer", "fetch-debian-index", "files-layer"),
        *("image-archive", "inspect-base-layer", "lock-installer", "normal-wheel", "try-image"),
        *_STANDALONE,
    }


def newest_python() -> Path:
    """Of those that pyenv has; the one of this test, if there is no pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    pythons = {
        tuple(map(int, path.parts[-3].split("."))): path for path in versions.glob("3.*[0-9]/bin/python3.[0-9]*[0-9]")
    }
    return max(pythons.items())[1] if pythons else Path(sys.executable)
