"""This module is the program that runs one container for a test, and ends it when the test's process is gone.

It reads a line of JSON for each question on standard input, and answers each with one on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Optional

from strata.errors import StrataError
from strata.errors.running import image_tests as errors
from strata.image_tests.containers import Containers, NoProgram, Start, container_program, leave_network
from strata.image_tests.run import leave_at_a_signal
from strata.layouts.layout import Layout
from strata.run.container import Container
from strata.run.options import cache_folder
from strata.run.ports import pass_on
from strata.run.store import LayerStore
from strata.run.unpacked import container_folder, image_for_this_machine

_PAUSE = 0.05
# Where nobody asked it to stop.
_GRACE = 1.0


def main() -> int:
    """Run a container until it is asked to stop, or until nobody can ask any more."""
    leave_at_a_signal()
    job = json.loads(sys.stdin.readline())
    try:
        _run(job)
    except StrataError as error:
        _say({"error": [error.happened, error.found, error.fix]})
    return 0


def _run(job: Mapping[str, Any]) -> None:
    layout = Layout.open(Path(job["layout"]))
    manifest = image_for_this_machine(layout, None)
    config = (layout.config(manifest) or {}).get("config") or {}
    program = container_program(job["runtime"])
    wanted = {*job["ports"], *(int(port.partition("/")[0]) for port in config.get("ExposedPorts") or {})}
    cache = cache_folder(Path(job["cache"]) if job["cache"] else None, os.environ)
    with ExitStack() as stack:
        ports = {port: port for port in wanted}
        if job["network"] != "host":
            ports = _own_network(wanted, stack)
        folder = stack.enter_context(container_folder(cache))
        containers = Containers(program, layout, manifest, LayerStore(cache), folder, job["network"])
        root = stack.enter_context(containers.root(writable=job["writable"]))
        start = Start(job["command"], job["args"], job["env"], job["user"], job["writable"])
        try:
            container = stack.enter_context(containers.start(root, start, Path(job["logs"])))
        except NoProgram as problem:
            raise errors.cannot_start(str(problem)) from None
        _say({"ports": ports})
        number = _stop_signal(config.get("StopSignal"))
        for line in sys.stdin:
            _answer(json.loads(line), container, number)
        _stop(container, number, _GRACE)


def _own_network(ports: set[int], stack: ExitStack) -> dict[int, int]:
    """Leave the machine's network, but for a listener for each port; return the numbers of these."""
    listeners = {port: stack.enter_context(socket.create_server(("127.0.0.1", 0))) for port in ports}
    leave_network()
    for port, listener in listeners.items():
        # Its threads are in the new network.
        pass_on(listener, port)
    return {port: listener.getsockname()[1] for port, listener in listeners.items()}


def _answer(question: Mapping[str, Any], container: Container, number: int) -> None:
    seconds = question.get("seconds", 0)
    if "listens" in question:
        _say(_listens(container, question["listens"], seconds))
    elif "ends" in question:
        _say({"code": container.wait(seconds)})
    elif "signal" in question:
        container.signal(question["signal"])
        _say({})
    else:
        _say({"code": _stop(container, number, seconds)})


def _listens(container: Container, port: int, seconds: float) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return {"listens": True, "code": None}
        except OSError:
            code = container.wait(_PAUSE)
            if code is not None or time.monotonic() > deadline:
                return {"listens": False, "code": code}


def _stop(container: Container, number: int, seconds: float) -> Optional[int]:
    if container.wait(0) is None:
        container.signal(number)
    code = container.wait(seconds)
    if code is None:
        container.remove()
        code = 128 + signal.SIGKILL
    return code


def _stop_signal(text: Optional[str]) -> int:
    """Return the number of a signal by its name or number."""
    name = text or "SIGTERM"
    return int(name) if name.isdigit() else int(getattr(signal, name, signal.SIGTERM))


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    sys.exit(main())
