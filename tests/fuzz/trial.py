"""This module tries a reader with many changed inputs, and counts what it did with them."""

from __future__ import annotations

import random
import tempfile
import time
import traceback
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.mutation import mutated
from fuzz.readers import Reader
from strata.errors import StrataError
from strata.fetch.url import Refused

SECONDS = 2.0
"""An input takes no longer than this of a processor's time, and no more than MEMORY bytes above a valid one."""
MEMORY = 10 << 20

ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"


@dataclass
class Trial:
    """The counts of one reader.

    :param failures: of each failure the reason, and the input.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, bytes]] = field(default_factory=list)
    slowest: float = 0
    largest: int = 0

    @property
    def tried(self) -> int:
        return sum(self.counts.values())


def tried(reader: Reader, count: int, seed: int) -> Trial:
    """Read `count` changed inputs, and measure the time and the memory that each takes."""
    trial, chance = Trial(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        seeds = reader.seeds(Path(folder))
    tracemalloc.start()
    try:
        usual = 0
        for valid in seeds:
            outcome, _, used = _read(reader, valid)
            assert outcome == ACCEPTED, outcome
            usual = max(usual, used)
        for _ in range(count):
            content = mutated(chance.choice(seeds), chance)
            outcome, took, used = _read(reader, content)
            trial.slowest, trial.largest = max(trial.slowest, took), max(trial.largest, used - usual)
            if outcome in (ACCEPTED, REFUSED) and (took > SECONDS or used > usual + MEMORY):
                outcome = f"{took:.1f} s, {used - usual} bytes more than a valid one"
            trial.counts[outcome if outcome in (ACCEPTED, REFUSED) else FAILED] += 1
            if outcome not in (ACCEPTED, REFUSED):
                trial.failures.append((outcome, content))
    finally:
        tracemalloc.stop()
    return trial


def _read(reader: Reader, content: bytes) -> tuple[str, float, int]:
    """Return what a reader did, its seconds and its most bytes of memory."""
    with tempfile.TemporaryDirectory() as folder:
        tracemalloc.reset_peak()
        before, begun = tracemalloc.get_traced_memory()[0], time.process_time()
        try:
            reader.read(content, Path(folder))
            outcome = ACCEPTED
        except (StrataError, Refused):
            outcome = REFUSED
        except Exception:
            outcome = traceback.format_exc()
        took = time.process_time() - begun
        return outcome, took, tracemalloc.get_traced_memory()[1] - before
