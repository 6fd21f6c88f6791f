"""Images say which installers they hold and on whose request; ensurepip and the hint do what they say, under runc."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.audit.layout import audit_layout
from strata.audit.policy import ANNOTATION
from strata.interpreters.installer_hint import hint_text
from strata.layouts.layout import Layout
from support.disguises import Project
from support.oci.container import UnpackedImage, unpack
from support.oci.examples import SITE_PACKAGES
from support.oci.readers import manifest_of

PIP_LOCK = Path("src/strata/locks/installer_locks/pip.lock")

BARE = """
python_interpreter(name="bare", lockfile="cpython.lock.json", ensurepip="remove", installer_hint=%s)

python_venv(name="venv", interpreter=":bare")
"""


@dataclass(frozen=True)
class Built:
    layout: Path
    said: str
    image: UnpackedImage


def built(project: Project, folder: str, fields: str, files: Mapping[str, str], unpacked: Path) -> Built:
    layout, said = project.image(folder, fields, files)
    return Built(layout, said, unpack(layout, unpacked / folder))


@pytest.fixture(scope="module")
def kept(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(project, "kept", "", {}, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def removed(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Built:
    files = {
        "BUILD": BARE % True,
        "requirements.lock": "",
        "cpython.lock.json": (project.pants.root / "3rdparty/python/cpython.lock.json").read_text(),
    }
    return built(project, "removed", 'venv=":venv"', files, tmp_path_factory.mktemp("removed"))


@pytest.mark.parametrize("user", [0, 65532])
@pytest.mark.parametrize("command", ["pip", "pip3"])
def test_the_hint_speaks_and_fails(kept: Built, command: str, user: int) -> None:
    ran = kept.image.run(command, "install", "requests", user=user)
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", hint_text(ensurepip=True))


def test_root_gets_pip_as_the_hint_says(kept: Built) -> None:
    assert "\n  python -m ensurepip --default-pip\n" in hint_text(ensurepip=True)
    code = """
import subprocess
subprocess.run(["python", "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run(["pip", "--version"], check=True)
"""
    output = kept.image.python(code, user=0, writable=True).output
    assert re.fullmatch(rf"pip [\d.]+ from {SITE_PACKAGES}/pip \(python 3\.13\)\n", output)


def in_debug_venv(text: str) -> list[list[str]]:
    """Those commands of a hint that make an environment and look at the app's, as they stand there."""
    lines = [line.strip().partition("   ")[0] for line in text.splitlines() if line.startswith("  ")]
    return [line.split() for line in lines if " -m venv " in line or line.endswith(" list")]


RUN_ALL = """
import json, subprocess, sys
for command in json.loads(sys.argv[1]):
    subprocess.run(command, check=True)
"""


def test_another_user_gets_pip_as_the_hint_says(kept: Built) -> None:
    commands = in_debug_venv(hint_text(ensurepip=True))
    assert len(commands) == 2
    output = kept.image.python(
        RUN_ALL, json.dumps([*commands, ["/tmp/debug/bin/pip", "--version"]]), writable=True
    ).output
    assert re.search(r"^pip [\d.]+ from /tmp/debug/lib/python3\.13/site-packages/pip", output, re.M)


def test_without_ensurepip_the_hint_says_so(removed: Built) -> None:
    ran = removed.image.run("pip")
    assert (ran.code, ran.stdout, ran.stderr) == (1, "", hint_text(ensurepip=False))


def test_ensurepip_is_removed_with_all_traces(removed: Built) -> None:
    ran = removed.image.run("python", "-m", "ensurepip")
    assert ran.code == 1
    assert ran.stderr == "/opt/venv/bin/python: No module named ensurepip\n"
    names = [path.name for path in removed.image.rootfs.rglob("*")]
    assert [name for name in names if re.match("ensurepip|pip-|python3-pip-whl|python3.13-venv", name)] == []
    assert removed.image.run().output == "works\n"


def test_a_wheel_of_pip_runs_where_ensurepip_is_removed(kept: Built, removed: Built) -> None:
    (wheel,) = kept.image.rootfs.glob("usr/share/python-wheels/pip-*.whl")
    commands = in_debug_venv(hint_text(ensurepip=False).replace("pip-VERSION-py3-none-any.whl", wheel.name))
    assert len(commands) == 2
    # There is no way to copy a file into a container of runc, so it is put into its root, where the hint says.
    target = removed.image.rootfs / "tmp" / wheel.name
    target.write_bytes(wheel.read_bytes())
    try:
        version = [*commands[-1][: commands[-1].index("--python")], "--version"]
        output = removed.image.python(RUN_ALL, json.dumps([*commands, version]), writable=True).output
    finally:
        target.unlink()
    assert re.search(rf"^pip [\d.]+ from /tmp/{re.escape(wheel.name)}/pip", output, re.M)


def test_an_app_with_pip_in_its_lock_gets_the_real_one(project: Project, tmp_path: Path) -> None:
    lock = PIP_LOCK.read_text()
    files = {"BUILD": "\npython_venv(name='venv')\n", "requirements.lock": lock}
    app = built(project, "with_pip", 'venv=":venv"', files, tmp_path)
    version = lock.partition("==")[2].split()[0]
    output = app.image.run("pip", "--version").output
    assert output == f"pip {version} from {SITE_PACKAGES}/pip (python 3.13)\n"
    assert f"pip {version} (the lock of the dependencies)" in app.said
    (audit,) = audit_layout(Layout.open(app.layout))
    assert audit.sound
    assert "the lock of the dependencies" in audit.requests.values()


def test_images_say_what_they_hold(kept: Built, removed: Built) -> None:
    assert re.search(r'^  installers: none but ensurepip, pip [\d.]+ \(ensurepip="keep"\)$', kept.said, re.M)
    assert re.search(r"^  installers: none$", removed.said, re.M)
    for each, policy, count in ((kept, "keep", 2), (removed, "remove", 0)):
        (audit,) = audit_layout(Layout.open(each.layout))
        assert audit.sound
        assert len(audit.found) == count
        annotation = json.loads(manifest_of(each.layout)["annotations"][ANNOTATION])
        assert annotation["ensurepip"] == policy
        assert len(annotation["found"]) == count


def test_the_choice_changes_one_layer(kept: Built, removed: Built) -> None:
    before, after = ([layer["digest"] for layer in manifest_of(each.layout)["layers"]] for each in (kept, removed))
    assert [old == new for old, new in zip(before, after)] == [True, False, True, True]


def test_the_hint_can_be_left_out(project: Project, tmp_path: Path) -> None:
    files = {
        "BUILD": BARE % False,
        "requirements.lock": "",
        "cpython.lock.json": (project.pants.root / "3rdparty/python/cpython.lock.json").read_text(),
    }
    silent = built(project, "silent", 'venv=":venv"', files, tmp_path)
    assert not list(silent.image.rootfs.rglob("pip*"))
