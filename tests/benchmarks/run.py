"""Measures Strata and what people use today, side by side.

    ./pants --no-python-run-against-entire-lockfile run tests/benchmarks/run.py

As root. With `-- --quick` each thing is done once, and nothing large; with names, as in `-- cold edit`, these alone are
measured, and the rest stays as it was, with the date of its measurement. `-- --runs 3` does nothing more often.

Keeps what it measured in tests/benchmarks/measured.json, and writes from it the tables of docs/benchmarks.md and
README.md, and the plots. `-- --write` does the latter alone. With `--quick` all stays below dist/benchmarks.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Callable

from benchmarks.report import Row, aims, details, ratios, replace_marked
from benchmarks.rows import (
    base,
    codecs,
    cold,
    edit,
    growth,
    ko,
    layers,
    memory,
    one_wheel,
    proofs,
    push,
    remote,
    scientific,
    start,
    starts,
    stored,
    unchanged,
)
from benchmarks.timing import machine_facts, run
from benchmarks.workbench import Workbench

_QUICK = Path("dist/benchmarks/quick")
_MEASURED = Path("tests/benchmarks/measured.json")
_MANY = 100
_BENCHMARKS: Mapping[str, Callable[[Workbench], Iterable[Row]]] = {
    "layers": layers.measure,
    "cold": cold.measure,
    "edit": edit.measure,
    "unchanged": unchanged.measure,
    "one-wheel": one_wheel.measure,
    "stored": stored.measure,
    "memory": memory.measure,
    "start": start.measure,
    "starts": starts.measure,
    "scientific": scientific.measure,
    "codecs": codecs.measure,
    "base": base.measure,
    "proofs": proofs.measure,
    "ko": ko.measure,
    "remote": remote.measure,
    "push": push.measure,
}
_GROWTH = "growth"
# What the command writes there, between markers; pushes have tables of their own.
_PAGES = {
    Path("docs/benchmarks.md"): ("aims", "details", "push-aims", "push-details"),
    Path("README.md"): ("ratios", "push-ratios"),
}
_PUSH = "push"


def main() -> None:
    known = [*_BENCHMARKS, _GROWTH]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all without one")
    parser.add_argument("--quick", action="store_true", help="one run of each, and the small sizes alone")
    parser.add_argument("--runs", type=int, default=_MANY, metavar="NUMBER", help="at most so many runs of each")
    parser.add_argument("--write", action="store_true", help="measure nothing: write what was measured before")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no benchmark {name}, but {', '.join(known)}")
    file = _QUICK / _MEASURED.name if arguments.quick else _MEASURED
    measured = json.loads(file.read_text()) if file.exists() else {"rows": {}, "growth": {}, "machine": []}
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-benchmarks-")))
        bench = Workbench(scratch, 1 if arguments.quick else arguments.runs, arguments.quick, stack)
        for name in () if arguments.write else arguments.names or known:
            bench.say(name)
            _measure(bench, name, measured)
            # In the order of the README, whatever was measured last.
            order = [each for each in known if each in measured["rows"]]
            measured["rows"] = {each: measured["rows"][each] for each in order}
            measured["machine"] = machine_facts()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(measured, indent=1) + "\n")
        _write(measured, bench, file)


def _measure(bench: Workbench, name: str, measured: dict[str, Any]) -> None:
    if name == _GROWTH:
        measured["growth"] = growth.measure(bench)
        rows = list(growth.judged(measured["growth"]))
    else:
        rows = [replace(row, runs=bench.last_runs if row.unit == "s" else None) for row in _BENCHMARKS[name](bench)]
    today, load = f"{date.today():%Y-%m-%d}", f"{os.getloadavg()[1]:.1f}"
    for row in rows:
        bench.say(f"  {row.what}: {row.value:.3g} ({row.ours:.4g} / {row.peer or 0:.4g} {row.unit}){_judged(row)}")
    measured["rows"][name] = [replace(row, date=today, load=load).to_json() for row in rows]


def _judged(row: Row) -> str:
    floor = "" if row.lowest is None else f", floor {row.lowest:.3g}"
    met = "" if row.limit is None else f", {'met' if row.met else 'not met'}: at most {row.limit:.3g}"
    return f"{floor}{met}"


def _write(measured: Mapping[str, Any], bench: Workbench, file: Path) -> None:
    """Write the tables, with the date of each row, and the plots of what was measured."""
    others = [name for name in (*_BENCHMARKS, _GROWTH) if name != _PUSH]
    texts = {**_tables(measured, [_PUSH], "push-"), **_tables(measured, others, "")}
    print(*texts.values(), sep="\n")
    plots = file.parent if bench.quick else Path("docs")
    run(bench.tools.python, "-I", Path(__file__).with_name("plots.py"), file, plots)
    if not bench.quick:
        for page, names in _PAGES.items():
            text = page.read_text()
            for name in names:
                text = replace_marked(text, name, texts[name])
            page.write_text(text)


def _tables(measured: Mapping[str, Any], benchmarks: Iterable[str], prefix: str) -> Mapping[str, str]:
    """Return the tables of some benchmarks, by the names of their markers."""
    rows = [Row(**row) for name in benchmarks for row in measured["rows"].get(name, ())]
    judged = [row for row in rows if row.limit is not None]
    facts = f"\nMeasured on a machine with {', '.join(measured['machine'])}. The load is the average of five minutes.\n"
    texts = {"ratios": ratios(judged), "aims": aims(judged), "details": details(rows) + facts}
    return {f"{prefix}{name}": text for name, text in texts.items()}


if __name__ == "__main__":
    main()
