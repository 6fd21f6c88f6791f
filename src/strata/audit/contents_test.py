"""What the contents of files show."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import lzma
import tarfile
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.audit.contents import evidence_of_file, evidence_of_link
from strata.audit.limits import LEVELS
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


def nested(name: str, contents: bytes) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README", b"Read me.\n")
        archive.writestr(name, contents)
    return output.getvalue()


def tarred(form: str, format: int, *names: str) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode=form, format=format) as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return output.getvalue()


PIP = zipped("pip/_internal/__init__.py")


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
        ("micropipenv", "micropipenv"),
        ("virtualenv", "virtualenv"),
    ],
)
def test_a_script_is_known_by_its_name_among_commands(name: str, project: str) -> None:
    assert found(f"usr/bin/{name}", b"#!/bin/sh\n:\n") == [f"{project}, a script: /usr/bin/{name}"]
    assert [str(each) for each in evidence_of_link(f"usr/bin/{name}")] == [f"{project}, a script: /usr/bin/{name}"]


@pytest.mark.parametrize(
    "path",
    ["app/bin/pip", "usr/bin/wheel", "usr/bin/wheel-3.13", "usr/share/pip", "usr/bin/pipeline", "usr/bin/pip-audit"],
)
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
        ('#!/bin/sh\nexec python3 -m wheel "$@"\n', "wheel"),
        ("#!/usr/bin/python3\nfrom wheel.cli import main\nmain()\n", "wheel"),
        ("#!/usr/bin/python3\nfrom micropipenv import main\nmain()\n", "micropipenv"),
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


UV = b"\x7fELF" + bytes(3 << 20) + b"crates/uv_installer/src" + bytes(1 << 20) + b"uv_resolver::error"
CONDA = b"conda.cli.main" + bytes(9) + b"conda.core.solve"


@pytest.mark.parametrize("executable", [True, False])
def test_a_program_is_known_by_what_stands_in_it(executable: bool) -> None:
    assert found("srv/tool", UV, executable=executable) == ["uv, a program: /srv/tool"]
    # Where one piece of the file ends and the next one begins.
    split = b"\x7fELF" + bytes((1 << 20) - 8) + b"uv_installer uv_resolver"
    assert found("srv/tool", split, executable=executable) == ["uv, a program: /srv/tool"]


@pytest.mark.parametrize("contents", [UV.replace(b"uv_installer", b"uv-installer"), UV.replace(b"ELF", b"elf"), CONDA])
def test_programs_that_only_mention_installers(contents: bytes) -> None:
    assert found("srv/tool", contents) == []


def test_a_program_that_pyinstaller_made() -> None:
    program = b"\x7fELF" + bytes(1000) + CONDA + bytes(1000) + b"MEI\014\013\012\013\016" + bytes(80)
    assert found("srv/tool", program) == ["conda, a program: /srv/tool"]
    assert found("srv/tool", program.replace(b"MEI", b"mei")) == []
    assert found("srv/tool", program.replace(b"conda.core.solve", b"conda.core.solver"[:12])) == []


def test_other_programs() -> None:
    assert found("usr/bin/python3.13", b"\x7fELF\2\1\1") == []
    assert found("usr/lib/uv", b"\x7fELF\2\1\1", executable=False) == []


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"#!/usr/bin/env python3\n",
        b"A text\nof some\nlines.\n",
        b"\x7fELF" + bytes(5000),
        b"#!/bin/sh\n" + b"# And so on.\n" * 9000,
    ],
)
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


@pytest.mark.parametrize("path", ["srv/notes.txt", "srv/library.so"])
def test_a_zip_archive_is_known_by_its_end(path: str) -> None:
    archive = b"Only notes.\n" * 99 + zipped("pip/_internal/__init__.py")
    assert found(path, archive, executable=False) == [f"pip, a zip archive: /{path}"]
    assert found(path, archive + b"more" * 20_000, executable=False) == []


@pytest.mark.parametrize("form", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_tar_archive_is_known_by_its_members(form: str, format: int) -> None:
    archive = tarred(form, format, "pip-25.1/src/pip/_internal/__init__.py", "pip-25.1/README")
    assert found("srv/pip.tar", archive, executable=False) == ["pip, a tar archive: /srv/pip.tar"]
    assert found("srv/other.tar", tarred(form, format, "a/b.py"), executable=False) == []


@pytest.mark.parametrize(
    "archive, kind",
    [
        (nested("lib/tool.dat", PIP), "zip archive"),
        (nested("a.zip", nested("b.zip", nested("c.zip", PIP))), "zip archive"),
        (nested("a.zip", gzip.compress(PIP)), "zip archive"),
        (nested("pip.tgz", tarred("w:gz", tarfile.GNU_FORMAT, "pip/_internal/__init__.py")), "zip archive"),
        (gzip.compress(PIP), "compressed file"),
        (gzip.compress(bz2.compress(lzma.compress(PIP))), "compressed file"),
        (gzip.compress(gzip.compress(tarred("w", tarfile.GNU_FORMAT, "pip/_internal/__init__.py"))), "compressed file"),
    ],
)
def test_what_is_inside_archives(archive: bytes, kind: str) -> None:
    assert found("srv/tool", archive, executable=False) == [f"pip, a {kind}: /srv/tool"]


def test_a_compressed_program() -> None:
    assert found("srv/tool.gz", gzip.compress(UV), executable=False) == ["uv, a compressed file: /srv/tool.gz"]
    assert found("srv/tool.gz", gzip.compress(b"uv_installer uv_resolver"), executable=False) == []


def test_archives_that_are_deeper_than_anybody_packs_them() -> None:
    archive = PIP
    for level in range(LEVELS + 1):
        archive = nested(f"{level}.zip", archive)
    assert found("srv/tool", archive) == []


def test_a_small_archive_that_holds_much() -> None:
    """Of 1 GB of zeros, and of a thousand archives with some, no more is unpacked than the limit says."""
    zeros = nested("zeros.gz", gzip.compress(gzip.compress(bytes(1 << 28))))
    begun = time.monotonic()
    assert found("srv/tool", zeros) == []
    many = io.BytesIO()
    inner = nested("zeros", bytes(1 << 20))
    with zipfile.ZipFile(many, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(1000):
            archive.writestr(f"{number}.zip", inner)
    assert found("srv/tool", many.getvalue()) == []
    assert time.monotonic() - begun < 5


def test_a_script_with_an_encoded_archive_is_known_whether_it_can_be_run() -> None:
    """As get-pip.py is, under another name."""
    text = b"#!/usr/bin/env python\n# Hi There!\n" + b"# more\n" * 500
    code = b"def bootstrap():\n    from pip._internal.cli.main import main as pip_entry_point\n"
    data = b'DATA = b"""\n' + base64.b85encode(PIP) + b'\n"""\n'
    assert found("srv/setup", text + code + data, executable=False) == ["pip, a script: /srv/setup"]
    assert found("srv/setup", text + code, executable=False) == []
    assert found("srv/setup", text + data, executable=False) == []


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
