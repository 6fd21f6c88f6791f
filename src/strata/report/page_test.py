"""The page and the JSON about invented images; tests/images/report_integration_test.py looks at it in a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, Optional

from strata.report.answer import image_text, to_json, wheels_text
from strata.report.json_form import to_json as report_json
from strata.report.page import to_html
from support.oci.reports import HOSTILE, report, without_reference


class Page(HTMLParser):
    """What a reader sees, and what links lead to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, Optional[str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, Optional[str]]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"

    def values(self, attribute: str) -> list[str]:
        return [str(value) for name, value in self.attributes if name == attribute]


def document() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(report_json(report()))
    return told


def test_text_of_packages_is_no_markup() -> None:
    page = Page(to_html(report()))
    assert "script" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "<script>document.title='owned'</script>\"'&\\u202e" in page.text
    assert HOSTILE not in to_html(report())


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = to_html(report())
    page = Page(html)
    assert page.values("src") == []
    assert [each for each in page.values("href") if not each.startswith("#")] == []
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    assert not re.search(r"url\(|@import|https?:", html)
    assert "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" in page.values(
        "content"
    )


def test_each_link_leads_to_one_part() -> None:
    page = Page(to_html(report()))
    names = page.values("id")
    assert len(names) == len(set(names))
    assert {each[1:] for each in page.values("href")} <= set(names)


def test_the_page_tells_of_layers_reasons_pulls_and_the_audit() -> None:
    text = Page(to_html(report())).text
    for told in (
        "2 images, 86.5 MB as each is pulled alone, 43.3 MB stored once. Compared with dist-of-main: an update is what "
        "a machine with the former image gets.",
        "A first pull sends 43.3 MB.",
        "A machine that has this image of dist-of-main gets 100.0 kB.",
        "dist-of-main has no such image.",
        "import flask, in web/main.py:3",
        "requirement Flask[async]>=3, of 3rdparty:reqs#Flask",
        "flask → click",
        "flask requires click>=8.1.3",
        "flask 3.0.0 → 3.1.0",
        "40 wheels",
        "BSD-3-Clause",
        "not told by the package",
        'Looked for in all layers; found: none but ensurepip (ensurepip="keep").',
        "runs at each start of Python: /site/a.pth, of <script>document.title",
        "differ only in case or Unicode form: /site/PIL, /site/pil, of numpy, small-1",
    ):
        assert told in text, told


def test_the_page_without_a_reference() -> None:
    text = Page(to_html(without_reference())).text
    assert "2 images, 86.5 MB as each is pulled alone, 43.3 MB stored once.\n" in text
    assert "dist-of-main" not in text
    assert "Since the reference" not in text


def test_the_json() -> None:
    told = document()
    assert (told["schema"], told["reference"], [each["image"] for each in told["images"]]) == (
        1,
        "dist-of-main",
        ["src/web:image", f"src/worker:{HOSTILE}"],
    )
    web, worker = told["images"]
    assert web["pull"] == {"first": 43_262_900, "update": 100_000, "besideReference": 100_000}
    assert worker["pull"] == {"first": 43_258_900, "update": None, "besideReference": 100_000}
    assert web["shares"] == [{"with": f"{worker['image']} linux/amd64", "layers": 7, "size": 43_258_900}]
    flask = web["layers"][4]
    assert (flask["packages"], flask["alsoIn"]) == ({"flask": "3.1.0"}, [f"{worker['image']} linux/amd64"])
    assert flask["change"]["kind"] == "changed"
    assert flask["change"]["causes"][0]["text"] == "flask 3.0.0 → 3.1.0"
    assert web["layers"][0]["change"] == {"kind": "same", "causes": []}
    assert {each["name"]: each["license"] for each in web["packages"]} == {
        "click": "BSD-3-Clause",
        "flask": HOSTILE,
        "libc6": None,
        "numpy": None,
        "src/web:image": None,
    }
    assert next(each for each in web["wheels"] if each["name"] == "click") == {
        "name": "click",
        "version": "8.2.1",
        "askedBy": [],
        "requiredBy": [{"project": "flask", "requirement": "click>=8.1.3"}],
        "path": ["flask", "click"],
    }
    assert web["startCode"] == [{"path": "site/a.pth", "project": HOSTILE}]
    assert web["alikePaths"] == [{"paths": ["site/PIL", "site/pil"], "projects": ["numpy", "small-1"]}]
    assert told["licenses"] == {
        HOSTILE: ["flask 3.1.0"],
        "BSD-3-Clause": ["click 8.2.1"],
        "": ["libc6 2.41", "numpy 2.1.0"],
    }
    assert json.loads(report_json(without_reference()))["images"][0]["layers"][0]["change"] is None


def test_why_in_the_terminal() -> None:
    web = report().images[0]
    assert wheels_text(web, ["click", "flask", "small-1"]) == (
        "src/web:image linux/amd64: click 8.2.1 (BSD-3-Clause)\n"
        "  flask → click\n"
        "  flask requires click>=8.1.3\n"
        "  in layer 6 of 8, 98.0 kB\n"
        "src/web:image linux/amd64: flask 3.1.0 (<script>document.title='owned'</script>\"'&\\u202e)\n"
        "  import flask, in web/main.py:3\n"
        "  requirement Flask[async]>=3, of 3rdparty:reqs#Flask\n"
        "  in layer 5 of 8, 100.0 kB\n"
        "src/web:image linux/amd64: small-1 1.0\n"
        "  flask → small-1\n"
        "  flask requires small-1; extra == 'async'\n"
        "  in layer 7 of 8, 60.0 kB with 39 other wheels\n"
    )
    assert json.loads(to_json([web], ["click"]))["images"][0]["wheels"][0]["path"] == ["flask", "click"]


def test_an_image_in_the_terminal() -> None:
    text = image_text(report().images[0], {"base": "//:strata-base", "bytecode": True, "platforms": ("a", "b")})
    assert text.startswith(
        "src/web:image linux/amd64\n  base: //:strata-base\n  bytecode: True\n  platforms: a, b\n"
        "  wheels: click 8.2.1, flask 3.1.0, numpy 2.1.0, small-0 1.0, "
    )
