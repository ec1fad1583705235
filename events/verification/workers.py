"""The processes that check entries, one per core: pieces go in, and come back in the order of the ledger."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from custody.errors import Unavailable
from events.verification.checking import Checked, check_entries
from events.verification.keyring import KeyRing
from events.verification.stored import Piece

FEW: Final = 1_500  # entries that this process checks itself: starting others would take longer
_AHEAD: Final = 3  # pieces per process that wait or are being checked: what bounds the memory


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checked(
    pieces: Iterable[Piece], size: int, processes: int | None = None
) -> Iterator[tuple[Piece, Checked]]:
    """Yield each piece with what was found of its entries, in order. Raises Unavailable when a process dies."""
    count, ring = processes or cores(), KeyRing()
    if count < 2 or size <= FEW:
        for piece in pieces:
            yield piece, check_entries(*ring.work(piece))
        return
    # Started anew rather than forked: the server has threads, and a fork would copy their locks.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context)
    try:
        yield from _pipelined(pieces, pool, ring, count * _AHEAD)
    except BrokenProcessPool as fault:
        raise Unavailable("verification", "a process that checked entries ended") from fault
    finally:
        pool.shutdown(cancel_futures=True)


def _pipelined(
    pieces: Iterable[Piece], pool: ProcessPoolExecutor, ring: KeyRing, ahead: int
) -> Iterator[tuple[Piece, Checked]]:
    waiting: deque[tuple[Piece, Future[Checked]]] = deque()
    for piece in pieces:
        waiting.append((piece, pool.submit(check_entries, *ring.work(piece))))
        if len(waiting) > ahead:
            first, found = waiting.popleft()
            yield first, found.result()
    for piece, found in waiting:
        yield piece, found.result()
