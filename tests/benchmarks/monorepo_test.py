from __future__ import annotations

from benchmarks.monorepo import chosen_packages, first_packages, monorepo, roots

LOCK = """\
a==1 \\
    --hash=sha256:11 \\
    --hash=sha256:12
b==2 \\
    --hash=sha256:21
c-c==3 \\
    --hash=sha256:31
d==4 \\
    --hash=sha256:41
"""


def test_modules_have_names_that_can_be_imported() -> None:
    assert all(part.isidentifier() for module in roots().values() for part in module.split("."))
    assert {"psycopg": "psycopg", "uvicorn": "uvicorn", "pillow": "PIL"}.items() <= roots().items()


def test_a_larger_monorepo_has_the_apps_of_a_smaller_one() -> None:
    assert monorepo(2).items() <= monorepo(3).items()
    assert len(monorepo(3)) == len(monorepo(2)) + 3


def test_apps_import_what_is_in_the_list_and_a_module_of_the_library() -> None:
    *imports, last = [
        line for line in monorepo(1)["src/app000/main.py"].splitlines() if line.startswith(("import ", "from "))
    ]
    assert 3 <= len(imports) <= 15
    assert {line.split()[1] for line in imports} <= set(roots().values())
    assert f"src/{last.split()[1].replace('.', '/')}.py" in monorepo(1)


def test_packages_are_taken_from_all_of_the_lock() -> None:
    assert first_packages(LOCK, 2) == (
        "a==1 \\\n    --hash=sha256:11 \\\n    --hash=sha256:12\nc-c==3 \\\n    --hash=sha256:31\n"
    )
    assert first_packages(LOCK, 4) == LOCK


def test_packages_are_taken_by_name() -> None:
    assert chosen_packages(LOCK, ["b", "d"]) == "b==2 \\\n    --hash=sha256:21\nd==4 \\\n    --hash=sha256:41\n"
