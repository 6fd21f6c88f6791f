"""This module tests commands of an image: what they write, and how they end; and what an app answers."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Optional

from strata.image_tests.configs import image_env
from strata.image_tests.containers import Containers, NoProgram, Start
from strata.image_tests.files import unmatched
from strata.image_tests.outcome import Outcome
from strata.image_tests.variables import expanded
from strata.protocol.images.try_image import CommandCase, Probe
from strata.run.container import Container
from strata.run.rootfs import RootFiles

_MOST_BYTES = 16 << 20
_SHOWN_LINES = 40
_PAUSE = 0.05


def command_outcome(case: CommandCase, containers: Containers) -> Outcome:
    """Run a command, or ask the app that it starts; return what came out, compared with what must."""
    begin = time.monotonic()
    case = _expanded(case, image_env(containers.config)) if case.expand else case
    start = Start(case.command, case.args, case.env, case.user, case.writable)
    problems: list[str] = []
    shown: list[str] = []
    with containers.root(writable=case.writable) as root:
        try:
            for command in case.setup:
                problems += _prepare(replace(start, command=command, args=()), case.seconds, containers, root)
            if not problems:
                with containers.start(root, start) as container:
                    problems = list(_asked(case, container) if case.probe else _ended(case, container))
                shown = [*_shown("output", container.output), *_shown("error", container.error)]
        except NoProgram as problem:
            problems.append(str(problem))
    return Outcome(case.name, time.monotonic() - begin, problems, shown)


def _expanded(case: CommandCase, values: Mapping[str, str]) -> CommandCase:
    """Return a command with the image's variables in it. Commands before it are taken as they are."""
    env = {name: expanded(value, values) for name, value in case.env.items()}
    known = {**values, **env}
    return replace(case, command=tuple(expanded(part, known) for part in case.command), env=env)


def _prepare(start: Start, seconds: int, containers: Containers, root: RootFiles) -> Iterator[str]:
    """Run a command whose exit code nobody asks for, upon files that later ones see."""
    with containers.start(root, start) as container:
        if container.wait(seconds) is None:
            yield f"{' '.join(start.command)}, which comes before, runs for more than {seconds} seconds"


def _ended(case: CommandCase, container: Container) -> Iterator[str]:
    code = container.wait(case.seconds)
    if code is None:
        yield f"it runs for more than {case.seconds} seconds"
        return
    if container.failure():
        yield f"the container cannot be started: {container.failure()}"
        return
    if code != case.exit_code:
        yield f"the exit code is {code}, not {case.exit_code}"
    for what, file, expected, excluded in (
        ("standard output", container.output, case.expected_output, case.excluded_output),
        ("standard error", container.error, case.expected_error, case.excluded_error),
    ):
        yield from _compared(what, file.read_bytes() if _fits(file) else None, expected, excluded)


def _asked(case: CommandCase, container: Container) -> Iterator[str]:
    assert case.probe is not None
    url = f"http://127.0.0.1:{case.probe.port}{case.probe.path}"
    deadline = time.monotonic() + case.seconds
    while True:
        found = _answer(case.probe)
        if found is not None:
            break
        code = container.wait(_PAUSE)
        if code is not None:
            yield f"the app ends with exit code {code} before it answers {url}"
            return
        if time.monotonic() > deadline:
            yield f"nothing answers {url} within {case.seconds} seconds"
            return
    status, body = found
    if status != case.probe.status:
        yield f"{url} answers with status {status}, not {case.probe.status}"
    yield from _compared("the answer", body, case.expected_output, case.excluded_output)
    error = container.error.read_bytes() if _fits(container.error) else None
    yield from _compared("standard error", error, case.expected_error, case.excluded_error)


def _answer(probe: Probe) -> Optional[tuple[int, Optional[bytes]]]:
    """Return status and body; None for the latter where it is too large, None where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=10)
    try:
        connection.request("GET", probe.path, headers={"Host": f"localhost:{probe.port}"})
        response = connection.getresponse()
        body = response.read(_MOST_BYTES + 1)
        return response.status, body if len(body) <= _MOST_BYTES else None
    except (OSError, http.client.HTTPException):
        # It is about to listen, or it closed the connection.
        return None
    finally:
        connection.close()


def _compared(what: str, data: Optional[bytes], expected: Sequence[str], excluded: Sequence[str]) -> Iterator[str]:
    if data is None:
        yield f"{what} has more than {_MOST_BYTES} bytes, too many to compare"
    else:
        yield from unmatched(data.decode(errors="replace"), what, expected, excluded)


def _fits(file: Path) -> bool:
    return file.stat().st_size <= _MOST_BYTES


def _shown(what: str, file: Path) -> list[str]:
    """Return the last lines of an output."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - (1 << 16)))
        lines = opened.read().decode(errors="replace").splitlines()
    left_out = [f"({len(lines) - _SHOWN_LINES} lines before)"] if len(lines) > _SHOWN_LINES else []
    return [f"standard {what}:", *left_out, *lines[-_SHOWN_LINES:]] if lines else []
