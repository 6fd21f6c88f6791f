from __future__ import annotations

import pytest

from support.locks import error, example, versions

PYPROJECT = """
[project]
name = "My.Proj"
version = "1.0"
requires-python = ">=3.10"
{dependencies}
"""


def package(name: str, version: str = "1.0", rest: str = "") -> str:
    wheel = f'{{ url = "https://index.example/{name}.whl", hash = "sha256:{"a" * 64}" }}'
    return f"""
[[package]]
name = "{name}"
version = "{version}"
source = {{ registry = "https://index.example/simple" }}
wheels = [{wheel}]
{rest}
"""


def project(pyproject: str, root: str, *packages: str, head: str = "") -> tuple[str, str, str]:
    """A lock with the project's own part of it, its pyproject.toml, and where the lock is."""
    lock = f"""version = 1
revision = 5
requires-python = ">=3.10"
{head}
{"".join(packages)}
[[package]]
name = "my-proj"
version = "1.0"
source = {{ virtual = "." }}
{root}
"""
    return lock, PYPROJECT.format(dependencies=pyproject), "app/uv.lock"


ONE = ('dependencies = ["a"]', 'dependencies = [{ name = "a" }]\n[package.metadata]\nrequires-dist = [{ name = "a" }]')


def test_another_lock_version() -> None:
    lock = example("uv", "uv.lock", ("version = 1\n", "version = 2\n"))
    assert error(lock, example("uv", "pyproject.toml"), "uv.lock") == (
        "uv.lock has a lock version that is not read here: those of version 1 are.\n"
        "Found:\n  lock version 2\n"
        "Fix: remove it, and run `uv lock` with a version of the tool that writes one of these."
    )


def test_another_interpreter() -> None:
    assert error(example("uv", "uv.lock"), example("uv", "pyproject.toml"), "app/uv.lock", python="3.9.18") == (
        "app/uv.lock is a lock for another interpreter version.\n"
        "Found:\n"
        "  locked for Python >=3.10\n"
        "  the interpreter of the venv is Python 3.9.18\n"
        "Fix: give the venv an interpreter of that range, or widen the range in pyproject.toml "
        "and run `uv lock` in app."
    )


def test_another_platform() -> None:
    lock = project(*ONE, package("a"), head="supported-markers = [\"sys_platform == 'darwin'\", \"os_name == 'nt'\"]")
    assert error(*lock) == (
        "app/uv.lock is a lock for other platforms.\n"
        "Found:\n"
        "  locked for sys_platform == 'darwin'\n"
        "  locked for os_name == 'nt'\n"
        "Fix: add the platform of the image to `environments` in [tool.uv] and run `uv lock` in app."
    )


def test_one_of_several_platforms() -> None:
    lock = project(
        *ONE, package("a"), head="supported-markers = [\"sys_platform == 'darwin'\", \"os_name == 'posix'\"]"
    )
    assert versions(*lock) == "a==1.0"


def test_unknown_names() -> None:
    lock, pyproject = example("uv", "uv.lock"), example("uv", "pyproject.toml")
    assert error(lock, pyproject, "uv.lock", groups=("dev",)) == (
        "uv.lock has no group dev.\n"
        "Found:\n  groups: lint, test\n"
        "Fix: correct `groups`, or add the group to the pyproject.toml and lock again."
    )
    assert error(lock, pyproject, "uv.lock", extras=("https",)) == (
        "uv.lock has no extra https.\n"
        "Found:\n  extras: http\n"
        "Fix: correct `extras`, or add the extra to the pyproject.toml and lock again."
    )


def test_a_pyproject_without_a_project() -> None:
    assert error(example("uv", "uv.lock"), "[tool.uv]\n", "uv.lock") == (
        "pyproject.toml has no [project] with a name, so nothing says which part of uv.lock is wanted.\n"
        "Fix: add [project] with name, version and dependencies, or name the lock beside the pyproject.toml of a "
        "member of the workspace."
    )


def test_the_lock_of_another_project() -> None:
    pyproject = example("uv", "pyproject.toml", ('"shop"', '"store"'))
    assert error(example("uv", "uv.lock"), pyproject, "uv.lock") == (
        "uv.lock has no package that satisfies the project store for this interpreter and platform.\n"
        "Fix: take it from version control again where a merge damaged it, or remove it and run `uv lock`."
    )


@pytest.mark.parametrize("kind", ["git", "url", "path"])
def test_packages_from_elsewhere(kind: str) -> None:
    foreign = package("a").replace('registry = "https://index', f'{kind} = "https://user:secret@index')
    assert error(*project(*ONE, foreign)) == (
        f"app/uv.lock: a is taken from a {kind}, which other machines may not reach or may find changed.\n"
        "Fix: publish a wheel of a to an index or a find-links folder, depend on its version, and run `uv lock` in app."
    )


@pytest.mark.parametrize("kind", ["directory", "editable", "virtual"])
def test_a_folder_of_the_repository(kind: str) -> None:
    assert error(*project(*ONE, package("a").replace("registry", kind))) == (
        "app/uv.lock: a is a folder of the repository, not a package of an index.\n"
        "Fix: let the app's targets depend on the code of a, replace a in pyproject.toml by what it needs, "
        "and run `uv lock` in app."
    )


def test_members_of_the_workspace_are_code_and_what_they_need_is_installed() -> None:
    member = package("a", rest='dependencies = [{ name = "b" }]').replace("registry", "editable")
    head = '[manifest]\nmembers = ["a", "my-proj"]\n'
    assert versions(*project(*ONE, member, package("b"), head=head)) == "b==1.0"


def test_a_file_without_sha256() -> None:
    assert error(*project(*ONE, package("a").replace(', hash = "sha256:' + "a" * 64 + '"', ""))) == (
        "app/uv.lock: a file of a 1.0 has no sha256, so what would be installed is not pinned.\n"
        "Fix: run `uv lock` in app with an index that gives sha256 hashes."
    )


def test_forks_are_told_apart_by_their_markers() -> None:
    forks = [
        package("b", "1.0", "resolution-markers = [\"python_full_version < '3.12'\"]"),
        package("b", "2.0", "resolution-markers = [\"python_full_version >= '3.12'\"]"),
    ]
    lock = project(*ONE, package("a", rest='dependencies = [{ name = "b" }]'), *forks)
    assert versions(*lock) == "a==1.0 b==2.0"
    assert versions(*lock, python="3.11.2") == "a==1.0 b==1.0"


def test_forks_that_cannot_be_told_apart() -> None:
    same = "resolution-markers = [\"python_full_version >= '3'\"]"
    lock = project(*ONE, package("a", "1.0", same), package("a", "2.0", same))
    assert error(*lock) == (
        "app/uv.lock has more than one version of a for the same interpreter and platform.\n"
        "Found:\n  1.0\n  2.0\n"
        "Fix: name groups and extras that agree on one version, or run `uv lock` in app."
    )


def test_a_dependency_that_is_not_locked() -> None:
    lock, pyproject, where = project(*ONE, package("a"))
    assert error(lock.replace('[{ name = "a" }]\n[', '[{ name = "a", version = "2.0" }]\n['), pyproject, where) == (
        "app/uv.lock has no package that satisfies a 2.0 for this interpreter and platform.\n"
        "Fix: take it from version control again where a merge damaged it, or remove it and run `uv lock` in app."
    )


CONFLICT = """
[project.optional-dependencies]
old = ["click<8.2"]
new = ["click>=8.2"]
[dependency-groups]
dev = ["my-proj[new]"]
"""
CONFLICT_HEAD = """
conflicts = [[
    { package = "my-proj", extra = "new" },
    { package = "my-proj", extra = "old" },
], [
    { package = "my-proj", extra = "old" },
    { package = "my-proj", group = "dev" },
], [
    { package = "other", extra = "old" },
    { package = "other", group = "dev" },
]]
"""
# This is how uv 0.13 locks CONFLICT.
NEW, OLD, DEV = "extra == 'extra-7-my-proj-new'", "extra == 'extra-7-my-proj-old'", "extra == 'group-7-my-proj-dev'"
CONFLICT_ROOT = f"""
[package.optional-dependencies]
new = [{{ name = "click", version = "8.5.0", source = {{ registry = "https://index.example/simple" }} }}]
old = [{{ name = "click", version = "8.1.8", source = {{ registry = "https://index.example/simple" }} }}]
[package.dev-dependencies]
dev = [
    {{ name = "my-proj", marker = "{NEW} or {OLD.replace("==", "!=")} or {DEV}" }},
    {{ name = "my-proj", extra = ["new"], marker = "{NEW} or ({OLD} and {DEV})" }},
]
[package.metadata]
requires-dist = [
    {{ name = "click", marker = "extra == 'new'", specifier = ">=8.2" }},
    {{ name = "click", marker = "extra == 'old'", specifier = "<8.2" }},
]
[package.metadata.requires-dev]
dev = [{{ name = "my-proj", extras = ["new"] }}]
"""


def test_what_conflicts_is_locked_in_forks() -> None:
    lock = project(CONFLICT, CONFLICT_ROOT, package("click", "8.1.8"), package("click", "8.5.0"), head=CONFLICT_HEAD)
    assert versions(*lock) == ""
    assert versions(*lock, extras=("old",)) == "click==8.1.8"
    assert versions(*lock, extras=("new",)) == "click==8.5.0"
    assert versions(*lock, groups=("dev",)) == "click==8.5.0"
    assert error(*lock, groups=("dev",), extras=("old",)) == (
        "app/uv.lock says that no venv can have all of these at once.\n"
        "Found:\n"
        "  extra old\n"
        "  group dev\n"
        "Fix: name one of them, or make a venv of its own for each."
    )


def test_an_extra_that_a_dependency_chooses_is_seen_by_markers_met_before() -> None:
    root = """
dependencies = [
    { name = "a", marker = "extra == 'extra-6-member-cpu'" },
    { name = "member", extra = ["cpu"] },
]
[package.metadata]
requires-dist = [{ name = "a" }, { name = "member", extras = ["cpu"], editable = "member" }]
"""
    member = package("member").replace("registry", "editable")
    lock = project(
        'dependencies = ["a", "member[cpu]"]', root, package("a"), member, head='[manifest]\nmembers = ["member"]\n'
    )
    assert versions(*lock) == "a==1.0"
