from __future__ import annotations

from datetime import date

from strata.lint import checks
from strata.lint.problem import to_text

DAY = date(2026, 11, 26)


def test_a_version_past_its_end_of_life() -> None:
    (problem,) = checks.near_end_of_life("3.10.4", ".python-version", DAY, 180)
    assert problem.happened == ("CPython 3.10.4, of .python-version, has had no security fixes since 2026-10-31")


def test_a_version_near_its_end_of_life() -> None:
    (problem,) = checks.near_end_of_life("3.11", "the `version` field of //:python", date(2027, 5, 5), 180)
    assert to_text("//:image", [problem]) == (
        "//:image: end-of-life: CPython 3.11, of the `version` field of //:python, gets security fixes until "
        "2027-10-31 only.\n"
        "  Fix: name a newer version there, and lock the wheels for it\n"
    )
    assert list(checks.near_end_of_life("3.11", "", date(2027, 5, 3), 180)) == []
    assert list(checks.near_end_of_life("3.99", "", DAY, 180)) == []


def test_installers_that_nobody_declares() -> None:
    locked = {"pip": "25.1", "setuptools": "80.9", "click": "8.2", "uv": "0.9"}
    found = [*checks.accidental_installers(locked, {"uv", "click"}, "//:venv")]
    assert to_text("//:image", found) == (
        "//:image: installer-in-lock: the lock of //:venv has the installer pip 25.1, which no `python_requirement` "
        "names.\n"
        "  Fix: lock without it; or declare pip in a `python_requirement` where the app needs it\n"
        "//:image: installer-in-lock: the lock of //:venv has the installer setuptools 80.9, which no "
        "`python_requirement` names.\n"
        "  Fix: lock without it; or declare setuptools in a `python_requirement` where the app needs it\n"
    )


def test_layers_near_the_budget() -> None:
    assert list(checks.near_budget(89, 100)) == []
    (problem,) = checks.near_budget(90, 100)
    assert to_text("//:image", [problem]) == (
        "//:image: layer-budget: its dependencies have 90 layers of the 100 that they may have: with more wheels, some "
        "share a layer, and an update of one sends the others again.\n"
        "  Fix: raise `layer_budget`, up to 123, or `layer_threshold`; or take out wheels that the image does not "
        "need\n"
    )


def test_an_image_that_imports_nothing_of_its_lock() -> None:
    (problem,) = checks.nothing_of_lock([], ["click", "flask"], "//:venv")
    assert to_text("//:image", [problem]) == (
        "//:image: nothing-of-lock: no import leads from its entry point to one of the 2 projects in the lock of "
        "//:venv.\n"
        "  Fix: see `./pants dependencies --transitive` of the image for an import that is not found, add what no "
        'import names to `dependencies`; or say `lint_ignore=["nothing-of-lock"]` where the standard library is '
        "enough\n"
    )
    for needed, locked in ((["click"], ["click"]), (None, ["click"]), ([], [])):
        assert list(checks.nothing_of_lock(needed, locked, "//:venv")) == []


def test_a_base_by_its_tag() -> None:
    assert list(checks.unpinned_base("//:base", "registry.example/base:1", pinned=True)) == []
    (problem,) = checks.unpinned_base("//:base", "registry.example/base:1", pinned=False)
    assert to_text("//:image", [problem]) == (
        "//:image: unpinned-base: the base //:base is registry.example/base:1, and nothing pins what the tag names.\n"
        "  Fix: set `lockfile` in //:base and run `./pants generate-lockfiles --resolve=//:base`, or name the image "
        "by its digest\n"
    )
