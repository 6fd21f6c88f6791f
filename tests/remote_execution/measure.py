"""Measures what passes between Pants and a server of remote execution, over a line of 100 Mbit/s and 20 ms.

    ./pants --no-python-run-against-entire-lockfile run tests/remote_execution/measure.py

Writes the table into docs/remote-execution.md. It takes some five minutes on an idle machine.

The project has the dependencies of this repository's examples, and one more, which changes. Bytes are those of gRPC's
messages between Pants and the server; the workers stand beside the server. Each call takes 20 ms longer, and all share
the line.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.report import replace_marked
from support.remote_cache.changing_lock import lock
from support.remote_cache.machine import Machine, machine, short_folder
from support.remote_execution.cluster import POOL, cluster, execution_options

_TARGETS = ("//:base", "//:cpython", "//:venv", "src/app:image0")
_HEAD = ("build", "steps on workers", "steps here", "calls", "MB up", "MB down", "seconds")
_PAGE = Path("docs/remote-execution.md")
_LINK = {"methods": ".", "delay": 0.02, "megabits": 100}
_ENVIRONMENT = f"""
remote_environment(
    name="workers",
    platform="linux_x86_64",
    extra_platform_properties={[f"{name}={value}" for name, value in POOL.items()]},
)
"""


def main() -> None:
    with short_folder() as root:
        wheels = root / "wheels"
        wheels.mkdir()
        before, after = lock("1.0", wheels), lock("1.1", wheels)
        rows = [head()]
        print(rows[0], end="", flush=True)
        with cluster(root / "server") as server, server.cache.relay() as relay:
            relay.fail(**_LINK)

            def build(title: str, of: Machine) -> None:
                options = [
                    *(f"--python-repos-find-links=['{wheels.as_uri()}']", "--pantsd"),
                    *execution_options(f"grpc://127.0.0.1:{relay.port}"),
                ]
                relay.fail(**_LINK)
                start = time.monotonic()
                ended = of.package(*_TARGETS, options=options, cache=relay, write=True).succeeded()
                seconds = time.monotonic() - start
                counts = dict(relay.fail(**_LINK))
                up, down = counts.pop("sent", 0) / 1e6, counts.pop("received", 0) / 1e6
                steps = ended.counters["remote_execution_requests"], ended.executed, sum(counts.values())
                cells = [title, *steps, f"{up:.1f}", f"{down:.1f}", f"{seconds:.1f}"]
                rows.append(row(cells))
                print(rows[-1], end="", flush=True)

            first, second = (made(root / name, before) for name in ("first", "second"))
            try:
                build("cold, everything is new", first)
                build("nothing changed", first)
                build("cold, another machine, all from the cache", second)
                (first.checkout / "src/app/app0.py").write_text("print('edited')\n")
                build("a source edited", first)
                (first.checkout / "requirements.lock").write_text(after)
                build("one wheel changed", first)
            finally:
                first.stop_daemon()
                second.stop_daemon()
        _PAGE.write_text(replace_marked(_PAGE.read_text(), "wire", "".join(rows)))


def head() -> str:
    return row(_HEAD) + "|---" + "|---:" * (len(_HEAD) - 1) + "|\n"


def row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |\n"


def made(root: Path, lock: str) -> Machine:
    of = machine(root, {"requirements.lock": lock})
    (of.checkout / "BUILD").write_text(of.build_file + _ENVIRONMENT)
    return of


if __name__ == "__main__":
    main()
