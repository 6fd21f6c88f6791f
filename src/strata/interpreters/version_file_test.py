from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.interpreters.version_file import is_version, read_version_file, version_of_runtime

PATH = "app/.python-version"
VERSIONS = st.builds(
    lambda minor, micro: f"3.{minor}" if micro is None else f"3.{minor}.{micro}",
    st.integers(0, 99),
    st.none() | st.integers(0, 99),
)
SPACE = st.text(" \t", max_size=3)
NOISE = st.builds(lambda space, comment: f"{space}{comment}", SPACE, st.just("") | st.text(" #.3abc").map("#{}".format))


def message(text: str) -> str:
    with pytest.raises(StrataError) as caught:
        read_version_file(text, PATH)
    return str(caught.value)


@pytest.mark.parametrize(
    "text, version",
    [
        ("3.13", "3.13"),
        ("3.13.5\n", "3.13.5"),
        ("# our servers have it\n\n  3.11\r\n", "3.11"),
        ("3.11 # our servers have it\n", "3.11"),
        ("3.11\n3.11\n", "3.11"),
    ],
)
def test_versions(text: str, version: str) -> None:
    assert read_version_file(text, PATH) == version


@given(VERSIONS, st.lists(NOISE), st.lists(NOISE), SPACE, NOISE, st.sampled_from(["\n", "\r\n"]))
def test_what_stands_around_a_version_does_not_count(
    version: str, before: list[str], after: list[str], indent: str, comment: str, end: str
) -> None:
    text = end.join([*before, f"{indent}{version} {comment}", *after])
    assert read_version_file(text, PATH) == version


@given(st.text())
def test_any_text_is_a_version_or_an_error_in_words(text: str) -> None:
    found: str | StrataError
    try:
        found = read_version_file(text, PATH)
    except StrataError as error:
        found = error
    if isinstance(found, StrataError):
        assert found.happened.startswith(f"{PATH} holds ")
    else:
        assert is_version(found)
        assert found in text


@pytest.mark.parametrize(
    "text, line, word",
    [
        ("3", 1, "3"),
        ("2.7", 1, "2.7"),
        ("\n3.x\n", 2, "3.x"),
        ("3.13.0rc1", 1, "3.13.0rc1"),
        ("3.13t", 1, "3.13t"),
        ("pypy3.10-7.3.12", 1, "pypy3.10-7.3.12"),
        ("python 3.13", 1, "python"),
        ("\ufeff3.13", 1, "\ufeff3.13"),
        ("3.013", 1, "3.013"),
        ("3.1٣", 1, "3.1٣"),
        (">=3.11", 1, ">=3.11"),
    ],
)
def test_an_invalid_file(text: str, line: int, word: str) -> None:
    assert message(text) == (
        "app/.python-version holds something that is no version of CPython.\n"
        "Found:\n"
        f"  line {line}: {word!r}\n"
        "Fix: write one version there, as 3.13 or as 3.13.5."
    )


@pytest.mark.parametrize("text", ["3.13\n3.11\n", "3.13 3.11"])
def test_several_versions(text: str) -> None:
    assert message(text) == (
        "app/.python-version holds several versions of CPython, and an image has one.\n"
        "Found:\n"
        "  3.13\n"
        "  3.11\n"
        "Fix: keep one of them. For the same app on several versions, give `interpreter` several values with "
        "`parametrize(…)`."
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# 3.13\n"])
def test_a_file_without_a_version(text: str) -> None:
    assert message(text) == (
        "app/.python-version holds no version of CPython.\n"
        "Fix: write one version there, as 3.13 or as 3.13.5, or delete the file."
    )


@pytest.mark.parametrize(
    "text, version", [("python-3.11.5\n", "3.11.5"), ("java.runtime.version=11", None), ("", None), ("python-", None)]
)
def test_the_older_file(text: str, version: str | None) -> None:
    assert version_of_runtime(text) == version
