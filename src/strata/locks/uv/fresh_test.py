"""Each change here was given to `uv lock --check` of uv 0.13, which says the same where a test says nothing else."""

from __future__ import annotations

import pytest

from support.locks import error, example, versions

OUTDATED = """\
uv.lock is out of date: pyproject.toml has changed since it was locked.
Found:
  {}
Fix: run `uv lock`."""
MAIN = "click==8.5.1 iniconfig==2.3.1 pysocks==1.7.1 urllib3==2.8.0"


def changed(before: str, after: str) -> str:
    return example("uv", "pyproject.toml", (before, after))


@pytest.mark.parametrize(
    "before, after, found",
    [
        ('"click>=8"', '"click>=7"', "dependencies: click"),
        ('  "click>=8",\n', "", "dependencies: click"),
        ('"click>=8"', '"click>=8", "h11"', "dependencies: h11"),
        ('"click>=8"', "\"click>=8; sys_platform == 'linux'\"", "dependencies: click"),
        ("python_version < '3.11'", "python_version < '3.10'", "dependencies: iniconfig"),
        ("urllib3[socks]", "urllib3", "dependencies: urllib3"),
        ("urllib3[socks]", "urllib3[socks,h2]", "dependencies: urllib3"),
        ("urllib3[socks]>=2", "urllib4[socks]>=2", "dependencies: urllib3, urllib4"),
        ("sys_platform != 'win32'", "sys_platform != 'darwin'", "optional-dependencies.http: h11"),
        ("http = [", "web = [", "optional-dependencies.http: h11\n  optional-dependencies.web: h11"),
        ('"pyflakes"', '"pyflakes>1"', "dependency-groups.lint: pyflakes\n  dependency-groups.test: pyflakes"),
        (', {include-group = "lint"}', "", "dependency-groups.test: click, pyflakes"),
        (">=3.10", ">=3.11", "requires-python: >=3.11, locked as >=3.10"),
        (">=3.10", ">=3.10,<3.14", "requires-python: >=3.10,<3.14, locked as >=3.10"),
        (
            "[dependency-groups]",
            '[tool.uv]\nconstraint-dependencies = ["h11<1"]\n'
            'override-dependencies = ["Click==8.5.1"]\n[dependency-groups]',
            "tool.uv.constraint-dependencies: h11\n  tool.uv.override-dependencies: click",
        ),
        (
            "[dependency-groups]",
            '[tool.uv]\ndev-dependencies = ["h11"]\n[dependency-groups]',
            "dependency-groups.dev: h11",
        ),
        (
            "[dependency-groups]",
            '[tool.uv.dependency-groups]\nlint = {requires-python = ">=3.12"}\n[dependency-groups]',
            "dependency-groups.lint: click, pyflakes\n  dependency-groups.test: click, pyflakes",
        ),
    ],
)
def test_changes(before: str, after: str, found: str) -> None:
    assert error(example("uv", "uv.lock"), changed(before, after), "uv.lock") == OUTDATED.format(found)


@pytest.mark.parametrize(
    "before, after",
    [
        ('"click>=8"', '"Click >= 8"'),
        ('"click>=8"', '"click>=8.0"'),
        ("python_version < '3.11'", "'3.11' > python_full_version"),
        ("sys_platform != 'win32'", "platform_system != 'Windows'"),
        ('"click>=8"', "\"click>=8 ; os_name == 'nt' or os_name != 'nt'\""),
        (">=3.10", ">=3.10.0"),
    ],
)
def test_what_makes_no_difference(before: str, after: str) -> None:
    assert versions(example("uv", "uv.lock"), changed(before, after), "uv.lock") == MAIN


@pytest.mark.parametrize(
    "before, after",
    [
        ('version = "1.0"', 'version = "1.1"'),
        ("[dependency-groups]", "[dependency-groups]\nempty = []"),
        ("[dependency-groups]", '[tool.uv]\nprerelease = "allow"\n[dependency-groups]'),
    ],
)
def test_what_uv_would_write_but_installs_the_same(before: str, after: str) -> None:
    assert versions(example("uv", "uv.lock"), changed(before, after), "uv.lock") == MAIN


def test_of_a_package_with_a_source_of_its_own_only_the_name_counts() -> None:
    source = '[tool.uv.sources]\nurllib3 = {index = "own"}\n[dependency-groups]'
    pyproject = example("uv", "pyproject.toml", ("[dependency-groups]", source))
    entry = '{ name = "urllib3", extras = ["socks"], specifier = ">=2" }'
    locked = entry.replace(" }", ', index = "https://index.example/own" }')
    assert versions(example("uv", "uv.lock", (entry, locked)), pyproject, "uv.lock") == MAIN
    missing = example("uv", "uv.lock", (f"    {entry},\n", ""))
    assert error(missing, pyproject, "uv.lock") == OUTDATED.format("dependencies: urllib3")


def test_constraints_are_the_workspace_s() -> None:
    settings = '[tool.uv]\nconstraint-dependencies = ["h11<1"]\n[dependency-groups]'
    member = example("uv", "uv.lock", ('{ virtual = "." }', '{ virtual = "shop" }'))
    assert versions(member, changed("[dependency-groups]", settings), "uv.lock") == MAIN
    root = example(
        "uv",
        "uv.lock",
        (
            '[[package]]\nname = "click"',
            '[manifest]\nconstraints = [{ name = "h11", specifier = "<1" }]\n[[package]]\nname = "click"',
        ),
    )
    assert versions(root, changed("[dependency-groups]", settings), "uv.lock") == MAIN


def test_the_pythons_of_a_workspace_are_those_of_all_members() -> None:
    members = ('[[package]]\nname = "click"', '[manifest]\nmembers = ["shop", "other"]\n[[package]]\nname = "click"')
    lock = example("uv", "uv.lock", members)
    assert versions(lock, changed(">=3.10", ">=3.9"), "uv.lock") == MAIN
    assert error(lock, changed(">=3.10", ">=3.12"), "uv.lock") == OUTDATED.format(
        "requires-python: >=3.12, locked as >=3.10"
    )


def test_a_group_that_is_for_some_pythons() -> None:
    group = '[tool.uv.dependency-groups]\nlint = {requires-python = ">=3.12,<3.20"}\n[dependency-groups]'
    pyproject = example("uv", "pyproject.toml", ("[dependency-groups]", group), (', {include-group = "lint"}', ""))
    marker = "\"python_full_version >= '3.12' and python_full_version < '3.20'\""
    limited = (
        f'lint = [\n    {{ name = "click", marker = {marker} }},\n    {{ name = "pyflakes", marker = {marker} }},\n]\n'
    )
    lock = example(
        "uv",
        "uv.lock",
        ('lint = [\n    { name = "click" },\n    { name = "pyflakes" },\n]\n', limited),
        (
            'test = [\n    { name = "click" },\n    { name = "packaging" },\n    { name = "pyflakes" },\n]\n',
            'test = [{ name = "packaging" }]\n',
        ),
    )
    assert versions(lock, pyproject, "uv.lock") == MAIN


def test_dependencies_that_a_build_would_name() -> None:
    pyproject = changed('name = "shop"', 'name = "shop"\ndynamic = ["version", "optional-dependencies"]')
    assert error(example("uv", "uv.lock"), pyproject, "uv.lock") == (
        "pyproject.toml leaves to a build what the project needs, so whether its lock is up to date cannot be seen.\n"
        "Found:\n"
        "  dynamic: optional-dependencies\n"
        "Fix: state them in [project], take them out of `dynamic`, and lock again."
    )


def test_a_range_in_the_lock_that_is_none() -> None:
    lock = example("uv", "uv.lock", ('{ name = "click", specifier = ">=8" }', '{ name = "click", specifier = "8" }'))
    assert error(lock, example("uv", "pyproject.toml"), "uv.lock") == (
        "uv.lock: this is not a range of versions.\n"
        "Found:\n  8\n"
        "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )
