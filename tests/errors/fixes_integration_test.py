"""The fix that a message prints is run, where it is a command, and then the error is gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.fixes import NOT_RUN, PARSED, Fix, User, printing
from support.mistakes import VENV, Project, debian_lock, locked
from support.user_programs import write_programs
from support.venvs.sdists import SdistFile
from support.venvs.wheels import WheelFile

Run = Callable[..., None]
RUN: set[str] = set()
"""The functions of strata.errors whose command a test of this module runs."""


def fixes(*functions: str) -> Callable[[Run], Run]:
    """Note whose commands a test runs."""
    RUN.update(functions)
    return lambda test: test


@pytest.fixture(scope="session")
def user(project: Project, tmp_path_factory: pytest.TempPathFactory) -> User:
    wheel = WheelFile("alpha")
    digest = project.offer(wheel)
    link = f'<a href="{wheel.file_name}#sha256={digest}">{wheel.file_name}</a>'
    (project.served / "simple/alpha/index.html").write_text(link)
    return User(project, write_programs(tmp_path_factory.mktemp("programs"), project.pants))


def test_every_command_in_a_message_is_run_or_has_a_reason() -> None:
    found = set(printing(Path("src/strata/errors")))
    assert RUN | set(NOT_RUN) == found
    assert RUN.isdisjoint(NOT_RUN)


@pytest.mark.parametrize("question", PARSED)
def test_programs_know_the_commands_that_are_not_run(user: User, question: str) -> None:
    answer = user.run(Fix(question, "."))
    assert [part for part in PARSED[question] if part not in answer] == []


def venv(user: User, folder: str) -> str:
    """The error of a venv; empty where it is made."""
    ran = user.project.pants.package(f"{folder}:venv", PIP_INDEX_URL=f"{user.project.url}/simple")
    return ran.error if ran.code else ""


# ---- hashed requirements ---------------------------------------------------------------------------------------------

REQUIREMENTS = {
    "no_hash": "alpha==1.0\n",
    "short_hash": "alpha==1.0 --hash=sha256:00\n",
    "not_pinned": f"alpha>=1.0 --hash=sha256:{'0' * 64}\n",
    "no_requirement": "alpha is needed\n",
    "marker": "alpha==1.0 ; os_name ~= 'a' --hash=sha256:HASH\n",
    "twice": "alpha==1.0 --hash=sha256:HASH\nalpha==1.0 ; os_name == 'posix' --hash=sha256:HASH\n",
}


@fixes(
    "requirements.lock_missing",
    "requirements.line_without_hash",
    "requirements.unusable_hash",
    "requirements.not_pinned",
    "requirements.unreadable_line",
    "requirements.unusable_marker",
    "requirements.pinned_twice",
)
@pytest.mark.parametrize("name", ["missing", *REQUIREMENTS])
def test_requirements(user: User, name: str) -> None:
    folder = f"fix_{name}"
    user.project.pants.write({f"{folder}/BUILD": VENV, f"{folder}/requirements.in": "alpha\n"})
    lock = user.project.pants.root / folder / "requirements.lock"
    if name in REQUIREMENTS:
        lock.write_text(REQUIREMENTS[name].replace("HASH", user.project.offer(WheelFile("alpha"))))
    message = venv(user, folder)
    if "take the line out" in message:
        lock.write_text("")
    user.run(Fix.of(message, "uv"))
    assert venv(user, folder) == ""


# ---- locks of projects -----------------------------------------------------------------------------------------------

PROJECT = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.9"
dependencies = ["alpha"]

[[tool.poetry.source]]
name = "local"
url = "INDEX"
priority = "primary"
"""
REMOVED = "remove it"
# Command → name → what is exchanged in the lock that it wrote.
DAMAGE: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "uv lock": {
        "version": ("version = 1\n", "version = 2\n"),
        "outdated": ('requires-dist = [{ name = "alpha" }]', "requires-dist = []"),
        "python": ('requires-python = ">=3.9"', 'requires-python = ">=3.14"'),
        "not_locked": ('name = "alpha"\nversion', 'name = "gamma"\nversion'),
    },
    "poetry lock": {
        "version": ('lock-version = "2.1"', 'lock-version = "3.0"'),
        "outdated": ('content-hash = "', 'content-hash = "0'),
        "no_sha256": ("sha256:", "md5:"),
    },
    "uv export --format pylock.toml -o pylock.toml": {
        "version": ('lock-version = "1.0"', 'lock-version = "2.0"'),
        "no_version": ('version = "1.0"\nindex', "index"),
        "no_sha256": ("sha256 =", "md5 ="),
        "no_wheel": ("py3-none-any", "cp310-cp310-win_amd64"),
    },
    "pip lock -o pylock.toml -r requirements.in": {"version": ('lock-version = "1.0"', 'lock-version = "2.0"')},
    "uv pip compile --format pylock.toml -o pylock.toml requirements.in": {
        "version": ('created-by = "uv"', 'created-by = "other"\nlock-version = "2.0"')
    },
}


@fixes(
    "locks.other_lock_version",
    "locks.outdated",
    "locks.other_python",
    "locks.not_locked",
    "locks.file_without_sha256",
    "pylocks.no_version",
    "pylocks.no_wheel",
)
@pytest.mark.parametrize("command, name", [(command, name) for command in DAMAGE for name in DAMAGE[command]])
def test_a_lock_of_a_project(user: User, command: str, name: str) -> None:
    folder = f"fix_{'_'.join(command.split()[:2])}_{name}"
    pyproject = PROJECT.replace("INDEX", f"{user.project.url}/simple/")
    files = {"BUILD": VENV, "pyproject.toml": pyproject, "requirements.in": "alpha\n"}
    user.project.pants.write({f"{folder}/{path}": text for path, text in files.items()})
    user.run(Fix(command, folder))
    names = ("uv.lock", "poetry.lock", "pylock.toml")
    lock = next(path for path in (user.project.pants.root / folder / each for each in reversed(names)) if path.exists())
    before, after = DAMAGE[command][name]
    text = lock.read_text()
    assert before in text, text
    damaged = text.replace('lock-version = "1.0"\n', "") if "lock-version" in after else text
    lock.write_text((text if before not in damaged else damaged).replace(before, after))
    named = VENV.replace(")", f', lockfile="{lock.name}")') if lock.name == "pylock.toml" else VENV
    user.project.pants.write({f"{folder}/BUILD": named})
    message = venv(user, folder)
    assert f"`{command}`" in message
    if REMOVED in message:
        lock.unlink()
    user.run(Fix.of(message, command.split()[0]))
    assert venv(user, folder) == ""


# ---- locks that Strata makes -----------------------------------------------------------------------------------------

_OTHER_UV = "0.12.24"
MADE = {
    "missing": ('debian_packages(name="missing", lockfile="missing.json", packages=["tzdata"])', None),
    "stale": (
        'debian_packages(name="stale", lockfile="stale.json", packages=["tzdata"])',
        debian_lock([], roots=["zlib1g"]),
    ),
    "cut": ('debian_packages(name="cut", lockfile="cut.json", packages=["tzdata"])', '{"format":'),
    "format": ('debian_packages(name="format", lockfile="format.json", packages=["tzdata"])', '{"format": 99}'),
    "no_lock": ('python_installer(name="no_lock", tool="uv", lockfile="no_lock.json")', None),
    "other_tool": ('python_installer(name="other_tool", tool="uv", lockfile="other_tool.json")', locked("six")),
    "version": (
        f'python_installer(name="version", tool="uv", version="{_OTHER_UV}", lockfile="version.json")',
        locked("uv").replace("1.0", "0.13.0"),
    ),
    "bare": (f'python_installer(name="bare", tool="uv", version="{_OTHER_UV}")', None),
}


@fixes(
    "targets.lock_is_missing",
    "targets.lock_is_stale",
    "debian.lock_is_not_json",
    "debian.lock_has_other_format",
    "installers.lock_of_another_tool",
    "installers.lock_of_another_version",
    "installers.version_without_lock",
)
def test_locks_that_strata_makes(user: User) -> None:
    """All are written by one run of `generate-lockfiles`, with the `--resolve` of each message."""
    pants = user.project.pants
    build = "\n".join(target for target, _ in MADE.values())
    files = {f"made/{name}.json": text for name, (_, text) in MADE.items() if text is not None}
    pants.write({"made/BUILD": build, **files})
    commands = []
    for name in MADE:
        message = pants.package(f"made:{name}").error
        commands.append(Fix.of(message, "./pants").command)
        if name == "bare":
            (setting,) = re.findall(r'`(lockfile="[^"]+")`', message)
            pants.write({"made/BUILD": build.replace('name="bare"', f'name="bare", {setting}')})
    assert commands == [f"./pants generate-lockfiles --resolve=made:{name}" for name in MADE]
    options = [option for command in commands for option in command.split()[2:]]
    pants.run("generate-lockfiles", *options).succeeded()
    pants.run("package", *(f"made:{name}" for name in MADE)).succeeded()


# ---- resolves of Pants -----------------------------------------------------------------------------------------------

RESOLVE = """python_requirement(name="{0}-alpha", requirements=["alpha"], resolve="{0}")
python_venv(name="{0}", resolve="{0}")
"""
PEX: Mapping[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "edited": lambda text: text.replace('"requirements": [\n    "alpha"', '"requirements": [\n    "alpha>=0"'),
    "header": lambda text: text.replace('//   "version": 3', '//   "version": 3,,'),
    "md5": lambda text: text.replace('"algorithm": "sha256"', '"algorithm": "md5"'),
}


@fixes(
    "resolves.not_generated",
    "pex_locks.not_json",
    "pex_locks.edited",
    "pex_locks.damaged_header",
    "pex_locks.file_without_sha256",
)
def test_resolves_of_pants(user: User) -> None:
    """All are mended by one run of `generate-lockfiles`, with the `--resolve` of each message."""
    names = ["missing", *PEX]
    locks = {**{name: f"resolves/{name}.lock" for name in names}, "python-default": "none.lock"}
    settings = {
        "PANTS_PYTHON_ENABLE_RESOLVES": "true",
        "PANTS_PYTHON_RESOLVES": str(locks),
        "PANTS_PYTHON_INTERPRETER_CONSTRAINTS": "['CPython>=3.9,<3.14']",
        "PANTS_PYTHON_REPOS_INDEXES": f"['{user.project.url}/simple']",
    }
    pants = user.project.pants
    pants.write({"resolves/BUILD": "".join(map(RESOLVE.format, names))})
    pants.run("generate-lockfiles", *(f"--resolve={name}" for name in PEX), **settings).succeeded()
    for name, damage in PEX.items():
        lock = pants.root / locks[name]
        before = lock.read_text()
        lock.write_text(damage(before))
        assert lock.read_text() != before
    messages = {name: pants.package(f"resolves:{name}", **settings).error for name in names}
    commands = {name: Fix.of(messages[name], "pants" if name in PEX else "./pants").command for name in names}
    assert commands == {
        "missing": "./pants generate-lockfiles --resolve=missing",
        **{name: f"pants generate-lockfiles --resolve={name}" for name in PEX},
    }
    pants.run("generate-lockfiles", *(command.split()[2] for command in commands.values()), **settings).succeeded()
    pants.run("package", *(f"resolves:{name}" for name in names), **settings).succeeded()


# ---- source distributions --------------------------------------------------------------------------------------------


@fixes("builds.only_sdists", "builds.build_lock_missing")
def test_a_source_distribution(user: User) -> None:
    """What the first message says to set leads to the second one, until its command has run."""
    pants, folder = user.project.pants, user.project.served / "simple/zeta"
    folder.mkdir()
    SdistFile.with_backend("zeta", "return ''").write(folder)
    pants.write({"fix_sdist/BUILD": VENV, "fix_sdist/requirements.in": "zeta\n"})
    user.run(Fix("uv pip compile --generate-hashes -o requirements.lock requirements.in", "fix_sdist"))
    first = venv(user, "fix_sdist")
    settings = re.findall(r"`((?:allow_sdists|build_lockfile)=[^`]+)`", first)
    assert len(settings) == 2
    pants.write({"fix_sdist/BUILD": VENV.replace(")", f", {', '.join(settings)})"), "fix_sdist/build.in": "alpha\n"})
    second = venv(user, "fix_sdist")
    assert "The lock file fix_sdist/build.lock does not exist." in second
    assert Fix.of(first, "uv", "fix_sdist") == Fix.of(second, "uv", "fix_sdist")
    user.run(Fix.of(second, "uv", "fix_sdist"))
    assert venv(user, "fix_sdist") == ""


# ---- code ------------------------------------------------------------------------------------------------------------


@fixes("targets.entry_point_file_unowned")
def test_an_entry_point_that_no_target_owns(user: User) -> None:
    pants = user.project.pants
    pants.write({"src/lonely/main.py": "", "src/lonely/BUILD": 'python_image(name="image", entry_point="main.py")\n'})
    user.run(Fix.of(pants.package("src/lonely:image").error, "./pants"))
    pants.package("src/lonely:image").succeeded()


@fixes("targets.not_locked", "targets.imports_without_wheel")
def test_commands_that_tell(user: User) -> None:
    """They mend nothing: they tell what the message asks to look at."""
    pants = user.project.pants
    build = """\
python_sources(dependencies=[":absent"])
python_requirement(name="absent", requirements=["absent"])
python_venv(name="venv")
python_image(name="image", entry_point="main.py", venv=":venv")
"""
    files = {"main.py": "import nowhere\n", "BUILD": build, "requirements.lock": locked("alpha")}
    pants.write({f"src/told/{path}": text for path, text in files.items()})
    message = pants.package("src/told:image").error
    assert "src/told:absent" in user.run(Fix.of(message, "./pants"))
    pants.write({"src/told/BUILD": build.replace('dependencies=[":absent"]', "")})
    message = pants.package("src/told:image", PIP_INDEX_URL=f"{user.project.url}/simple").error
    assert user.run(Fix.of(message, "./pants")).splitlines() == ["src"]
