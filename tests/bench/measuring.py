"""Measuring: many threads from one start, interleaved rounds, medians, and the rows of the table."""

from __future__ import annotations

import importlib
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any


def rate(steps: Sequence[Callable[[], int]]) -> float:
    """Run each step in a thread of its own from one start; return what they did per second, all together."""
    gate = threading.Barrier(len(steps) + 1)
    done: list[int] = []
    faults: list[BaseException] = []

    def run(step: Callable[[], int]) -> None:
        try:
            gate.wait()
            done.append(step())
        except BaseException as fault:  # noqa: BLE001 - raised again below, in the caller's thread
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if faults:
        raise faults[0]
    return sum(done) / seconds


def row(
    name: str, ours: Sequence[float], peer: Sequence[float], unit: str, must: float | None
) -> dict[str, object]:
    """Return a row of the table: medians of the rounds and their ratio; more is better on both sides."""
    mine, theirs = statistics.median(ours), statistics.median(peer)
    return {
        "name": name,
        "ours": round(mine, 1),
        "peer": round(theirs, 1),
        "unit": unit,
        "ratio": round(mine / theirs, 3),
        "must": must,
        "rounds": len(ours),
    }


def suite_rows(suite: str, rounds: int) -> list[dict[str, Any]]:
    """Return the rows of `tests.bench.<suite>`: what a process of its own is started for."""
    rows: Callable[[int], list[dict[str, Any]]] = importlib.import_module(f"tests.bench.{suite}").rows
    return rows(rounds)
