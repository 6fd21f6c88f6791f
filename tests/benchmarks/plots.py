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
    """Seconds of `package ::` over the size of the work, both axes logarithmic."""
    figure, all_axes = plt.subplots(1, len(series), figsize=(4.5 * len(series), 3.3), sharey=True)
    styles = {"cold": ("o", _OURS, 6), "edited": ("^", _AIM, 6), "warm": ("s", "#7a7a7a", -13)}
    names = {"cold": "cold", "edited": "one line of one app edited", "warm": "nothing changed"}
    for axes, (grows, numbers) in zip(all_axes, series.items()):
        for name, (marker, color, offset) in styles.items():
            axes.plot(numbers["size"], numbers[name], marker=marker, color=color, label=names[name])
            for size, value in zip(numbers["size"], numbers[name]):
                axes.annotate(
                    f"{value:.3g}", (size, value), textcoords="offset points", xytext=(0, offset), ha="center"
                )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xticks(numbers["size"], [f"{size:.0f}" for size in numbers["size"]])
        axes.minorticks_off()
        axes.margins(0.12, 0.16)
        axes.set_xlabel(grows)
        axes.spines[["top", "right"]].set_visible(False)
    all_axes[0].set_ylabel("seconds of package ::")
    figure.legend(
        *all_axes[0].get_legend_handles_labels(), loc="lower center", ncols=3, frameon=False, bbox_to_anchor=(0.5, 0.93)
    )
    figure.savefig(output, metadata=_METADATA, bbox_inches="tight")
    plt.close(figure)


def main() -> None:
    measured, folder = json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])
    rows = [row for each in measured["rows"].values() for row in each]
    if any(row["peer"] is not None and row["limit"] is not None for row in rows):
        ratios(rows, folder / "benchmarks.svg")
    if measured["growth"]:
        growth(measured["growth"], folder / "benchmarks-growth.svg")


if __name__ == "__main__":
    main()
