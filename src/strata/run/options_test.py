from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.run.arguments import add_run_arguments, split_arguments
from strata.run.options import Options, Port, Volume, cache_folder, options_of


def options(*arguments: str, terminal: bool = False) -> Options:
    parser = argparse.ArgumentParser()
    add_run_arguments(parser)
    return options_of(parser.parse_args(["layout", *arguments]), {"A": "from here", "TERM": "vt100"}, terminal=terminal)


def test_arguments_behind_two_dashes_are_the_apps() -> None:
    assert split_arguments(["run", "image", "--user=1", "--", "--user=2", "--", "x"]) == (
        ["run", "image", "--user=1"],
        ["--user=2", "--", "x"],
    )
    assert split_arguments(["run", "image"]) == (["run", "image"], ())


def test_variables_have_a_value_or_that_of_this_process() -> None:
    assert options("-e", "A", "-e", "B=1=2", "--env=C").env == {"A": "from here", "B": "1=2", "C": ""}
    assert options(terminal=True).env == {"TERM": "vt100"}


def test_ports() -> None:
    assert options("-p", "8000", "-p", "8080:8000").ports == [Port(8000, 8000), Port(8080, 8000)]


@pytest.mark.parametrize("text", ["", "http", "0", "65536", "1:2:3", "127.0.0.1:80:80", "80:"])
def test_other_ports_are_refused(text: str) -> None:
    with pytest.raises(StrataError) as error:
        Port.parse(text)
    assert str(error.value) == (
        f"{text!r} is no port to publish.\nFix: write PORT or HOST:PORT, for instance --publish=8080:8000."
    )


def test_volumes(tmp_path: Path) -> None:
    assert Volume.parse(f"{tmp_path}:/data") == Volume(str(tmp_path), "/data", read_only=False)
    assert Volume.parse(f"{tmp_path}:/data:ro") == Volume(str(tmp_path), "/data", read_only=True)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("/", "it names no path on this machine and absolute path in the container"),
        ("/:data", "it names no path on this machine and absolute path in the container"),
        ("/:/", "it names no path on this machine and absolute path in the container"),
        ("/:/a/../..", "it names no path on this machine and absolute path in the container"),
        ("/:/data:rx", "'rx' is neither ro nor rw"),
        ("/no/such:/data", "there is no /no/such"),
    ],
)
def test_other_volumes_are_refused(text: str, problem: str) -> None:
    with pytest.raises(StrataError) as error:
        Volume.parse(text)
    assert str(error.value) == (
        f"{text!r} is no volume: {problem}.\n"
        "Fix: write PATH:PATH or PATH:PATH:ro, for instance --volume=./data:/data:ro."
    )


def test_unpacked_layers_are_in_the_users_cache() -> None:
    assert cache_folder(None, {"XDG_CACHE_HOME": "/cache"}) == Path("/cache/strata/run")
    assert cache_folder(Path("/here"), {"XDG_CACHE_HOME": "/cache"}) == Path("/here")
    assert cache_folder(None, {}) == Path.home() / ".cache/strata/run"
