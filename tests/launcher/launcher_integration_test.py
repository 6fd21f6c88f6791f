"""What ./pants finds, makes and passes on, and what it says where it cannot."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from support.launcher_machine import PYTHON, Machine, finish, make_machine, wheel

NO_PYTHON = (
    "pants: Pants 2.17.1 needs CPython 3.9 (with venv and ensurepip), "
    "and none was found on PATH, in pyenv or through uv. "
    "Get one with `pyenv install 3.9`, `uv python install 3.9` or your system's packages, "
    "or install the pants launcher (https://www.pantsbuild.org/), which brings its own.\n"
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return make_machine(tmp_path)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine where the environment is made already."""
    machine = make_machine(tmp_path_factory.mktemp("warm"))
    machine.add_python()
    ran = machine.run("--version")
    (name,) = machine.environments
    made = machine.root / "home/.cache/strata/pants" / name
    assert (ran.code, ran.stderr) == (
        0,
        f"pants: installing pantsbuild.pants==2.17.1 into {made} (once; it takes about half a minute).\n",
    )
    return machine


def test_hands_over_to_the_launcher_on_path(machine: Machine) -> None:
    machine.program("pants", 'echo "$0"; for argument; do echo "[$argument]"; done; exit 7')
    ran = machine.run("test", "a b", "--x=*")
    assert (ran.code, ran.stdout, ran.stderr) == (7, f"{machine.bin}/pants\n[test]\n[a b]\n[--x=*]\n", "")


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="Only root installs programs.")


@AS_ROOT
def test_tests_get_bubblewrap_where_a_machine_has_nothing_that_starts_containers(machine: Machine) -> None:
    machine.program("pants", "exit 7")
    # The lists of packages are old.
    apt_get = 'echo "$@" >>asked; case "$1" in update) : >new ;; *) test -e new && /bin/cp "$0" "${0%/*}/bwrap" ;; esac'
    machine.program("apt-get", apt_get)
    install = "install --yes --no-install-recommends -o DPkg::Lock::Timeout=120 bubblewrap"
    said = "pants: installing bubblewrap, by which image tests start containers.\n"
    assert [machine.run("test", "::").stderr for _ in range(2)] == [said, ""]
    assert (machine.checkout / "asked").read_text().splitlines() == [install, "update", install]


@AS_ROOT
def test_what_apt_cannot_install_is_told(machine: Machine) -> None:
    machine.program("pants", "exit 7")
    machine.program("apt-get", "exit 100")
    ran = machine.run("test", "::")
    assert ran.code == 7
    assert ran.stderr.splitlines() == [
        "pants: installing bubblewrap, by which image tests start containers.",
        "pants: apt-get could not install bubblewrap.",
    ]


@AS_ROOT
@pytest.mark.parametrize("arguments", [["package", "::"], ["run", "src:app", "--", "test"]], ids=" ".join)
def test_other_goals_install_nothing(arguments: list[str], machine: Machine) -> None:
    machine.program("pants", "exit 7")
    machine.program("apt-get", "echo asked")
    ran = machine.run(*arguments)
    assert (ran.code, ran.stdout, ran.stderr) == (7, "", "")


def test_a_link_to_itself_on_path_is_not_a_launcher(machine: Machine) -> None:
    (machine.bin / "pants").symlink_to(machine.checkout / "pants")
    ran = machine.run("--version", launcher="pants")
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", NO_PYTHON)


def test_a_shim_of_pyenv_is_not_a_launcher(machine: Machine) -> None:
    shims = machine.root / "pyenv" / "shims"
    shims.mkdir(parents=True)
    machine.program("pants", "exit 127").rename(shims / "pants")
    ran = machine.run(PATH=f"{shims}:{machine.bin}", PYENV_ROOT=str(machine.root / "pyenv"))
    assert ran.stderr == NO_PYTHON


def test_a_launcher_that_calls_back_is_called_once(machine: Machine) -> None:
    machine.program("pants", 'echo asked; "./pants" "$@"')
    ran = machine.run("--version")
    assert (ran.code, ran.stdout, ran.stderr) == (1, "asked\n", NO_PYTHON)


def test_names_what_serves_when_there_is_no_python(machine: Machine) -> None:
    machine.program("python3.9", "echo 'pyenv: python3.9: command not found' >&2; exit 127")
    machine.program("python3", f'exec "{sys.executable}" -c "raise SystemExit(1)"')
    machine.program("uv", "exit 2")
    ran = machine.run("--version")
    assert ran.stderr == "pants: no CPython 3.9 found: asking uv to install one.\n" + NO_PYTHON
    assert (ran.code, ran.stdout) == (1, "")


def test_a_release_that_is_not_on_the_index_needs_the_launcher(machine: Machine) -> None:
    ran = machine.run(PANTS_VERSION="2.30.0")
    assert ran.stderr == (
        "pants: Pants 2.30.0 is not on the Python index for this launcher. "
        "Install the pants launcher (https://www.pantsbuild.org/), which fetches it, and run this again.\n"
    )
    assert ran.code == 1


@pytest.mark.parametrize(
    "home, obstacle",
    [(os.devnull, "cannot be written to"), ("/a home", "has a sign in its path that Pants 2.17 does not take")],
)
def test_a_home_that_cannot_hold_a_cache_is_replaced_with_clear_words(
    machine: Machine, home: str, obstacle: str
) -> None:
    ran = machine.run(HOME=home)
    private = machine.root / f"strata-{os.geteuid()}"
    assert ran.stderr == (
        f"pants: {home}/.cache {obstacle}: using {private} instead. "
        "Set XDG_CACHE_HOME to choose another folder.\n" + NO_PYTHON
    )
    assert private.stat().st_mode & 0o777 == 0o700


def test_no_folder_for_a_cache(machine: Machine) -> None:
    ran = machine.run(HOME=os.devnull, TMPDIR=os.devnull)
    assert ran.stderr == (
        f"pants: neither /dev/null/.cache nor /dev/null/strata-{os.geteuid()} can hold a cache. "
        "Set XDG_CACHE_HOME to a folder of yours, without spaces in its path.\n"
    )
    assert ran.code == 1


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"])
def test_passes_a_ca_bundle_on(machine: Machine, name: str) -> None:
    bundle = machine.root / "a bundle.pem"
    bundle.touch()
    machine.program("pants", 'echo "${PANTS_CA_CERTS_PATH-none}"')
    assert machine.run(**{name: str(bundle)}).stdout == f"{bundle}\n"
    assert machine.run(**{name: str(bundle), "PANTS_CA_CERTS_PATH": "mine"}).stdout == "mine\n"
    assert machine.run(**{name: "/nowhere"}).stdout == "none\n"


def test_runs_pants_from_a_folder_below_in_place_of_itself(warm: Machine) -> None:
    ran = warm.run("list", "a b", cwd="src/deep", launcher="../../pants", EXIT_CODE="3")
    assert (ran.code, ran.stderr) == (3, "")
    assert ran.pants["argv"] == ["list", "a b"]
    assert ran.pants["cwd"] == str(warm.checkout / "src" / "deep")
    assert ran.pants["pid"] == ran.pid


def test_tells_pants_what_it_need_not_fetch(warm: Machine) -> None:
    told = warm.run().pants["environment"]
    assert told["PANTS_PLUGINS"] == "[]"
    assert told["PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH"] == f"+['{PYTHON.resolve().parent}']"
    pex = Path(told["PANTS_PEX_CLI_URL_TEMPLATE"][len("file://") :]).read_bytes()
    version, platform, digest, size = told["PANTS_PEX_CLI_KNOWN_VERSIONS"].strip("[']").split("|")
    assert (version, digest, int(size)) == ("v2.1.137", hashlib.sha256(pex).hexdigest(), len(pex))
    assert platform in ("linux_x86_64", "linux_arm64", "macos_x86_64", "macos_arm64")


def test_what_the_user_configured_stays(warm: Machine) -> None:
    mine = {"PANTS_PLUGINS": "['x']", "PANTS_PEX_CLI_VERSION": "v2", "PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH": "['/x']"}
    assert warm.run(**mine).pants["environment"] == mine


def test_a_missing_interpreter_makes_the_environment_anew(warm: Machine) -> None:
    (name,) = warm.environments
    (warm.root / "home/.cache/strata/pants" / name / "bin" / "python").unlink()
    ran = warm.run("--version")
    assert ran.pants["argv"] == ["--version"]
    assert "installing pantsbuild.pants==2.17.1" in ran.stderr
    assert warm.environments == [name]


def test_two_at_the_same_time_make_one_environment(machine: Machine) -> None:
    machine.add_python()
    both = [finish(process) for process in [machine.start("a"), machine.start("b")]]
    assert [ran.pants["argv"] for ran in both] == [["a"], ["b"]]
    assert "".join(ran.stderr for ran in both).count("installing pantsbuild.pants") == 1
    assert len(machine.environments) == 1


def test_a_killed_installation_is_made_anew(machine: Machine) -> None:
    machine.add_python()
    process = machine.start("--version")
    deadline = time.monotonic() + 60
    while not any((machine.root / "home").glob(".cache/strata/pants/*.new-*/bin/python")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    finish(process)
    (half_made,) = machine.environments
    ran = machine.run("--version")
    assert ran.pants["argv"] == ["--version"]
    assert machine.environments == [half_made.partition(".new-")[0]]


@pytest.mark.parametrize("told_by", ["HOME", "PYENV_ROOT", "PATH"])
def test_finds_what_pyenv_holds(machine: Machine, told_by: str) -> None:
    root = machine.root / "home" / ".pyenv"
    (root / "shims").mkdir(parents=True)
    versions = root / "versions" / "3.9.1" / "bin"
    versions.mkdir(parents=True)
    machine.program("python3.9", "exit 127").rename(root / "shims" / "python3.9")
    # Serves when tried, and then shows that it was this one.
    serving = f'[ "$4" = 3.9 ] && exec "{PYTHON}" "$@"; echo pyenv >&2; exit 7'
    machine.program("serving", serving).rename(versions / "python3.9")
    told = {
        "HOME": {},
        "PYENV_ROOT": {"HOME": str(machine.root), "PYENV_ROOT": str(root)},
        "PATH": {"HOME": str(machine.root), "PATH": f"{root}/shims:{machine.bin}"},
    }[told_by]
    ran = machine.run(**told)
    assert (ran.code, ran.stderr) == (7, "pyenv\n")


def test_uv_may_bring_the_python(machine: Machine) -> None:
    python = machine.bin / "from uv"
    machine.program(
        "uv",
        f'case "$2" in install) printf \'#!/bin/sh\\nexec "{PYTHON}" "$@"\\n\' >"{python}";;'
        f' find) [ -e "{python}" ] && echo "{python}";; esac && chmod +x "{python}"',
    )
    (machine.bin / "chmod").symlink_to(str(shutil.which("chmod")))
    ran = machine.run("--version")
    assert ran.stderr.startswith("pants: no CPython 3.9 found: asking uv to install one.\npants: installing")
    assert ran.pants["argv"] == ["--version"]


def test_a_plugin_that_is_not_pinned_is_named(machine: Machine) -> None:
    machine.add_python()
    settings = machine.checkout / "pants.toml"
    settings.write_text(settings.read_text().replace("a-plugin==1.0", "a-plugin==1.1"))
    ran = machine.run()
    assert ran.stderr == (
        f"pants: pants.toml asks for a-plugin==1.1, which {machine.checkout}/3rdparty/tools/pants.txt does not pin. "
        "Renew that file: its first lines say how.\n"
    )
    assert (ran.code, machine.environments) == (1, [])


def test_a_wheel_with_another_hash_is_refused(machine: Machine) -> None:
    machine.add_python()
    wheel(machine.root / "index", "a-plugin", "1.0", {"a_plugin.py": "print('not what was pinned')"})
    ran = machine.run()
    assert "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE" in ran.stderr
    assert ran.stderr.endswith("pants: Pants could not be installed: the command above failed with exit code 1.\n")
    assert (ran.code, machine.environments) == (1, [])
