from __future__ import annotations

import os
import pkgutil
from pathlib import Path

import pytest

from pants_strata.library_slice import modules_of, without_prose
from strata.verbs import VERBS

GOLDEN = Path(__file__).with_name("library_slices.txt")
# An edit of what writes layers must not make a machine fetch everything again.
FETCHING = sorted(verb for verb, module in VERBS.items() if module.startswith("strata.fetch."))


def listing() -> str:
    """Return the modules of each verb, a module a line."""
    lines = []
    for verb in sorted(VERBS):
        lines += [verb, *(f"  {path}" for path in sorted(modules_of(verb)))]
    return "\n".join(lines) + "\n"


def sliced(verb: str) -> dict[str, str]:
    return {path: without_prose(source) for path, source in modules_of(verb).items()}


def test_modules_of_each_verb() -> None:
    """`STRATA_WRITE_GOLDENS=1 pytest library_slice_test.py` writes the list anew, to be read before it is committed."""
    if os.environ.get("STRATA_WRITE_GOLDENS"):
        GOLDEN.write_text(listing())
    assert listing() == GOLDEN.read_text()


@pytest.mark.parametrize("verb", FETCHING)
def test_fetching_has_nothing_of_layers_and_images(verb: str) -> None:
    assert [
        path
        for path in modules_of(verb)
        if path.startswith(("strata/layers/", "strata/oci/", "strata/interpreters/", "strata/installers/"))
        or path == "strata/wheels/image_venv.py"
    ] == []


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_no_slice_has_the_words_of_errors(verb: str) -> None:
    errors = {path for path in modules_of(verb) if path.startswith("strata/errors/")}
    assert errors <= {"strata/errors/__init__.py", "strata/errors/unworded.py"}


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_other_words_leave_a_slice_as_it_is(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sliced(verb)
    original = pkgutil.get_data

    def edited(package: str, resource: str) -> bytes | None:
        data = original(package, resource)
        if data is None:
            return None
        text = data.decode()
        if resource.startswith("errors/") and resource not in ("errors/__init__.py", "errors/unworded.py"):
            text = text.replace("The ", "Mind: the ")
        text = text.replace('    """Return ', '    """Give back ')
        return f"# A new comment.\n{text}".encode()

    monkeypatch.setattr(pkgutil, "get_data", edited)
    assert sliced(verb) == before


def test_another_instruction_changes_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sliced("fetch-debian")
    original = pkgutil.get_data

    def edited(package: str, resource: str) -> bytes | None:
        data = original(package, resource)
        return data + b"X = 1\n" if data is not None and resource == "fetch/http.py" else data

    monkeypatch.setattr(pkgutil, "get_data", edited)
    after = sliced("fetch-debian")
    assert {path for path in after if after[path] != before[path]} == {"strata/fetch/http.py"}


def test_a_release_changes_no_slice() -> None:
    assert all(modules_of(verb)["strata/__init__.py"] == "" for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_light_modules_stand_in_for_slow_ones(verb: str) -> None:
    sources = sliced(verb)
    imports = {
        line
        for source in [*sources.values(), without_prose(Path("src/strata/start/program.py").read_text())]
        for line in source.splitlines()
        if line.split(" ")[:2]
        in (["from", "dataclasses"], ["import", "dataclasses"], ["from", "typing"], ["import", "typing"])
    }
    assert imports == set()
    assert {"strata/start/dataclasses.py", "strata/start/typing.py"} <= set(sources)
