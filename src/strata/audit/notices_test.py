from __future__ import annotations

import io

import pytest

from strata.audit.notices import Notices

SITE = "opt/venv/lib/python3.13/site-packages"


def lines(*files: tuple[str, bytes]) -> list[str]:
    notices = Notices()
    for path, contents in files:
        notices.add_path(path)
        if notices.is_asked_for(path):
            notices.add_file(path, io.BytesIO(contents))
    return list(notices.lines())


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/sitecustomize.py",
        f"{SITE}/usercustomize.pyc",
        f"{SITE}/sitecustomize/__init__.py",
        "usr/lib/python3.13/sitecustomize.py",
        "usr/lib/python3/dist-packages/usercustomize.py",
    ],
)
def test_modules_that_run_at_each_start(path: str) -> None:
    assert lines((path, b"")) == [f"runs at each start of Python: /{path}"]


@pytest.mark.parametrize("text", [b"import sys; exec('x')\n", b"# comment\n/app\nimport\tos\r\n"])
def test_code_in_a_list_of_paths(text: bytes) -> None:
    assert lines((f"{SITE}/x.pth", text)) == [f"runs at each start of Python: /{SITE}/x.pth"]


@pytest.mark.parametrize(
    "path, text",
    [
        (f"{SITE}/x.pth", b"/app\nimported\n"),
        (f"{SITE}/package/x.pth", b"import sys\n"),
        (f"{SITE}/package/sitecustomize.py", b""),
        ("app/sitecustomize.py", b""),
    ],
)
def test_files_that_do_not_run(path: str, text: bytes) -> None:
    assert lines((path, text)) == []


def test_paths_that_are_alike() -> None:
    assert lines(("a/B", b""), ("a/b", b""), ("caf\u00e9", b""), ("cafe\u0301", b""), ("c", b""), ("c", b"")) == [
        "differ only in case or Unicode form: /a/B, /a/b",
        "differ only in case or Unicode form: /cafe\u0301, /caf\u00e9",
    ]
    many = [(f"{name}{number}", b"") for number in range(12) for name in ("a", "A")]
    assert lines(*many)[-1] == "differ only in case or Unicode form: 2 more"
