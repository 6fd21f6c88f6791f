from __future__ import annotations

from typing import Any

import pytest
from pants.engine.addresses import Address
from pants.engine.target import InvalidTargetException

from pants_strata.target_types import (
    ImageFilesModeField,
    ImageFilesOwnerField,
    ImageFilesPathField,
    ImageFilesStripPrefixField,
    ImageFilesTarget,
)

STATIC = Address("src/app", target_name="static")


def target(**fields: Any) -> ImageFilesTarget:
    return ImageFilesTarget({"dependencies": [":files"], "path": "/srv/www", **fields}, STATIC)


def message(**fields: Any) -> str:
    with pytest.raises(InvalidTargetException) as caught:
        target(**fields)
    return str(caught.value).replace("src/app: ", "", 1)


@pytest.mark.parametrize("path", ["/srv/www", "/etc/app", "/", "/usr/bin", "/opt/venvs", "/libs"])
def test_paths(path: str) -> None:
    assert target(path=path)[ImageFilesPathField].below_root == path.strip("/")


@pytest.mark.parametrize("path", ["srv", "", "/srv/../etc", "/srv//www", "/srv/./www", "/srv/.wh.x"])
def test_paths_in_no_usable_form(path: str) -> None:
    assert message(path=path) == (
        f"The `path` field in target src/app:static is {path!r}. It must be an absolute path in its shortest form, for "
        'instance "/srv/www".'
    )


def test_paths_through_the_links_of_merged_usr() -> None:
    assert message(path="/bin/tools") == (
        "The `path` field in target src/app:static is '/bin/tools'. /bin is a link to /usr/bin in the images: write "
        '"/usr/bin/tools".'
    )


@pytest.mark.parametrize("path", ["/opt/venv", "/opt/venv/bin"])
def test_paths_in_the_venv(path: str) -> None:
    assert message(path=path) == (
        f"The `path` field in target src/app:static is {path!r}. The venv holds what its installer put there, and "
        "nothing else: choose a directory of your own."
    )


@pytest.mark.parametrize("path, mounted", [("/tmp/x", "/tmp"), ("/proc", "/proc"), ("/var/run/app", "/var/run")])
def test_paths_that_runtimes_mount_over(path: str, mounted: str) -> None:
    assert message(path=path) == (
        f"The `path` field in target src/app:static is {path!r}. Runtimes mount a file system of their own over "
        f"{mounted}: choose another directory."
    )


@pytest.mark.parametrize(
    "prefix, folder", [(None, "src/app"), ("static", "src/app/static"), ("//assets", "assets"), ("//", "")]
)
def test_prefixes(prefix: str, folder: str) -> None:
    assert target(strip_prefix=prefix)[ImageFilesStripPrefixField].folder == folder


@pytest.mark.parametrize("mode, number", [(None, None), ("0644", 0o644), ("755", 0o755)])
def test_modes(mode: str, number: int) -> None:
    assert target(mode=mode)[ImageFilesModeField].number == number


@pytest.mark.parametrize("mode", ["4755", "rw-r--r--", "0o644", "", "888"])
def test_modes_that_cannot_be_used(mode: str) -> None:
    assert message(mode=mode) == (
        f"The `mode` field in target src/app:static must be three octal digits, but was {mode!r}. Write for instance "
        '`mode="0644"`. No file may run as another user.'
    )


@pytest.mark.parametrize(
    "owner, numbers",
    [(None, (0, 0)), ("nonroot", (65532, 65532)), ("1000", (1000, 1000)), ("nobody:root", (65534, 0)), ("1:2", (1, 2))],
)
def test_owners(owner: str, numbers: tuple[int, int]) -> None:
    assert target(owner=owner)[ImageFilesOwnerField].numbers == numbers


@pytest.mark.parametrize("owner", ["www-data", "1000:", ":1", "-1", "4294967295"])
def test_owners_that_nobody_knows(owner: str) -> None:
    assert message(owner=owner) == (
        "The `owner` field in target src/app:static must be a user, or a user and a group, but was "
        f'{owner!r}. Write numbers, as "1000:1000", or one of root, nobody, nonroot.'
    )
