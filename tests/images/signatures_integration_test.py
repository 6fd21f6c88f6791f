"""An image of this repository, as `package` writes it with its documents, is signed and meets a policy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.oci.examples import WEB, layer_digests
from support.signing.commands import Commands, write_keys


@pytest.fixture
def commands(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The layout is linked to, since only what lies beside it is written."""
    write_keys(tmp_path, "a")
    (tmp_path / "image").symlink_to(WEB.resolve())
    shutil.copytree(f"{WEB}.attest", tmp_path / "image.attest")
    commands = Commands(tmp_path, capsys, monkeypatch)
    assert commands.sign(tmp_path / "image")[0] == 0
    return commands


def verify(commands: Commands, *rules: str) -> tuple[int, str]:
    (commands.folder / "policy.toml").write_text("\n".join(["[signers]", "keys = ['a.pub']", *rules, ""]))
    code, _, said = commands.run("verify", commands.folder / "image", f"--policy={commands.folder}/policy.toml")
    return code, said


def test_image_meets_a_policy(commands: Commands) -> None:
    provenance = json.loads((commands.folder / "image.attest/linux-amd64/provenance.json").read_bytes())
    bases = [layer_digests(WEB, architecture)[0] for architecture in ("amd64", "arm64")]
    assert verify(
        commands,
        "[image]",
        "installers = 'ensurepip'",
        f"base_digests = {json.dumps(bases)}",
        "[documents]",
        "required = ['provenance', 'installers']",
        f"builders = ['{provenance['predicate']['runDetails']['builder']['id']}']",
    ) == (0, "")


def test_image_does_not_meet_another(commands: Commands) -> None:
    code, said = verify(
        commands, "[image]", "installers = 'none'", "[documents]", "builders = ['https://other.example']"
    )
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert code == 1
    for platform in ("linux/amd64", "linux/arm64/v8"):
        assert f"{platform}: its builder is" in said
        assert (
            f'{platform}: it holds an installer, ensurepip at /usr/lib/python3.13/ensurepip (ensurepip="keep"); '
            "allowed: none"
        ) in lines
