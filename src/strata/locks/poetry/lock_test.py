from __future__ import annotations

import pytest

from strata.locks.poetry.content_hash import hash_of
from strata.locks.toml_table import read_toml
from support.locks import error, example, versions

PYPROJECT = """
[tool.poetry]
name = "app"
version = "1"
[tool.poetry.dependencies]
python = "^3.9"
{dependencies}
"""
HASH = "sha256:" + "a" * 64
PACKAGE = f"""
[[package]]
name = "A.b"
version = "1.0.0-post1"
optional = false
python-versions = "*"
groups = ["main"]
files = [{{file = "a_b-1.0.0.post1-py3-none-any.whl", hash = "{HASH}"}}]
"""


def project(dependencies: str, packages: str, version: str = "2.1") -> tuple[str, str]:
    """A lock that is fresh, and its pyproject.toml."""
    pyproject = PYPROJECT.format(dependencies=dependencies)
    content_hash = hash_of(read_toml(pyproject, "pyproject.toml"))
    metadata = f'lock-version = "{version}"\npython-versions = "^3.9"\ncontent-hash = "{content_hash}"\n'
    return f"{packages}\n[metadata]\n{metadata}", pyproject


@pytest.mark.parametrize("folder", ["poetry_2_1", "poetry_2_0"])
def test_a_changed_pyproject(folder: str) -> None:
    pyproject = example(folder, "pyproject.toml", ("urllib3", "urllib4"))
    assert error(example(folder, "poetry.lock"), pyproject) == (
        "app/poetry.lock is out of date: app/pyproject.toml has changed since it was locked.\n"
        "Found:\n"
        "  another content-hash than the one in the lock\n"
        "Fix: run `poetry lock` in app."
    )


def test_another_interpreter() -> None:
    lock, pyproject = example("poetry_2_0", "poetry.lock"), example("poetry_2_0", "pyproject.toml")
    assert error(lock, pyproject, "poetry.lock", python="3.9.18") == (
        "poetry.lock is a lock for another interpreter version.\n"
        "Found:\n"
        "  locked for Python ^3.10\n"
        "  the interpreter of the venv is Python 3.9.18\n"
        "Fix: give the venv an interpreter of that range, or widen the range in pyproject.toml and run `poetry lock`."
    )


@pytest.mark.parametrize(
    "version, shown", [('lock-version = "1.1"', "1.1"), ('lock-version = "3.0"', "3.0"), ("", "unknown")]
)
def test_another_lock_version(version: str, shown: str) -> None:
    lock = example("poetry_2_1", "poetry.lock", ('lock-version = "2.1"', version))
    assert error(lock, example("poetry_2_1", "pyproject.toml")) == (
        "app/poetry.lock has a lock version that is not read here: 2.0 and 2.1 are.\n"
        f"Found:\n  lock version {shown}\n"
        "Fix: remove it, and run `poetry lock` in app with a version of the tool that writes one of these."
    )


def test_unknown_groups() -> None:
    lock, pyproject = example("poetry_2_1", "poetry.lock"), example("poetry_2_1", "pyproject.toml")
    assert error(lock, pyproject, groups=("tests", "Lint", "docs")) == (
        "app/poetry.lock has no group docs, tests.\n"
        "Found:\n"
        "  groups: lint, main, test\n"
        "Fix: correct `groups`, or add the group to the pyproject.toml and lock again."
    )


def test_unknown_extras() -> None:
    assert error(*project('a-b = "*"', PACKAGE), extras=("http",)) == (
        "app/poetry.lock has no extra http.\n"
        "Found:\n"
        "  no extras\n"
        "Fix: correct `extras`, or add the extra to the pyproject.toml and lock again."
    )


def test_names_and_versions_are_normalised() -> None:
    assert versions(*project('a-b = "*"', PACKAGE)) == "a-b==1.0.0.post1"


def test_markers_by_group() -> None:
    both = PACKAGE.replace(
        'groups = ["main"]',
        """groups = ["main", "Dev_1"]\nmarkers = {main = "sys_platform == 'win32'", Dev_1 = "os_name == 'posix'"}""",
    )
    dependencies = 'a-b = "*"\n[tool.poetry.group.Dev_1.dependencies]\na-b = "*"'
    assert versions(*project(dependencies, both)) == ""
    assert versions(*project(dependencies, both), groups=("dev-1",)) == "a-b==1.0.0.post1"


def test_a_group_without_a_marker_of_its_own() -> None:
    both = PACKAGE.replace(
        'groups = ["main"]', """groups = ["main", "dev"]\nmarkers = {main = "sys_platform == 'win32'"}"""
    )
    dependencies = 'a-b = "*"\n[tool.poetry.dev-dependencies]\na-b = "*"'
    assert versions(*project(dependencies, both), groups=("dev",)) == "a-b==1.0.0.post1"


@pytest.mark.parametrize("kind", ["git", "url", "file"])
def test_packages_from_elsewhere(kind: str) -> None:
    source = f'[package.source]\ntype = "{kind}"\nurl = "https://user:secret@git.example/a"\n'
    assert error(*project('a-b = "*"', PACKAGE + source)) == (
        f"app/poetry.lock: A.b is taken from a {kind}, which other machines may not reach or may find changed.\n"
        "Fix: publish a wheel of A.b to an index or a find-links folder, depend on its version, "
        "and run `poetry lock` in app."
    )


def test_a_folder_of_the_repository() -> None:
    source = '[package.source]\ntype = "directory"\nurl = "../a"\n'
    assert error(*project('a-b = "*"', PACKAGE + source)) == (
        "app/poetry.lock: A.b is a folder of the repository, not a package of an index.\n"
        "Fix: let the app's targets depend on the code of A.b, replace A.b in pyproject.toml by what it needs, "
        "and run `poetry lock` in app."
    )


def test_the_project_itself_is_not_installed() -> None:
    source = '[package.source]\ntype = "directory"\nurl = "."\n'
    assert versions(*project('a-b = "*"', PACKAGE.replace("A.b", "app") + source + PACKAGE)) == "a-b==1.0.0.post1"


def test_a_private_index_is_an_index() -> None:
    source = '[package.source]\ntype = "legacy"\nurl = "https://index.example/simple"\nreference = "own"\n'
    assert versions(*project('a-b = "*"', PACKAGE + source)) == "a-b==1.0.0.post1"


def test_a_file_without_sha256() -> None:
    assert error(*project('a-b = "*"', PACKAGE.replace(HASH, "md5:0"))) == (
        "app/poetry.lock: a file of A.b 1.0.0.post1 has no sha256, so what would be installed is not pinned.\n"
        "Found:\n  md5:0\n"
        "Fix: run `poetry lock` in app with an index that gives sha256 hashes."
    )


def test_a_package_without_files() -> None:
    assert error(*project('a-b = "*"', PACKAGE.partition("files")[0] + "files = []")) == (
        "app/poetry.lock: A.b 1.0.0.post1 has no files, so what would be installed is not pinned.\n"
        "Fix: run `poetry lock` in app when the index has them."
    )


def test_a_version_that_is_none() -> None:
    assert error(*project('a-b = "*"', PACKAGE.replace("1.0.0-post1", "one"))) == (
        "app/poetry.lock: this is not a version (PEP 440).\n"
        "Found:\n  one\n"
        "Fix: correct it where it was written; in a lock, write the lock again with the tool that made it."
    )


def test_two_versions_for_one_environment() -> None:
    assert error(*project('a-b = "*"', PACKAGE + PACKAGE.replace("1.0.0-post1", "2"))) == (
        "app/poetry.lock has more than one version of a-b for the same interpreter and platform.\n"
        "Found:\n  1.0.0.post1\n  2\n"
        "Fix: name groups and extras that agree on one version, or run `poetry lock` in app."
    )


def test_a_field_of_another_type() -> None:
    assert error(*project('a-b = "*"', PACKAGE.replace('["main"]', '"main"'))) == (
        "app/poetry.lock: package[0].groups is not a list of strings.\n"
        "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it."
    )


# A lock of version 2.0 names no groups: these are found by walking.
OLD = PACKAGE.replace('groups = ["main"]\n', "")


def old(name: str, version: str = "1", rest: str = "") -> str:
    return OLD.replace("A.b", name).replace("1.0.0-post1", version) + rest


def test_old_the_newest_version_that_every_dependency_allows() -> None:
    packages = old("a", "1.0") + old("a", "1.5") + old("a", "2.0") + old("b", "1", '[package.dependencies]\na = "<2"\n')
    assert versions(*project('a = "*"\nb = "*"', packages, "2.0")) == "a==1.5 b==1"
    assert versions(*project('a = "*"', packages, "2.0")) == "a==2.0"


def test_old_a_version_for_other_pythons() -> None:
    packages = old("a", "1") + old("a", "2").replace('python-versions = "*"', 'python-versions = ">=3.14"')
    assert versions(*project('a = "*"', packages, "2.0")) == "a==1"


def test_old_dependencies_of_extras_and_cycles() -> None:
    cycle = '[package.dependencies]\na = {version = "*", extras = ["x"]}\n'
    extra = '[package.dependencies]\nb = {version = "*", optional = true, markers = "extra == \\"x\\""}\n'
    packages = old("a", "1", extra) + old("b", "1", cycle)
    assert versions(*project('a = "*"', packages, "2.0")) == "a==1"
    assert versions(*project('a = {version = "*", extras = ["X"]}', packages, "2.0")) == "a==1 b==1"


def test_old_conditions_of_direct_dependencies() -> None:
    dependencies = """
a = {version = "*", python = "<3.10"}
b = {version = "*", platform = "win32"}
c = [{version = "1", markers = "os_name == 'nt'"}, {version = "2", markers = "os_name != 'nt'"}]
d = {version = "*", optional = true}
[tool.poetry.extras]
all = ["D"]
[tool.poetry.dev-dependencies]
b = "*"
"""
    packages = "".join(old(name, version) for name, version in zip("abccd", "11121")) + "[extras]\nall = ['d']\n"
    lock, pyproject = project(dependencies, packages, "2.0")
    assert versions(lock, pyproject) == "c==2"
    assert versions(lock, pyproject, python="3.9.1", extras=("all",)) == "a==1 c==2 d==1"
    assert versions(lock, pyproject, groups=("dev",)) == "b==1 c==2"


def test_old_a_dependency_that_is_not_locked() -> None:
    assert error(*project('a = "^2"', old("a"), "2.0")) == (
        "app/poetry.lock has no package that satisfies a ^2 for this interpreter and platform.\n"
        "Fix: take it from version control again where a merge damaged it, or remove it and run `poetry lock` in app."
    )


def test_old_a_dependency_that_is_none() -> None:
    assert error(*project("a = 1", old("a"), "2.0")) == (
        "app/pyproject.toml: tool.poetry.dependencies.a is not a version, a table, or a list of them.\n"
        "Fix: look for what a merge or an edit left there, or write the file again with the tool that made it."
    )
