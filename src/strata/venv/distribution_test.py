from __future__ import annotations

import csv
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.venv.distribution import settle_overlaps
from strata.venv.example_wheel import INFO, METADATA, SITE, Content, install, write_wheel

ENTRY_POINTS = """\
[console_scripts]
demo = demo.cli:main
demo-extra = demo.cli : Tool.run [extra]

[gui_scripts]
demo-gui=demo.gui:show

[pytest11]
plugin = demo.plugin
"""
MEMBERS: dict[str, Content] = {
    "demo/__init__.py": "",
    "demo/größe.py": "x = 1\n",
    "demo-1.0.data/scripts/tool": "#!python -O\nprint(1)\n",
    "demo-1.0.data/scripts/shell": "#!/bin/sh\nexit\n",
    "demo-1.0.data/data/share/demo.txt": "data",
    "demo-1.0.data/headers/demo.h": "",
    f"{INFO}/entry_points.txt": ENTRY_POINTS,
    **METADATA,
}


def listing(folder: Path) -> dict[str, bytes]:
    venv = folder / "opt/venv"
    return {file.relative_to(venv).as_posix(): file.read_bytes() for file in venv.rglob("*") if file.is_file()}


def test_files(tmp_path: Path) -> None:
    files = install(tmp_path, write_wheel(tmp_path, MEMBERS)).normalise()
    assert [(file.path, file.executable) for file in files] == [
        ("bin/demo", True),
        ("bin/demo-extra", True),
        ("bin/demo-gui", True),
        ("bin/shell", True),
        ("bin/tool", True),
        ("include/site/python3.13/demo/demo.h", False),
        (f"{SITE}/{INFO}/INSTALLER", False),
        (f"{SITE}/{INFO}/METADATA", False),
        (f"{SITE}/{INFO}/RECORD", False),
        (f"{SITE}/{INFO}/WHEEL", False),
        (f"{SITE}/{INFO}/entry_points.txt", False),
        (f"{SITE}/demo/__init__.py", False),
        (f"{SITE}/demo/größe.py", False),
        ("share/demo.txt", False),
    ]


def test_scripts(tmp_path: Path) -> None:
    distribution = install(tmp_path, write_wheel(tmp_path, MEMBERS))
    assert sorted(distribution.scripts()) == ["demo", "demo-extra", "demo-gui", "shell", "tool"]
    distribution.normalise()
    written = listing(tmp_path)
    assert written["bin/demo"].decode() == (
        "#!/opt/venv/bin/python\n"
        "import sys\n"
        "from demo.cli import main\n"
        'if __name__ == "__main__":\n'
        '    sys.argv[0] = sys.argv[0].removesuffix(".exe")\n'
        "    sys.exit(main())\n"
    )
    assert b"\nfrom demo.cli import Tool\n" in written["bin/demo-extra"]
    assert b"    sys.exit(Tool.run())\n" in written["bin/demo-extra"]
    assert b"\nfrom demo.gui import show\n" in written["bin/demo-gui"]
    assert written["bin/tool"] == b"#!/opt/venv/bin/python\nprint(1)\n"
    assert written["bin/shell"] == b"#!/bin/sh\nexit\n"


def test_record(tmp_path: Path) -> None:
    install(tmp_path, write_wheel(tmp_path, MEMBERS)).normalise()
    written = listing(tmp_path)
    rows = list(csv.reader(written[f"{SITE}/{INFO}/RECORD"].decode().splitlines()))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert ["demo/__init__.py", "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "0"] in rows
    assert [f"{INFO}/RECORD", "", ""] in rows
    assert {"../../../bin/demo", "../../../bin/tool", "../../../share/demo.txt", "demo/größe.py"} < {
        row[0] for row in rows
    }
    sizes = {row[0]: row[2] for row in rows}
    assert sizes["../../../bin/tool"] == str(len(written["bin/tool"]))
    assert not {row[0] for row in rows} & {f"{INFO}/REQUESTED", f"{INFO}/direct_url.json"}
    assert written[f"{SITE}/{INFO}/INSTALLER"] == b"strata\n"


def test_installers_make_no_difference(tmp_path: Path) -> None:
    """Scripts, metadata and headers as different tools write them end as the same bytes."""
    results = []
    for name in ("pip", "other"):
        folder = tmp_path / name
        folder.mkdir()
        distribution = install(folder, write_wheel(folder, MEMBERS), installer=f"{name}\n")
        bin_folder = folder / "opt/venv/bin"
        (bin_folder / "demo").write_text(f"#!{bin_folder}/python\n# as {name} writes it\n")
        (bin_folder / "tool").write_text(f"#!{bin_folder}/python\nprint(1)\n")
        if name == "other":
            (folder / "opt/venv/include/site/python3.13/demo/demo.h").unlink()
            (folder / "opt/venv" / SITE / INFO / "uv_cache.json").write_text("{}")
        files = distribution.normalise()
        results.append({file.path: listing(folder)[file.path] for file in files})
    assert results[0] == results[1]


def test_file_that_was_not_installed(tmp_path: Path) -> None:
    distribution = install(tmp_path, write_wheel(tmp_path, MEMBERS))
    (tmp_path / "opt/venv" / SITE / "demo/__init__.py").unlink()
    with pytest.raises(StrataError) as caught:
        distribution.normalise()
    assert str(caught.value) == (
        "The installer did not install demo/__init__.py of demo-1.0-py3-none-any.whl.\n"
        "Fix: this is a defect of the installer or of Strata: report it, and use another version of the installer."
    )


@pytest.mark.parametrize("content", ["x = 2\n", "x = 1\n\n"])
def test_file_that_was_changed(tmp_path: Path, content: str) -> None:
    distribution = install(tmp_path, write_wheel(tmp_path, MEMBERS))
    (tmp_path / "opt/venv" / SITE / "demo/größe.py").write_text(content)
    with pytest.raises(StrataError) as caught:
        distribution.normalise()
    assert str(caught.value) == (
        "The installer installed demo/größe.py with other content than demo-1.0-py3-none-any.whl has.\n"
        "Fix: this is a defect of the installer or of Strata: report it, and use another version of the installer."
    )


def test_overlaps(tmp_path: Path) -> None:
    """The last wheel's file wins, whichever was installed last; files that are the same are none."""
    other_info = "other-1.0.dist-info"
    other: dict[str, Content] = {"shared.py": "of other", "same.py": ""}
    other.update({f"{other_info}/{name}": "" for name in ("METADATA", "WHEEL", "RECORD")})
    second = write_wheel(tmp_path, other, name="other")
    first = write_wheel(tmp_path, {"shared.py": "of demo", "same.py": "", **METADATA})
    distributions = [install(tmp_path, second), install(tmp_path, first)][::-1]
    assert settle_overlaps(distributions) == {
        f"{SITE}/shared.py": ["demo-1.0-py3-none-any.whl", "other-1.0-py3-none-any.whl"]
    }
    assert listing(tmp_path)[f"{SITE}/shared.py"] == b"of other"
    for distribution in distributions:
        distribution.normalise({f"{SITE}/shared.py"})
