"""Every goal under the Pants that STRATA_TEST_PANTS names. Under the pinned one each goal has tests of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from support.nested_pants import NestedPants, nested_pants
from support.programs import require
from support.releases import VARIABLE, chosen

pytestmark = pytest.mark.skipif(chosen() is None, reason=f"{VARIABLE} names no Pants; the pinned one has other tests")

PYTHON = "--strata-run-entrypoint=/opt/venv/bin/python"
FILES = {
    "src/app/BUILD": """\
python_sources()

python_image(name="image", entry_point="main.py", env={"DB_PASSWORD": "hunter22"})

python_image_test(
    name="image-test",
    image=":image",
    command=["/opt/venv/bin/python", "-m", "app.main"],
    expected_output=["hello"],
)
""",
    "src/app/main.py": "print('hello')\n",
    "src/job/BUILD": "python_sources()\n",
    "src/job/job.py": "if __name__ == '__main__':\n    print('job')\n",
    "src/job/job_test.py": "if __name__ == '__main__':\n    print('test')\n",
}


@pytest.fixture(scope="module")
def project() -> Iterator[NestedPants]:
    with nested_pants(FILES) as pants:
        yield pants


def test_lint(project: NestedPants) -> None:
    ran = project.run("lint", "::")
    assert ran.code == 1
    assert "src/app:image: secret-in-env: the variable DB_PASSWORD in `env` holds a secret" in ran.stderr
    project.run("--strata-lint-ignore=secret-in-env", "lint", "::").succeeded()


def test_run(project: NestedPants) -> None:
    require("runc", "runc")
    assert project.run("run", "src/app:image").succeeded().stdout == "hello\n"
    ran = project.run(PYTHON, "run", "src/app:image", "--", "-c", "import os; print(os.getuid()); exit(3)")
    assert (ran.code, ran.stdout) == (3, "65532\n")
    shell = project.run("run", "--debug-shell", "src/app:image", "--", "-c", "ls /app/app; exit 4")
    assert (shell.code, shell.stdout.split()) == (4, ["__pycache__", "main.py"])


def test_test(project: NestedPants) -> None:
    require("runc", "runc")
    first, second = (project.run("test", "src/app:image-test").succeeded().stderr for _ in range(2))
    assert "✓ src/app:image-test succeeded in" in first
    assert "(memoized)" in second


def test_why_and_peek_tell_the_same(project: NestedPants) -> None:
    told = project.run("image-why", "src/app:image").succeeded().stdout
    assert "  base: 3rdparty/debian:base\n" in told
    (peeked,) = json.loads(project.run("peek", "--include-additional-info", "src/app:image").succeeded().stdout)
    shown = {name: value for line in told.splitlines()[1:] for name, _, value in [line.strip().partition(": ")]}
    described = peeked["additional_info"]["strata"]
    assert described["base"] == "3rdparty/debian:base"
    assert sorted(described) == sorted(shown.keys() - {"wheels"})


def test_report_and_diff(project: NestedPants) -> None:
    project.run("package", "src/app:image").succeeded()
    (project.root / "dist").rename(project.root / "before")
    project.write({"src/app/main.py": "print('hello', 'again')\n"})
    told = project.run("image-diff", "--reference=before", "src/app:image").succeeded().stdout
    assert "src/app/main.py edited" in told
    project.write({"src/app/main.py": FILES["src/app/main.py"]})
    project.run("image-report", "::").succeeded()
    report = json.loads((project.root / "dist/image-report.json").read_text())
    assert [each["image"] for each in report["images"]] == ["src/app:image"]
    assert (project.root / "dist/image-report.html").is_file()


def test_check(project: NestedPants) -> None:
    ran = project.run("image-check", "--no-debian-index", "src/app:image")
    assert "no OSV export was given" in ran.succeeded().stdout


def test_tailor(project: NestedPants) -> None:
    options = (
        "--strata-tailor-images",
        "--strata-tailor-artifacts=3rdparty/strata",
        "--no-python-tailor-source-targets",
    )
    assert project.run(*options, "tailor", "::").succeeded().stdout == (
        "Updated src/job/BUILD:\n  - Add python_image target image\n"
    )
    assert project.run("list", "src/job:image").succeeded().stdout == "src/job:image\n"
