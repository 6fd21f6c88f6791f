from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from pants.engine.rules import QueryRule
from pants.testutil.rule_runner import RuleRunner

from pants_strata.artifacts.host import HostPrepared
from pants_strata.util_rules.host import _apt_configuration
from strata.fetch.host import HostSettings
from support.rules import repository, write


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return repository([QueryRule(HostPrepared, [])])


def prepare(runner: RuleRunner, caches: Path, *options: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    write(runner, {}, f"--named-caches-dir={caches}", *options, env=env)
    runner.request(HostPrepared, [])
    settings: dict[str, Any] = json.loads((caches / "strata_host/settings.json").read_text())
    return settings


MIRRORS = (
    "--strata-debian-mirror=https://mirror.example/debian",
    "--strata-debian-security-mirror=https://mirror.example/security",
    "--strata-standalone-mirror=https://mirror.example/standalone",
)


def test_files_are_for_the_user_alone(runner: RuleRunner, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        prepare(runner, tmp_path)
    finally:
        os.umask(before)
    folder = tmp_path / "strata_host"
    assert stat.S_IMODE((folder / "settings.json").stat().st_mode) == 0o600
    assert os.readlink(folder / "python") == os.path.realpath(sys.executable)
    assert sorted(os.listdir(folder)) == ["python", "settings.json"]


def test_settings(runner: RuleRunner, tmp_path: Path) -> None:
    environment = {"HOME": "/home/me", "PIP_INDEX_URL": "https://index.example", "PATH": "/bin"}
    settings = prepare(
        runner,
        tmp_path,
        *MIRRORS,
        "--ca-certs-path=/certs/ca.pem",
        "--python-repos-indexes=['https://me:secret@index.example/simple']",
        "--python-repos-find-links=['/wheels']",
        "--strata-debian-keyrings=['/keys.gpg']",
        "--strata-registries={'a': {'address': 'a.example', 'plain_http': True}, 'b': {'address': 'b.example'}}",
        env={
            "HOME": "/home/me",
            "PIP_INDEX_URL": "https://index.example",
            "EDITOR": "vi",
            "AWS_SECRET": "x",
            "PATH": "/bin",
        },
    )
    assert settings.pop("default_index").startswith("https://")
    assert settings == {
        "environment": environment,
        "plain_http": ["a.example"],
        "indexes": ["https://me:secret@index.example/simple"],
        "find_links": ["/wheels"],
        "ca_bundle": "/certs/ca.pem",
        "debian_mirror": "https://mirror.example/debian",
        "debian_security_mirror": "https://mirror.example/security",
        "debian_keyrings": ["/keys.gpg"],
        "standalone_mirror": "https://mirror.example/standalone",
    }


def test_pips_configuration_decides_where_pants_has_none(runner: RuleRunner, tmp_path: Path) -> None:
    settings = prepare(runner, tmp_path, *MIRRORS)
    assert (settings["indexes"], settings["find_links"], settings["ca_bundle"]) == ([], [], "")


def test_the_library_reads_what_is_written(runner: RuleRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(runner, tmp_path, *MIRRORS, "--strata-debian-keyrings=['/keys.gpg']")
    (tmp_path / ".host").symlink_to(tmp_path / "strata_host")
    monkeypatch.chdir(tmp_path)
    settings = HostSettings.enter()
    assert settings.debian_security_mirror == "https://mirror.example/security"
    assert settings.debian_keyrings == ("/keys.gpg",)


def test_new_settings_replace_old_ones(runner: RuleRunner, tmp_path: Path) -> None:
    prepare(runner, tmp_path, *MIRRORS, "--strata-debian-keyrings=['/old.gpg']")
    assert prepare(runner, tmp_path, *MIRRORS, "--strata-debian-keyrings=['/new.gpg']")["debian_keyrings"] == [
        "/new.gpg"
    ]


def test_apt_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "sources.list.d"
    folder.mkdir()
    (folder / "a.sources").write_bytes(b"Types: deb \xff\n")
    (folder / "b.list").write_text("deb x\n")
    (folder / "c.list.disabled").write_text("deb y\n")
    (folder / "d.list").mkdir()
    assert _apt_configuration(tmp_path) == {
        f"{folder}/a.sources": "Types: deb \ufffd\n",
        f"{folder}/b.list": "deb x\n",
    }
    (tmp_path / "sources.list").write_text("deb z\n")
    assert _apt_configuration(tmp_path)[f"{tmp_path}/sources.list"] == "deb z\n"
    assert _apt_configuration(tmp_path / "absent") == {}
