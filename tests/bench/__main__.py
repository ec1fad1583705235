"""`make bench`: measures the house against its peers, prints a table, writes build/bench.json.

Run as `python -m tests.bench [--rounds N] [NAME ...]`; names are those of SUITES. Each suite runs in a process of
its own, so that none warms or burdens the next. Exit status 1 when a row is under its bar, or a suite failed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final

from tests.bench.measuring import suite_rows
from tests.bench.servers import BUILD

SUITES: Final = ("ledger", "growing", "verification", "http", "vault", "publishing", "bundles")
COLUMNS: Final = (("name", 66), ("ours", 11), ("peer", 11), ("unit", 10), ("ratio", 7), ("must", 6))
LEFT: Final = ("name", "unit")

Row = dict[str, Any]


def measured(suite: str, rounds: int) -> list[Row]:
    """Run one suite in a process of its own and return its rows."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(suite_rows, suite, rounds).result()


def show(row: Row) -> None:
    """Print a row of the table, with a mark when it is under its bar."""
    cells = []
    for name, width in COLUMNS:
        value = row.get(name)
        text = "" if value is None else str(value)
        cells.append(f"{text:<{width}}" if name in LEFT else f"{text:>{width}}")
    print(" ".join(cells), "" if reached(row) else " << under the bar", flush=True)


def reached(row: Row) -> bool:
    """Return whether a row is at its bar or has none."""
    return row["must"] is None or row["ratio"] >= row["must"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("suites", nargs="*", metavar="NAME", choices=[*SUITES, []], default=[])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {asked.rounds} rounds")
    print(" ".join(f"{name:<{width}}" if name in LEFT else f"{name:>{width}}" for name, width in COLUMNS))
    found, failed = [], []
    for suite in asked.suites or SUITES:
        try:
            rows = measured(suite, asked.rounds)
        except Exception as fault:  # noqa: BLE001 - one suite's failure must not hide the others' rows
            print(f"{suite}: {type(fault).__name__}: {fault}", file=sys.stderr)
            failed.append(suite)
            continue
        for row in rows:
            show(row)
        found += rows
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_text(json.dumps(found, indent=1) + "\n")
    return 1 if failed or not all(map(reached, found)) else 0


if __name__ == "__main__":
    sys.exit(main())
