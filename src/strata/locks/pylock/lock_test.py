from __future__ import annotations

from itertools import count

import pytest

from support.lockfiles.pylocks import EXAMPLE
from support.locks import error, versions

WHERE = "app/pylock.toml"
HASH = "0" * 64
MAIN = "click==8.3.0 markupsafe==3.0.3 pluggy==1.6"
UV = "run `uv export --format pylock.toml -o pylock.toml` in app"
HEAD = 'lock-version = "1.0"\ncreated-by = "pip"\n'


def test_the_default_groups() -> None:
    assert versions(EXAMPLE, None, WHERE) == MAIN
    assert versions(EXAMPLE, None, WHERE, python="3.10.1") == MAIN


def test_extras_and_groups() -> None:
    with_h11 = MAIN.replace(" mark", " h11==0.16.0 mark")
    with_iniconfig = MAIN.replace(" mark", " iniconfig==2.3.0 mark")
    assert versions(EXAMPLE, None, WHERE, extras=("HTTP",)) == with_h11
    assert versions(EXAMPLE, None, WHERE, extras=("http",), groups=("lint",)) == MAIN
    assert versions(EXAMPLE, None, WHERE, groups=("test",)) == with_iniconfig
    assert versions(EXAMPLE, None, WHERE, extras=("fast.json",)) == with_iniconfig


def damaged(*changes: tuple[str, str]) -> str:
    text = EXAMPLE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def of(package: str) -> str:
    return f'{HEAD}[[packages]]\nname = "lib"\n{package}\n'


@pytest.mark.parametrize(
    "lock, message",
    [
        (
            EXAMPLE[:40],
            "app/pylock.toml is not TOML.\n"
            "Found:\n  Unterminated string (at end of document)\n"
            "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it.",
        ),
        (
            damaged(('"1.0"', '"2.0"')),
            "app/pylock.toml has a lock version that is not read here: those of version 1 are.\n"
            "Found:\n  lock version 2.0\n"
            f"Fix: remove it, and {UV} with a version of the tool that writes one of these.",
        ),
        (
            damaged(('">=3.9"', '">=3.14"')),
            "app/pylock.toml is a lock for another interpreter version.\n"
            "Found:\n  locked for Python >=3.14\n  the interpreter of the venv is Python 3.13.5\n"
            f"Fix: give the venv an interpreter of that range, or widen the range in pyproject.toml and {UV}.",
        ),
        (
            damaged(("'linux'", "'win32'")),
            "app/pylock.toml is a lock for other environments.\n"
            "Found:\n  locked for sys_platform == 'win32'\n  locked for sys_platform == 'darwin'\n"
            f"Fix: lock for the image's interpreter on Linux as well: {UV}.",
        ),
        (
            damaged(('version = "8.3.0"', 'version = "8.3.0"\nrequires-python = "<3.13"')),
            "app/pylock.toml: click 8.3.0 is for another interpreter version.\n"
            "Found:\n  it requires Python <3.13\n  the interpreter of the image is CPython 3.13.5\n"
            f"Fix: give the image an interpreter of that range, or lock for this one: {UV}.",
        ),
        (
            damaged(("cp313-cp313", "cp314-cp314")),
            "app/pylock.toml: markupsafe 3.0.3 has no wheel for the image's interpreter and platform, and no source "
            "distribution.\n"
            "Found:\n"
            "  markupsafe-3.0.3-cp310-cp310-manylinux_2_17_x86_64.whl\n"
            "  markupsafe-3.0.3-cp314-cp314-manylinux_2_17_x86_64.whl\n"
            f"Fix: lock for that interpreter and platform: {UV} on such a machine.",
        ),
        (
            damaged(("python_full_version < '3.10'", "")),
            "app/pylock.toml has more than one version of click for the same interpreter and platform.\n"
            f"Found:\n  8.1.8\n  8.3.0\nFix: name groups and extras that agree on one version, or {UV}.",
        ),
        (
            damaged(("'http' in extras", "'http' in extra s")),
            "app/pylock.toml: this is not an environment marker (PEP 508).\n"
            "Found:\n  'http' in extra s and os_name == 'posix'\n"
            "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it.",
        ),
        (
            of('vcs = {type = "git", url = "https://me:secret@code.example/lib", commit-id = "1"}'),
            "app/pylock.toml: lib is taken from a git repository, which other machines may not reach or may find "
            "changed.\n"
            "Fix: publish a wheel of lib to an index or a find-links folder, depend on its version, and "
            "run `pip lock -o pylock.toml -r requirements.in` in app.",
        ),
        (
            of('directory = {path = "../lib", editable = true}'),
            "app/pylock.toml: lib is a folder of the repository, not a package of an index.\n"
            "Fix: let the app's targets depend on the code of lib, replace lib in pyproject.toml by what it needs, and "
            "run `pip lock -o pylock.toml -r requirements.in` in app.",
        ),
        (
            of(f'archive = {{url = "https://x.example/lib.zip", hashes = {{sha256 = "{HASH}"}}}}'),
            "app/pylock.toml: lib has no version, so what would be installed is not pinned.\n"
            "Fix: require a version of lib and run `pip lock -o pylock.toml -r requirements.in` in app.",
        ),
        (
            of('version = "1"\nwheels = [{name = "lib-1-py3-none-any.whl", path = "x", hashes = {md5 = "1"}}]'),
            "app/pylock.toml: a file of lib 1 has no sha256, so what would be installed is not pinned.\n"
            "Found:\n  md5\n"
            "Fix: run `pip lock -o pylock.toml -r requirements.in` in app with an index that gives sha256 hashes.",
        ),
        (
            of('version = "1"').replace('"pip"', '"hatch"'),
            "app/pylock.toml: lib 1 has no files, so what would be installed is not pinned.\n"
            "Fix: run `uv pip compile --format pylock.toml -o pylock.toml requirements.in` in app when the index has "
            "them.",
        ),
        (
            HEAD,
            "app/pylock.toml: packages is not there.\n"
            "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it.",
        ),
    ],
    ids=count(),
)
def test_errors(lock: str, message: str) -> None:
    assert error(lock, None, WHERE) == message


def test_unknown_groups_and_extras() -> None:
    assert error(EXAMPLE, None, WHERE, groups=("docs",)) == (
        "app/pylock.toml has no group docs.\n"
        "Found:\n  groups: base, lint, test\n"
        "Fix: correct `groups`, or add the group to the pyproject.toml and lock again."
    )
    assert error(EXAMPLE, None, WHERE, extras=("slow",)) == (
        "app/pylock.toml has no extra slow.\n"
        "Found:\n  extras: fast-json, http\n"
        "Fix: correct `extras`, or add the extra to the pyproject.toml and lock again."
    )
