"""A cache that one machine filled serves another one, which has nothing in common with it but the repository.

The other one has another release of Pants, too, which STRATA_TEST_PANTS chooses. Keys are those of Pants, which from
2.33 on writes them in another form: there a cache of its own serves.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.verbs import VERBS
from support.programs import refuse
from support.releases import Release, another
from support.remote_cache.buildgrid import RemoteCache
from support.remote_cache.machine import Build, Machine, copy_python, machine
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


def test_a_second_machine_executes_and_fetches_nothing(
    first: Machine, filled: Build, cache: RemoteCache, workspace: Path, elsewhere: Elsewhere
) -> None:
    if elsewhere.release.has_own_keys:
        with cache.relay() as relay:
            elsewhere.machine(workspace / "filling", first.locks).package(cache=relay, write=True).succeeded()
    network = loopback_network()
    second = elsewhere.machine(workspace / "second", first.locks, user=_NOBODY, network=network)
    with cache.relay(network) as relay:
        build = second.package(cache=relay).succeeded()
    assert build.executed == 0
    assert build.hits == build.asked == filled.asked
    assert images(second) == images(first)


def test_a_machine_without_the_cache_makes_the_same_bytes(
    first: Machine, filled: Build, workspace: Path, elsewhere: Elsewhere
) -> None:
    host_python = copy_python(newest_python(), workspace / "another python")
    (library,) = host_python.parent.glob("lib/python3.*/")
    # Each process on it imports this module.
    with (library / "hashlib.py").open("a") as module:
        module.write(_ANOTHER_ZLIB)
    third = elsewhere.machine(workspace / "third", first.locks, user=_SOMEBODY, host_python=host_python)
    assert third.package().succeeded().executed == filled.executed
    assert images(third) == images(first)


def test_the_page_of_cached_steps_has_every_step_and_what_is_in_its_key(first: Machine, filled: Build) -> None:
    """What a build asked for is in the sandboxes that it kept: one without sdists, registries, archives, placed files,
    new locks, debug images, tests of images.
    """
    page = Path("docs/cached-steps.md").read_text()
    described = dict(re.findall(r"^## `([a-z-]+)`\n(.*?)(?=^## |\Z)", page, re.M | re.S))
    assert set(described) == set(VERBS)
    seen = set()
    for script in (first.root / "sandboxes").glob("*/__run.sh"):
        (verb,) = re.findall(r"\.strata/program\.py ([a-z-]+)", script.read_text())
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
