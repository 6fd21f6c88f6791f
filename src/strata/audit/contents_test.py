"""What the contents of files show."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.audit.contents import evidence_of_file, evidence_of_link
from strata.interpreters.installer_hint import hint_entries
from strata.oci.entry import File

ENTRY_POINT = b"import sys\nfrom pip._internal.cli.main import main\nif __name__ == '__main__':\n    sys.exit(main())\n"


def found(path: str, contents: bytes, *, executable: bool = True) -> list[str]:
    return [str(each) for each in evidence_of_file(path, executable, io.BytesIO(contents))]


def zipped(*names: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return output.getvalue()


@pytest.mark.parametrize("path", ["usr/bin/pip3.13", "srv/tool", "app/bin/install"])
@pytest.mark.parametrize(
    "start", [b"#!/opt/venv/bin/python\n", b"#!/bin/sh\n'''exec' /long/python \"$0\" \"$@\"\n' '''\n"]
)
def test_a_script_is_known_by_what_it_imports(path: str, start: bytes) -> None:
    assert found(path, start + ENTRY_POINT) == [f"pip, a script: /{path}"]


@pytest.mark.parametrize(
    "name, project",
    [
        ("pip", "pip"),
        ("pip3", "pip"),
        ("pip3.13", "pip"),
        ("pip-3.13", "pip"),
        ("easy_install-3.9", "setuptools"),
        ("uvx", "uv"),
        ("poetry", "poetry"),
        ("wheel", "wheel"),
        ("virtualenv", "virtualenv"),
    ],
)
def test_a_script_is_known_by_its_name_among_commands(name: str, project: str) -> None:
    assert found(f"usr/bin/{name}", b"#!/bin/sh\n:\n") == [f"{project}, a script: /usr/bin/{name}"]
    assert [str(each) for each in evidence_of_link(f"usr/bin/{name}")] == [f"{project}, a script: /usr/bin/{name}"]


@pytest.mark.parametrize("path", ["app/bin/wheel", "usr/share/pip", "usr/bin/pipeline", "usr/bin/pip-audit"])
def test_names_that_say_nothing(path: str) -> None:
    assert found(path, b"#!/bin/sh\n:\n") == []
    assert list(evidence_of_link(path)) == []


@pytest.mark.parametrize(
    "text, project",
    [
        ("#!/usr/bin/python3\nimport pip._internal.cli.main\n", "pip"),
        ("#!/usr/bin/python3\n    import sys\n    import poetry.console.application as x\n", "poetry"),
        ('#!/bin/sh\nexec python -m pip "$@"\n', "pip"),
        ("#!/bin/sh\nset -e\n/opt/venv/bin/python3.13 -I -m pip install x\n", "pip"),
        ("#!/bin/bash\n  python3 -mvirtualenv x\n", "virtualenv"),
    ],
)
def test_a_script_is_known_by_what_it_runs(text: str, project: str) -> None:
    assert found("usr/bin/tool", text.encode()) == [f"{project}, a script: /usr/bin/tool"]


@pytest.mark.parametrize(
    "text",
    [
        "#!/usr/bin/python3\nimport pip\n",
        "#!/usr/bin/python3\nimport pip._vendor.rich\n",
        "#!/bin/sh\necho run python -m pip yourself\n# python -m pip\n",
        "#!/bin/sh\nexec python -m uvicorn app:app\n",
    ],
)
def test_scripts_that_only_mention_installers(text: str) -> None:
    assert found("usr/bin/tool", text.encode()) == []


def test_a_script_that_cannot_be_run_is_a_text() -> None:
    assert found("usr/bin/pip", b"#!/usr/bin/python3\n" + ENTRY_POINT, executable=False) == []


def test_a_setup_script_that_knows_pip_is_no_pip() -> None:
    assert found("app/setup.py", b"#!/usr/bin/python3\nfrom pip._internal.req import parse_requirements\n") == []


@pytest.mark.parametrize("path", ["usr/bin/uv", "uv", "app/tools/uv"])
def test_a_program_is_known_by_its_name_anywhere(path: str) -> None:
    assert found(path, b"\x7fELF\2\1\1") == [f"uv, a script: /{path}"]


def test_other_programs() -> None:
    assert found("usr/bin/python3.13", b"\x7fELF\2\1\1") == []
    assert found("usr/lib/uv", b"\x7fELF\2\1\1", executable=False) == []


@pytest.mark.parametrize("start", [b"", b"#!/usr/bin/env python3\n"])
@pytest.mark.parametrize(
    "member",
    [
        "pip/_internal/__init__.py",
        "site-packages/pip/_internal/__init__.pyc",
        ".deps/pip-25.whl/pip/_internal/__init__.py",
    ],
)
def test_a_zipapp_is_known_by_its_members(start: bytes, member: str) -> None:
    assert found("srv/tool", start + zipped("__main__.py", member)) == ["pip, a zip archive: /srv/tool"]


@pytest.mark.parametrize("text", ["(" * 8000, "-" * 8000 + "1", "[" * 8000, "x = " + "not " * 2000, "\n" * 65_000])
def test_script_that_is_hard_to_parse(text: str) -> None:
    begun = time.monotonic()
    assert found("usr/bin/pip", b"#!/usr/bin/python3\n" + text.encode()) == ["pip, a script: /usr/bin/pip"]
    assert time.monotonic() - begun < 1


def test_a_zipapp_tells_versions() -> None:
    archive = zipped("pip/_internal/__init__.py", "pip-25.1.dist-info/METADATA", "wheels/uv-0.9-py3-none-any.whl")
    assert found("srv/pip.pyz", archive) == [
        "pip 25.1, a zip archive: /srv/pip.pyz",
        "uv 0.9, a zip archive: /srv/pip.pyz",
    ]


def test_a_wheel_that_says_what_it_holds_is_told_once() -> None:
    archive = zipped("pip/_internal/__init__.py", "uv/_find_uv.py")
    assert found("srv/pip-25.1-py3-none-any.whl", archive) == ["uv, a zip archive: /srv/pip-25.1-py3-none-any.whl"]
    assert found("srv/innocent-1.0-py3-none-any.whl", archive) == [
        "pip, a zip archive: /srv/innocent-1.0-py3-none-any.whl",
        "uv, a zip archive: /srv/innocent-1.0-py3-none-any.whl",
    ]


@pytest.mark.parametrize("ensurepip", [True, False])
def test_the_hint_is_no_installer(ensurepip: bool) -> None:
    for entry in hint_entries("usr/bin/python3.13", ensurepip=ensurepip):
        assert isinstance(entry, File)
        assert isinstance(entry.source, bytes)
        assert found(entry.path, entry.source) == []


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nsys.exit(str(__import__('runpy')))\n",
        "import sys\nsys.exit('a' + 'b')\n",
        "import sys, runpy\nsys.exit('')\n",
        "import sys as os\nsys.exit('')\n",
        "import sys\nimport runpy\nsys.exit('')\n",
        "import sys\nsys.exit(*'')\n",
        "import sys\nos.exit('')\n",
        "import sys\nsys.exit('',)('')\n",
        "no Python",
    ],
)
def test_what_does_more_than_speak_is_known_by_its_name(code: str) -> None:
    assert found("usr/bin/pip", f"#!/usr/bin/python3\n{code}".encode()) == ["pip, a script: /usr/bin/pip"]


@given(st.sampled_from([b"PK\3\4", b"#!", b"\x7fELF", b""]), st.binary(max_size=200), st.booleans())
def test_any_contents_can_be_read(start: bytes, rest: bytes, executable: bool) -> None:
    found("srv/file", start + rest, executable=executable)


@given(st.data())
def test_damaged_archives_can_be_read(data: st.DataObject) -> None:
    archive = bytearray(zipped("pip/_internal/__init__.py", "other"))
    archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    found("srv/file", bytes(archive))
