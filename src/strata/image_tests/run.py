"""The verb `try-image` tests an image, and writes a report in the form of JUnit beside its result."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Optional

from strata.errors.running import image_tests as errors
from strata.image_tests.commands import command_outcome
from strata.image_tests.configs import config_outcome
from strata.image_tests.containers import Containers, container_program, leave_network
from strata.image_tests.files import file_outcome
from strata.image_tests.outcome import Outcome, junit
from strata.image_tests.tree import ImageTree
from strata.layouts.layout import Layout, Manifest
from strata.protocol.images.try_image import Request, Result
from strata.run.options import Network
from strata.run.store import LayerStore
from strata.run.unpacked import container_folder, image_for_this_machine, made

REPORT = Path("report", "image.xml")


def run(request: Request) -> Result:
    """Test an image. Raise StrataError with what each test found where one fails, or where none can be run."""
    leave_at_a_signal()
    outcomes = image_outcomes(request, Layout.open(request.layout))
    REPORT.parent.mkdir()
    REPORT.write_text(junit(outcomes), encoding="utf-8")
    lines = [line for each in outcomes for line in each.lines()]
    failures = sum(1 for each in outcomes if each.problems)
    if failures:
        raise errors.failed(failures, lines)
    return Result(tuple(lines))


def leave_at_a_signal() -> None:
    """Let SIGTERM end this process as SIGINT does: by an exception, so that containers are ended first."""
    signal.signal(signal.SIGTERM, _leave)


def image_outcomes(request: Request, layout: Layout) -> list[Outcome]:
    """Return what each test found. Raise StrataError where they cannot be run here."""
    manifest = image_for_this_machine(layout, None)
    # Runtimes want a root without links on the way.
    cache = made(request.cache.resolve())
    store = LayerStore(cache)
    found = []
    if request.commands:
        found += _commands(request, layout, manifest, store, cache)
    if request.files:
        tree = ImageTree(store.layer(layout, layer) for layer in manifest.layers)
        found += [file_outcome(case, tree) for case in request.files]
    config = layout.config(manifest) or {}
    return [*found, *(config_outcome(case, config) for case in request.configs)]


def _commands(request: Request, layout: Layout, manifest: Manifest, store: LayerStore, cache: Path) -> list[Outcome]:
    program = container_program(request.program)
    network = _network(needed=any(case.probe for case in request.commands))
    with container_folder(cache) as folder:
        containers = Containers(program, layout, manifest, store, folder, network)
        return [command_outcome(case, containers) for case in request.commands]


def _network(*, needed: bool) -> Network:
    """Return the network of the containers: one of their own where an app is asked."""
    if not needed:
        return "none"
    leave_network()
    return "private"


def _leave(number: int, _: Optional[FrameType]) -> None:
    sys.exit(128 + number)
