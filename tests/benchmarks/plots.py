"""Plots of what was measured, as SVG. Runs on the toolbox's Python, which has matplotlib:

python plots.py measured.json FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib  # type: ignore[import-not-found]  # pants: no-infer-dep

matplotlib.use("svg")
# The same numbers give the same bytes.
matplotlib.rcParams["svg.hashsalt"] = "strata"
matplotlib.rcParams["font.size"] = 9

import matplotlib.pyplot as plt  # type: ignore[import-not-found]  # noqa: E402  # pants: no-infer-dep

_OURS, _PEER, _AIM = "#2a6f97", "#c9c9c9", "#d1495b"
_METADATA = {"Date": None}
# Of each line: its name, its marker, its colour, and where its numbers stand.
_STEPS = {
    "cold": ("cold", "o", _OURS, 6),
    "first": ("a new daemon, all steps cached", "o", _OURS, 6),
    "edited": ("one line of one app edited", "^", _AIM, 6),
    "warm": ("nothing changed", "s", "#7a7a7a", -13),
    "list": ("list ::", ".", "#b8b8b8", -13),
}
_MEMORY = {"daemon": ("Pants' daemon", "o", _OURS, 6), "client": ("its client", "s", "#7a7a7a", -13)}


def ratios(rows: list[dict[str, Any]], output: Path) -> None:
    """A bar for each row with a peer: the peer is 1."""
    shown = [row for row in rows if row["peer"] is not None and row["limit"] is not None][::-1]
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(shown) + 1.1))
    places = range(len(shown))
    values = [row["ours"] / row["peer"] for row in shown]
    axes.barh(places, [1] * len(shown), color=_PEER, height=0.7, label="peer")
    axes.barh(places, values, color=_OURS, height=0.45, label="Strata")
    for place, row, value in zip(places, shown, values):
        axes.plot(
            [row["limit"]] * 2,
            [place - 0.38, place + 0.38],
            color=_AIM,
            linewidth=2,
            label="aim" if not place else None,
        )
        axes.text(max(value, row["limit"], 1) + 0.02, place, f"{value:.{2 if value >= 0.1 else 3}f}", va="center")
    axes.set_yticks(list(places), [row["what"].replace("`", "") for row in shown])
    axes.set_xlim(0, max(1.25, *values) + 0.12)
    axes.set_xlabel("ours / peer; less is better")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)
    figure.savefig(output, metadata=_METADATA, bbox_inches="tight")
    plt.close(figure)


def growth(series: dict[str, dict[str, list[float]]], output: Path) -> None:
    """Seconds of `package ::`, and memory, over the size of the work, all axes logarithmic."""
    figure, rows = plt.subplots(2, len(series), figsize=(4.5 * len(series), 6.4), sharey="row", squeeze=False)
    for column, (grows, numbers) in enumerate(series.items()):
        for row, (lines, unit) in enumerate(((_STEPS, "seconds of package ::"), (_MEMORY, "MB of memory at most"))):
            axes = rows[row][column]
            _lines(axes, numbers, lines)
            axes.set_xlabel(grows)
            if not column:
                axes.set_ylabel(unit)
    for columns, height in zip(rows, (0.95, 0.47)):
        found = [axes.get_legend_handles_labels() for axes in columns]
        labels = {label: handle for handles, names in found for handle, label in zip(handles, names)}
        figure.legend(
            labels.values(), labels.keys(), loc="lower center", ncols=5, frameon=False, bbox_to_anchor=(0.5, height)
        )
    figure.subplots_adjust(hspace=0.42)
    figure.savefig(output, metadata=_METADATA, bbox_inches="tight")
    plt.close(figure)


def _lines(axes: Any, numbers: dict[str, list[float]], lines: dict[str, tuple[str, str, str, int]]) -> None:
    for name, (label, marker, color, offset) in lines.items():
        if name not in numbers:
            continue
        axes.plot(numbers["size"], numbers[name], marker=marker, color=color, label=label)
        for size, value in zip(numbers["size"], numbers[name]):
            place = {"textcoords": "offset points", "xytext": (0, offset), "ha": "center"}
            axes.annotate(f"{value:.3g}", (size, value), **place)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(numbers["size"], [f"{size:.0f}" for size in numbers["size"]])
    axes.minorticks_off()
    axes.margins(0.12, 0.16)
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    measured, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    rows = [row for each in measured["rows"].values() for row in each]
    if any(row["peer"] is not None and row["limit"] is not None for row in rows):
        ratios(rows, folder / "benchmarks.svg")
    if measured["growth"]:
        growth(measured["growth"], folder / "benchmarks-growth.svg")


if __name__ == "__main__":
    main()
