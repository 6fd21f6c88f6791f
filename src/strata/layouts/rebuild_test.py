from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from strata.layouts.command_test import strata_command
from support.oci.layouts import write_example

# In the place of Pants: it notes how it was started, and writes one layout for each folder below `again`.
_PANTS = """#!{python}
import json, os, shutil, sys
caches = {{name: value for name, value in os.environ.items() if name.startswith("PANTS_")}}
open("{root}/started.json", "w").write(json.dumps([sys.argv[1:], caches]))
print("it says something")
for name in os.listdir("{root}/again"):
    shutil.copytree("{root}/again/" + name, os.path.join(caches["PANTS_PANTS_DISTDIR"], "src.app", name))
sys.exit(int("{code}"))
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "again").mkdir()
    (tmp_path / "layout").mkdir()
    write_example(tmp_path / "layout")
    return tmp_path


def pants(root: Path, code: int = 0) -> str:
    program = root / "pants"
    program.write_text(_PANTS.format(python=sys.executable, root=root, code=code))
    program.chmod(0o755)
    return str(program)


def again(root: Path, name: str = "image") -> Path:
    (root / "again" / name).mkdir()
    return root / "again" / name


def validate(root: Path, code: int = 0) -> tuple[int, str, str]:
    return strata_command("validate", "--rebuild=src/app:image", f"--pants={pants(root, code)}", "layout")


def test_an_image_that_is_built_again_to_the_same_bytes(root: Path) -> None:
    write_example(again(root))
    assert validate(root) == (
        0,
        "layout is a sound OCI image layout, and has the form of a reproducible image, and src/app:image builds the "
        "same without any cache.\n",
        "",
    )
    assert list(root.glob(".strata-rebuild-*")) == []


def test_the_build_takes_nothing_from_any_cache(root: Path) -> None:
    write_example(again(root))
    validate(root)
    arguments, variables = json.loads((root / "started.json").read_text())
    assert arguments == ["package", "src/app:image"]
    folders = {variables.pop(name) for name in ("PANTS_LOCAL_STORE_DIR", "PANTS_NAMED_CACHES_DIR")}
    assert {Path(folder).parent.name[:16] for folder in folders} == {".strata-rebuild-"}
    assert not any(Path(folder).exists() for folder in folders)
    assert variables.items() >= {
        ("PANTS_REMOTE_CACHE_READ", "false"),
        ("PANTS_REMOTE_CACHE_WRITE", "false"),
        ("PANTS_REMOTE_EXECUTION", "false"),
    }


def test_a_layer_and_a_config_that_are_built_to_other_bytes(root: Path) -> None:
    (root / "same").mkdir()
    before = write_example(root / "same")
    other = [b"another layer", (root / "same" / before.layers[1]).read_bytes()]
    after = write_example(again(root), blobs=other, config=lambda value: {**value, "created": "2001-01-01T00:00:00Z"})
    code, told, _ = validate(root)
    assert code == 1
    assert told.splitlines() == [
        f"{digest(before.config)} (linux/amd64, config) is rebuilt as {digest(after.config)} [rebuild]",
        f"{digest(before.layers[0])} (linux/amd64, layer 01) is rebuilt as {digest(after.layers[0])} [rebuild]",
    ]


def test_a_layer_that_is_one_too_many(root: Path) -> None:
    (root / "same").mkdir()
    before = write_example(root / "same")
    after = write_example(again(root), blobs=[(root / "same" / before.layers[0]).read_bytes()])
    assert validate(root)[1].splitlines() == [
        f"{digest(before.config)} (linux/amd64, config) is rebuilt as {digest(after.config)} [rebuild]",
        f"{digest(before.layers[1])} (linux/amd64, layer 02) is rebuilt as nothing [rebuild]",
    ]


def digest(path: str) -> str:
    return f"sha256:{Path(path).name}"


@pytest.mark.parametrize("layouts, code", [(["image"], 3), (["one", "two"], 0), ([], 0)])
def test_a_build_without_one_image(root: Path, layouts: list[str], code: int) -> None:
    for name in layouts:
        write_example(again(root, name))
    assert validate(root, code) == (
        2,
        "",
        f"`{root}/pants package src/app:image` did not build one image, without any cache, to compare with.\n"
        "Found:\n  it says something\n"
        "Fix: name the one target whose layout is validated; run it at the root of the repository, on the commit that "
        "the layout was built from; `--pants` names the program that starts Pants.\n",
    )
