from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.errors import StrataError
from strata.standalone.release import choose_archives, read_checksums

AMD64, ARM64 = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"
OF_RELEASE = [
    "cpython-3.12.13+20260414-aarch64-apple-darwin-install_only_stripped.tar.gz",
    f"cpython-3.12.13+20260414-{ARM64}-install_only.tar.gz",
    f"cpython-3.12.13+20260414-{ARM64}-install_only_stripped.tar.gz",
    f"cpython-3.12.13+20260414-{AMD64}-debug-full.tar.zst",
    f"cpython-3.12.13+20260414-{AMD64}-install_only.tar.gz",
    f"cpython-3.12.13+20260414-{AMD64}-install_only_stripped.tar.gz",
    "cpython-3.12.13+20260414-x86_64-unknown-linux-musl-install_only_stripped.tar.gz",
    "cpython-3.12.13+20260414-x86_64_v3-unknown-linux-gnu-install_only_stripped.tar.gz",
    f"cpython-3.13.13+20260414-{AMD64}-freethreaded-install_only_stripped.tar.gz",
    f"cpython-3.13.13+20260414-{AMD64}-install_only.tar.gz",
    f"cpython-3.13.13+20260414-{ARM64}-install_only.tar.gz",
    "cpython-3.14.4+20260414-x86_64-unknown-linux-musl-install_only_stripped.tar.gz",
    "cpython-3.14.4+20260414-x86_64_v4-unknown-linux-gnu-install_only_stripped.tar.gz",
    f"cpython-3.15.0a7+20260414-{AMD64}-install_only_stripped.tar.gz",
    f"cpython-3.15.0rc1+20260414-{AMD64}-install_only_stripped.tar.gz",
    f"cpython-3.15.0rc1+20260414-{ARM64}-install_only_stripped.tar.gz",
    f"cpython-3.15.0+20260414-{AMD64}-install_only_stripped.tar.gz",
]


def checksums(*files: str) -> str:
    return "".join(f"{number:064x}  {file}\n" for number, file in enumerate(files))


CHECKSUMS = read_checksums(checksums(*OF_RELEASE))


def message(python: str, *files: str) -> str:
    with pytest.raises(StrataError) as caught:
        choose_archives(read_checksums(checksums(*(files or OF_RELEASE))), python, "20260414")
    return str(caught.value)


def test_stripped_archives_for_glibc_and_all_processors_are_chosen() -> None:
    chosen = choose_archives(CHECKSUMS, "3.12", "20260414")
    assert [(each.platform, each.version, each.file) for each in chosen] == [
        ("linux/amd64", "3.12.13", f"cpython-3.12.13+20260414-{AMD64}-install_only_stripped.tar.gz"),
        ("linux/arm64", "3.12.13", f"cpython-3.12.13+20260414-{ARM64}-install_only_stripped.tar.gz"),
    ]
    assert [each.sha256 for each in chosen] == [f"{5:064x}", f"{2:064x}"]


def test_archives_with_debug_symbols_serve_where_there_are_no_others() -> None:
    chosen = choose_archives(CHECKSUMS, "3.13", "20260414")
    assert [each.file for each in chosen] == [
        f"cpython-3.13.13+20260414-{triple}-install_only.tar.gz" for triple in (AMD64, ARM64)
    ]


def test_the_newest_version_that_all_platforms_have_is_chosen() -> None:
    assert {each.version for each in choose_archives(CHECKSUMS, "3.15", "20260414")} == {"3.15.0rc1"}


@pytest.mark.parametrize("order", [1, -1])
def test_versions_are_compared_as_numbers(order: int) -> None:
    files = [f"cpython-3.12.{patch}+20260414-{AMD64}-install_only.tar.gz" for patch in (9, 10)]
    files += [f"cpython-3.12.{patch}+20260414-{ARM64}-install_only.tar.gz" for patch in (9, 10)]
    chosen = choose_archives(read_checksums(checksums(*files[::order])), "3.12", "20260414")
    assert [each.version for each in chosen] == ["3.12.10", "3.12.10"]


def test_release_without_that_version() -> None:
    assert message("3.9") == (
        "The standalone release 20260414 has no CPython 3.9 for glibc on Linux.\n"
        "Found:\n  it has 3.12, 3.13, 3.15\n"
        "Fix: name a release that has it in the `standalone_release` field, or in `[strata-standalone].release` "
        "for all, or change `version`."
    )


def test_version_for_musl_and_new_processors_alone() -> None:
    assert message("3.14").startswith("The standalone release 20260414 has no CPython 3.14 for glibc on Linux.\n")


def test_release_for_musl_alone() -> None:
    file = "cpython-3.12.13+20260414-x86_64-unknown-linux-musl-install_only_stripped.tar.gz"
    assert "Found:\n  it has none at all\n" in message("3.12", file)


def test_release_without_one_platform() -> None:
    file = f"cpython-3.12.13+20260414-{AMD64}-install_only_stripped.tar.gz"
    assert message("3.12", file) == (
        "The standalone release 20260414 has no CPython 3.12 for all of linux/amd64, linux/arm64.\n"
        f"Found:\n  {file}\n"
        "Fix: name a release that has it in the `standalone_release` field, or in `[strata-standalone].release` "
        "for all, or change `version`."
    )


@pytest.mark.parametrize(
    "text, found",
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("<html>\n", "line 1: '<html>'"),
        (f"{'a' * 64}  x.tar.gz\n{'a' * 63}  y.tar.gz\n", f"line 2: '{'a' * 63}  y.tar.gz'"),
        (f"{'a' * 64}  ../x.tar.gz\n", f"line 1: '{'a' * 64}  ../x.tar.gz'"),
    ],
)
def test_another_file_than_one_of_checksums(text: str, found: str) -> None:
    with pytest.raises(StrataError) as caught:
        read_checksums(text)
    assert str(caught.value) == (
        "The checksum file of the standalone release cannot be read.\n"
        f"Found:\n  {found}\n"
        "Fix: check that `[strata-standalone].mirror` names a mirror of python-build-standalone's releases."
    )


HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
FILES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,30}", fullmatch=True)


@given(st.dictionaries(FILES, HASHES, min_size=1), st.sampled_from([" ", "*"]), st.sampled_from(["\n", "\r\n"]))
def test_what_sha256sum_writes_is_read(files: dict[str, str], mode: str, end: str) -> None:
    assert read_checksums("".join(f"{sha256} {mode}{file}{end}" for file, sha256 in files.items())) == files


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_checksums(text)
    except StrataError:
        return
    assert found
