"""The page of `image-report` in a real browser: at the width of a phone and of a desktop, in light and in dark.

Chromium measures the page by a script that this test puts into a copy of it; the page itself has none. A screenshot
shows which colours a reader gets.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zlib
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from strata.report.page import to_html
from support.oci.reports import report
from support.programs import require

PHONE, DESKTOP = (390, 844), (1280, 900)
LIGHT, DARK = "1", "0"

# Opens what is folded, and tells what is wider than its place, outside of its map, or hard to read.
MEASURE = """
<script>
document.querySelectorAll("details").forEach(each => each.open = true);
const box = each => each.getBoundingClientRect();
const light = text => {
  const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = text.match(/[\\d.]+/g).map(part => linear(part / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
const style = each => getComputedStyle(each);
const ground = style(document.body).backgroundColor;
const cells = [...document.querySelectorAll(".cell")];
const out = cells.filter(each => {
  const map = box(each.parentElement), cell = box(each);
  return Math.min(cell.left - map.left, cell.top - map.top, map.right - cell.right, map.bottom - cell.bottom) < -1;
});
const told = {
  title: document.title,
  width: innerWidth,
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  scrolls: document.documentElement.scrollWidth,
  wide: [...document.querySelectorAll("main *")]
    .filter(each => !each.closest(".scroll") && box(each).right > innerWidth + 1)
    .map(each => each.tagName + " " + each.className),
  maps: [...document.querySelectorAll(".map")].map(each => [box(each).width, box(each).height]),
  cells: cells.length,
  out: out.length,
  covered: cells.reduce((sum, each) => sum + box(each).width * box(each).height, 0),
  labels: cells.map(each => each.innerText.trim()).filter(Boolean),
  contrasts: {
    text: contrast(style(document.body).color, ground),
    soft: contrast(style(document.querySelector(".soft")).color, ground),
    link: contrast(style(document.querySelector("td a")).color, ground),
    cells: Math.min(...cells.map(each => contrast(style(each).color, style(each).backgroundColor))),
  },
  small: Math.min(...cells.map(each => parseFloat(style(each).fontSize))),
};
document.body.innerHTML = "<pre id=told></pre>";
document.getElementById("told").textContent = JSON.stringify(told);
</script>
"""


def browser(*arguments: str, scheme: str, size: tuple[int, int], page: Path, home: Path) -> str:
    program = require("chromium-headless-shell", "chromium-headless-shell")
    done = subprocess.run(
        [
            *(program, "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={home / 'profile'}"),
            *(f"--window-size={size[0]},{size[1]}", f"--blink-settings=preferredColorScheme={scheme}"),
            *(*arguments, page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=home,
    )
    return done.stdout


def measured(scheme: str, size: tuple[int, int], home: Path) -> dict[str, Any]:
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", to_html(report()))
    assert count == 1, "without the policy the script of this test runs"
    page = home / "measured.html"
    page.write_text(html.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    dumped = browser("--dump-dom", scheme=scheme, size=size, page=page, home=home)
    found = re.search(r'<pre id="told">(.*?)</pre>', dumped, re.DOTALL)
    assert found, dumped
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


def pixels(png: bytes) -> Counter[bytes]:
    """Return how often each colour is in a picture with eight bits for each of red, green and blue (RFC 2083)."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8
    channels = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += 12 + length
    data, stride = zlib.decompress(packed), width * channels
    above, found = bytearray(stride), Counter[bytes]()
    for row in range(height):
        start = row * (stride + 1)
        line = _unfiltered(data[start], bytearray(data[start + 1 : start + 1 + stride]), above, channels)
        found.update(bytes(line[left : left + 3]) for left in range(0, stride, channels))
        above = line
    return found


def _unfiltered(kind: int, line: bytearray, above: bytearray, channels: int) -> bytearray:
    for index in range(len(line)):
        left = line[index - channels] if index >= channels else 0
        corner = above[index - channels] if index >= channels else 0
        if kind == 4:
            distances = [abs(above[index] - corner), abs(left - corner), abs(left + above[index] - 2 * corner)]
            added = (left, above[index], corner)[distances.index(min(distances))]
        else:
            added = (0, left, above[index], (left + above[index]) // 2)[kind]
        line[index] = (line[index] + added) & 255
    return line


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_page_fits_and_can_be_read(scheme: str, size: tuple[int, int], tmp_path: Path) -> None:
    told = measured(scheme, size, tmp_path)
    assert (told["width"], told["dark"], told["title"]) == (size[0], scheme == DARK, "Images")
    assert told["scrolls"] <= size[0]
    assert told["wide"] == []
    assert (told["cells"], told["out"]) == (15, 0)
    areas = [width * height for width, height in told["maps"]]
    assert len(areas) == 2
    assert told["covered"] == pytest.approx(sum(areas), rel=0.02)
    assert "numpy 2.1.0\n19.0 MB" in told["labels"]
    # WCAG 2.1, 1.4.3: contrast of text.
    assert min(told["contrasts"].values()) >= 4.5, told["contrasts"]
    assert told["small"] >= 11


@pytest.mark.parametrize("scheme, ground", [(LIGHT, b"\xff\xff\xff"), (DARK, b"\x0d\x11\x17")], ids=["light", "dark"])
def test_a_screenshot_has_the_colours_of_the_setting(scheme: str, ground: bytes, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(to_html(report()), encoding="utf-8")
    browser(f"--screenshot={tmp_path / 'page.png'}", scheme=scheme, size=(390, 1400), page=page, home=tmp_path)
    found = pixels((tmp_path / "page.png").read_bytes())
    total = sum(found.values())
    assert found.most_common(1)[0][0] == ground
    # The map of the first image: green for wheels, orange for the interpreter, blue for the base.
    filled = {b"\xc6\xf0\xd0", b"\xff\xdf\xb6", b"\xc8\xe1\xff"} if scheme == LIGHT else None
    filled = filled or {b"\x13\x4d\x2a", b"\x5c\x3a\x0a", b"\x12\x3a\x66"}
    assert min(found[colour] / total for colour in filled) > 0.01
