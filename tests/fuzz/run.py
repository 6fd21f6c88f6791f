"""Try every reader with many changed inputs, and write the counts into docs/security.md.

PYTHONPATH=src:tests python -m fuzz.run --count 10000
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
from pathlib import Path

from fuzz.readers import READERS
from fuzz.trial import ACCEPTED, REFUSED, Trial, tried

PAGE = Path("docs/security.md")
_HEAD = """\
| read | tried | refused | accepted | slowest | most memory above a valid input |
| --- | --- | --- | --- | --- | --- |
"""


def main() -> int:
    """Run; return 1 where an input gave a traceback, or took too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="changed inputs for each reader")
    parser.add_argument("--seed", type=int, default=1, help="of the random generator")
    parser.add_argument("--only", action="append", choices=sorted(READERS), help="a reader; all by default")
    parser.add_argument("--write", action="store_true", help="write the counts into docs/security.md")
    arguments = parser.parse_args()
    if arguments.write and arguments.only:
        parser.error("the table has all readers: leave out --only or --write")
    # python-debian warns of each relation that it cannot parse.
    logging.disable(logging.WARNING)
    rows, failed = [], 0
    for name, reader in READERS.items():
        if arguments.only and name not in arguments.only:
            continue
        trial = tried(reader, arguments.count, arguments.seed)
        rows.append(_row(name, trial))
        print(rows[-1], flush=True)
        failed += len(trial.failures)
        for reason, content in trial.failures[:3]:
            print(reason, repr(content[:2000]), sep="\n", flush=True)
    if arguments.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(rf"{re.escape(_HEAD)}(\|.*\n)*", _HEAD + "\n".join(rows) + "\n", page), encoding="utf-8")
    return 1 if failed else 0


def _row(name: str, trial: Trial) -> str:
    counts = f"{trial.tried:,} | {trial.counts[REFUSED]:,} | {trial.counts[ACCEPTED]:,}"
    return f"| {name} | {counts} | {trial.slowest:.2f} s | {max(trial.largest, 0) / 1e6:.1f} MB |"


if __name__ == "__main__":
    sys.exit(main())
