"""Simulates a monorepo that builds images for weeks: how large caches and registries grow, and what is found in them.

    ./pants --no-python-run-against-entire-lockfile run tests/scale/simulate.py

Sizes of layers and times of steps were measured (measured.json); who shares a layer, and which wheels install together,
is decided by the code that decides it in a build (strata.plan). All else is assumed, stands in `Assumed`, and is drawn
with a seed: the same command prints the same table.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strata.plan.install_batches import install_batches
from strata.plan.layer_groups import layer_groups

_MEASURED: dict[str, Any] = json.loads(Path("tests/scale/measured.json").read_text())
_SECONDS, _LAYERS, _BYTES = _MEASURED["seconds"], _MEASURED["layers"], _MEASURED["bytes"]
_THRESHOLD, _BUDGET = 16 * 1024, 100

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Assumed:
    """What a table is for. A commit edits the code of one team, of a library that some share, or of one that many do;
    or it takes a new version of one package.
    """

    images: int = 3000
    packages: int = 500
    commits: int = 200
    machines: int = 50
    days: int = 30
    kept_days: int = 14
    direct: tuple[int, int] = (4, 30)
    updates: float = 0.10
    shared_edits: tuple[tuple[float, int], ...] = ((0.80, 1), (0.95, 30), (1.0, 600))
    seed: int = 17


@dataclass
class Days:
    """What is counted over all days."""

    asked: Counter[str] = field(default_factory=Counter)
    local: Counter[str] = field(default_factory=Counter)
    executed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    built: int = 0
    stored: dict[Key, int] = field(default_factory=dict)
    used: dict[Key, int] = field(default_factory=dict)
    blobs: dict[Key, int] = field(default_factory=dict)
    pulled: int = 0
    whole: int = 0
    naive: int = 0


class Repository:
    """Images and what they hold. The version of a package is the number of its updates."""

    def __init__(self, assumed: Assumed, chance: random.Random) -> None:
        measured = list(_MEASURED["wheels"].values())
        self.names = [f"package-{number:03}" for number in range(assumed.packages)]
        self.sizes = {name: int(chance.choice(measured) * chance.uniform(0.5, 1.5)) for name in self.names}
        self.versions = dict.fromkeys(self.names, 0)
        # A package needs some that more projects need than need it.
        needs = {
            name: chance.sample(self.names[:place], min(place, chance.choice((0, 0, 1, 2, 3))))
            for place, name in enumerate(self.names)
        }
        popular = [1 / (place + 10) for place in range(assumed.packages)]
        # What a package needs comes before it.
        brought: dict[str, frozenset[str]] = {}
        for name in self.names:
            brought[name] = frozenset([name]).union(*(brought[each] for each in needs[name]))
        direct = [
            frozenset(chance.choices(self.names, popular, k=chance.randint(*assumed.direct)))
            for _ in range(assumed.images)
        ]
        self.wheels = [frozenset[str]().union(*(brought[name] for name in names)) for names in direct]
        self.edits = [0] * assumed.images
        plans = {names: self._plan([brought[name] for name in names]) for names in set(direct)}
        self.plans = [plans[names] for names in direct]

    def _plan(self, brought: list[frozenset[str]]) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
        sizes = {name: self.sizes[name] for names in brought for name in names}
        return layer_groups(sizes, budget=_BUDGET, threshold=_THRESHOLD), install_batches(sizes, brought)

    def steps(self, image: int) -> Iterator[tuple[str, Key, int, float]]:
        """Yield kind, key, bytes of the result and seconds of each step of an image, beside those that all share."""
        groups, batches = self.plans[image]
        for name in self.wheels[image]:
            yield "fetch", ("fetch", name, self.versions[name]), self.sizes[name], _SECONDS["fetch"]
        for group in groups:
            size = sum(self.sizes[name] for name in group)
            seconds = _SECONDS["layer"] + size / 1e6 * _SECONDS["layer_megabyte"]
            yield "layer", ("layer", self._of(group)), size, seconds
        for batch in batches:
            yield "proof", ("proof", self._of(batch)), 0, _SECONDS["proof"]
        yield "app", ("app", image, self.edits[image]), _LAYERS["app"], _SECONDS["app"]

    def _of(self, names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
        return tuple((name, self.versions[name]) for name in names)


def simulate(assumed: Assumed) -> tuple[Repository, Days, Days]:
    """Return the repository, what its first build of all images counts, and what the days after it count."""
    chance = random.Random(assumed.seed)
    repository = Repository(assumed, chance)
    first, days = Days(), Days()
    stores: list[set[Key]] = [set() for _ in range(assumed.machines)]
    build(repository, range(assumed.images), 0, set(), first)
    days.stored, days.used, days.blobs = dict(first.stored), dict(first.used), dict(first.blobs)
    for day in range(1, assumed.days + 1):
        for _ in range(assumed.commits):
            images = commit(repository, assumed, chance)
            build(repository, images, day, chance.choice(stores), days)
    return repository, first, days


def commit(repository: Repository, assumed: Assumed, chance: random.Random) -> list[int]:
    """Make a change; return the images that hold it."""
    if chance.random() < assumed.updates:
        name = chance.choice(repository.names)
        repository.versions[name] += 1
        return [image for image, wheels in enumerate(repository.wheels) if name in wheels]
    draw = chance.random()
    images = chance.sample(range(assumed.images), next(many for most, many in assumed.shared_edits if draw < most))
    for image in images:
        repository.edits[image] += 1
    return images


def build(repository: Repository, images: Any, day: int, store: set[Key], days: Days) -> None:
    """Count the steps of one job on one machine, and what its images add to a registry."""
    for image in images:
        days.built += 1
        fresh = _BYTES["manifest"] + _BYTES["config"]
        whole = fresh + sum(_LAYERS[name] for name in ("base", "interpreter", "venv"))
        days.blobs[("documents", image, day, days.built)] = fresh
        for kind, key, size, seconds in repository.steps(image):
            if kind in ("layer", "app"):
                whole += size
                fresh += 0 if key in days.blobs else size
                days.blobs[key] = size
            days.used[key] = day
            if key in store:
                days.local[kind] += 1
                continue
            store.add(key)
            days.asked[kind] += 1
            if key not in days.stored:
                days.stored[key] = size
                days.executed[kind] += 1
                days.seconds += seconds
        days.pulled += fresh
        days.whole += whole
        days.naive += sum(size for kind, _, size, _ in repository.steps(image) if kind in ("layer", "app"))


def report(assumed: Assumed) -> Iterator[tuple[str, str]]:
    """Yield the rows of the table of docs/scale.md."""
    repository, first, days = simulate(assumed)
    shared = sum(_LAYERS.values()) + _BYTES["interpreter_tree"]
    cache_before, cache_after = sum(first.stored.values()) + shared, sum(days.stored.values()) + shared
    alive = sum(size for key, size in days.stored.items() if days.used[key] > assumed.days - assumed.kept_days)
    current = sum(
        {key: size for image in range(assumed.images) for _, key, size, _ in repository.steps(image)}.values()
    )
    asked, executed, local = (sum(counts.values()) for counts in (days.asked, days.executed, days.local))
    per_day = assumed.days
    yield "wheels of an image, mean", f"{sum(map(len, repository.wheels)) / assumed.images:.0f}"
    yield (
        "layers of dependencies of an image, mean",
        f"{sum(len(plan[0]) for plan in repository.plans) / assumed.images:.0f}",
    )
    yield "first build of all images: steps executed", f"{sum(first.executed.values()):,}"
    yield (
        "the same: steps that images had in common with another",
        f"{1 - sum(first.executed.values()) / (sum(first.asked.values()) + sum(first.local.values())):.2%}",
    )
    yield "the same: hours of one worker", f"{first.seconds / 3600:.1f}"
    yield "images built a day", f"{days.built / per_day:,.0f}"
    yield "steps asked of the cache a day", f"{asked / per_day:,.0f}"
    yield "steps found in the machine's own store", f"{local / (local + asked):.1%}"
    yield "of those asked, found in the cache", f"{1 - executed / asked:.1%}"
    for kind in sorted(days.asked):
        yield f"found in the cache: `{kind}`", f"{1 - days.executed[kind] / days.asked[kind]:.1%}"
    yield "steps executed a day", f"{executed / per_day:,.0f}"
    yield "hours of a worker a day", f"{days.seconds / 3600 / per_day:.1f}"
    yield "cache after the first build", f"{cache_before / 1e9:.1f} GB"
    yield "cache grows a day", f"{(cache_after - cache_before) / per_day / 1e9:.2f} GB"
    yield "cache at the end, without collection", f"{cache_after / 1e9:.1f} GB"
    yield "the same, without what nothing used lately", f"{(alive + shared) / 1e9:.1f} GB"
    yield "what the images of the last commit need", f"{(current + shared) / 1e9:.1f} GB"
    yield "registry grows a day", f"{(sum(days.blobs.values()) - sum(first.blobs.values())) / per_day / 1e9:.2f} GB"
    yield "the same, with one layer of dependencies for each image", f"{days.naive / per_day / 1e9:.0f} GB"
    yield "pulls of each built image by a node that has the one before", f"{days.pulled / per_day / 1e9:.2f} GB a day"
    yield "pulls by a node that has nothing", f"{days.whole / per_day / 1e9:.0f} GB a day"
    yield (
        "`package ::` of all images: seconds of Pants alone",
        f"{_SECONDS['pants_start'] + _SECONDS['image'] * assumed.images:.0f}",
    )
    yield "the same: bytes written to `dist/`", f"{first.whole / 1e9:.0f} GB"


def main() -> None:
    print("| what | simulated |\n| --- | ---: |")
    for what, value in report(Assumed()):
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
