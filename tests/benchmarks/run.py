"""Measures Strata and what people use today, side by side.

    ./pants --no-python-run-against-entire-lockfile run tests/benchmarks/run.py

As root. With `-- --quick` each thing is done once, and nothing large; with names, as in `-- cold edit`, these alone are
measured, and the rest stays as it was.

Writes the tables of docs/benchmarks.md, its plots, and the table in README.md; with `--quick`, only below
dist/benchmarks.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Callable

from benchmarks.report import Row, aims, details, ratios, replace_marked
from benchmarks.rows import (
    base,
    codecs,
    cold,
    edit,
    growth,
    layers,
    memory,
    one_wheel,
    push,
    scientific,
    start,
    stored,
    unchanged,
)
from benchmarks.timing import machine_facts, run
from benchmarks.workbench import Workbench

_OUTPUT = Path("dist/benchmarks")
_MEASURED = "measured.json"
_BENCHMARKS: Mapping[str, Callable[[Workbench], Iterable[Row]]] = {
    "layers": layers.measure,
    "cold": cold.measure,
    "edit": edit.measure,
    "unchanged": unchanged.measure,
    "one-wheel": one_wheel.measure,
    "stored": stored.measure,
    "memory": memory.measure,
    "start": start.measure,
    "scientific": scientific.measure,
    "codecs": codecs.measure,
    "base": base.measure,
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
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no benchmark {name}, but {', '.join(known)}")
    output = _OUTPUT / "quick" if arguments.quick else _OUTPUT
    output.mkdir(parents=True, exist_ok=True)
    measured: dict[str, Any] = {"rows": {}, "growth": {}}
    if arguments.names and (output / _MEASURED).exists():
        measured = json.loads((output / _MEASURED).read_text())
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-benchmarks-")))
        bench = Workbench(scratch, arguments.quick, stack)
        for name in arguments.names or known:
            bench.say(name)
            _measure(bench, name, measured)
            # In the order of the README, whatever was measured last.
            order = [each for each in known if each in measured["rows"]]
            measured["rows"] = {each: measured["rows"][each] for each in order}
            measured["machine"] = machine_facts()
            (output / _MEASURED).write_text(json.dumps(measured, indent=1))
        _write(measured, bench, output)


def _measure(bench: Workbench, name: str, measured: dict[str, Any]) -> None:
    if name == _GROWTH:
        measured["growth"] = growth.measure(bench)
        measured["rows"][_GROWTH] = [row.to_json() for row in growth.judged(measured["growth"])]
        return
    rows = []
    for row in _BENCHMARKS[name](bench):
        bench.say(f"  {row.what}: {row.value:.3g} ({row.ours:.4g} / {row.peer or 0:.4g} {row.unit})")
        rows.append(row.to_json())
    measured["rows"][name] = rows


def _write(measured: Mapping[str, Any], bench: Workbench, output: Path) -> None:
    """Write each table all of whose benchmarks have been measured here, and the plots where those of builds have."""
    others = [name for name in (*_BENCHMARKS, _GROWTH) if name != _PUSH]
    texts = {**_tables(measured, [_PUSH], "push-"), **_tables(measured, others, "")}
    print(*texts.values(), sep="\n")
    if "aims" in texts:
        plots = output if bench.quick else Path("docs")
        run(bench.tools.python, "-I", Path(__file__).with_name("plots.py"), output / _MEASURED, plots)
    if not bench.quick:
        for file, names in _PAGES.items():
            text = file.read_text()
            for name in names:
                text = replace_marked(text, name, texts[name]) if name in texts else text
            file.write_text(text)


def _tables(measured: Mapping[str, Any], benchmarks: Iterable[str], prefix: str) -> Mapping[str, str]:
    """Return the tables of some benchmarks, by the names of their markers; nothing where one is not measured."""
    found = [measured["rows"].get(name) for name in benchmarks]
    if None in found:
        return {}
    rows = [Row(**row) for each in found for row in each]
    judged = [row for row in rows if row.limit is not None]
    facts = f"\nMeasured on a machine with {', '.join(measured['machine'])}.\n"
    texts = {"ratios": ratios(judged), "aims": aims(judged), "details": details(rows) + facts}
    return {f"{prefix}{name}": text for name, text in texts.items()}


if __name__ == "__main__":
    main()
