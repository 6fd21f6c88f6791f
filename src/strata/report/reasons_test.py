from __future__ import annotations

from strata.protocol.app_layer import Import
from strata.report.reasons import OWN, WHOLE_LOCK, Demand, Reason, WheelFacts, reasons

ENVIRONMENT = {"python_version": "3.13", "sys_platform": "linux"}


def wheel(name: str, *requires: str, modules: tuple[str, ...] = (), own: bool = False) -> WheelFacts:
    return WheelFacts(name, "1.0", requires, modules or (name,), own)


def test_imports_requirements_and_other_wheels() -> None:
    wheels = [
        wheel("flask", "click>=8", "werkzeug", "win; sys_platform == 'win32'", "asgiref; extra == 'async'"),
        wheel("click"),
        wheel("werkzeug", "markupsafe>=2.1.1"),
        wheel("markupsafe"),
        wheel("asgiref"),
        wheel("yaml-dist", modules=("yaml",)),
    ]
    imports = [
        Import("flask.views", "web/main.py", 3, True),
        Import("json", "web/main.py", 1, True),
        Import("yaml", "web/load.py", 7, False),
    ]
    found = reasons(wheels, {"Flask[async]>=3": "3rdparty:reqs#Flask"}, imports, ENVIRONMENT)
    assert found == {
        "asgiref": Reason("asgiref", "1.0", (), (Demand("flask", "asgiref; extra == 'async'"),), ("flask", "asgiref")),
        "click": Reason("click", "1.0", (), (Demand("flask", "click>=8"),), ("flask", "click")),
        "flask": Reason(
            "flask",
            "1.0",
            ("import flask.views, in web/main.py:3", "requirement Flask[async]>=3, of 3rdparty:reqs#Flask"),
            (),
            ("flask",),
        ),
        "markupsafe": Reason(
            "markupsafe",
            "1.0",
            (),
            (Demand("werkzeug", "markupsafe>=2.1.1"),),
            ("flask", "werkzeug", "markupsafe"),
        ),
        "werkzeug": Reason("werkzeug", "1.0", (), (Demand("flask", "werkzeug"),), ("flask", "werkzeug")),
        "yaml-dist": Reason("yaml-dist", "1.0", ("import yaml, in web/load.py:7",), (), ("yaml-dist",)),
    }


def test_an_extra_that_nobody_asks_for_requires_nothing() -> None:
    found = reasons([wheel("flask", "asgiref; extra == 'async'"), wheel("asgiref")], {"flask": "//:f"}, [], ENVIRONMENT)
    assert found["asgiref"].demands == ()


def test_all_of_a_lock() -> None:
    found = reasons([wheel("flask", "click"), wheel("click")], None, [], ENVIRONMENT)
    assert found["flask"].code == (WHOLE_LOCK,)
    assert (found["click"].code, found["click"].path) == ((), ("flask", "click"))


def test_a_distribution_of_the_repository() -> None:
    found = reasons([wheel("ours", "click", own=True), wheel("click")], {}, [], ENVIRONMENT)
    assert found["ours"].code == (OWN,)
    assert found["click"].path == ("ours", "click")


def test_wheels_that_require_each_other() -> None:
    found = reasons([wheel("a", "b"), wheel("b", "a", "b")], {"a": "//:a"}, [], ENVIRONMENT)
    assert found["a"].path == ("a",)
    assert found["b"].path == ("a", "b")
    assert found["a"].demands == (Demand("b", "a"),)
