"""Pieces of the records checked in processes, as many as cores; what was found comes back in order."""

from __future__ import annotations

import gc
import marshal
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from threading import active_count

from custody_verifier.checking import Checked, check_piece
from custody_verifier.errors import Stopped
from custody_verifier.packing import Packed, pack, unpack
from custody_verifier.pieces import Cut, read_piece

ENOUGH = 3  # pieces for which it takes less time to start processes than to check them here
_AHEAD = 2  # pieces per process that wait or are being checked: all that is in memory at once
_SELDOM = 200_000  # objects made, and not gone again, between two looks for cyclic garbage


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checked(
    path: Path, pieces: Iterable[Cut], size: int, root: bytes, processes: int | None = None
) -> Iterator[Checked | int]:
    """Yield what `check_piece` finds in the pieces of a zip, against the tree of this size and root.

    Raises Malformed, OSError, and Stopped when a process ends before its work does.
    """
    more, count = iter(pieces), processes or cores()
    first = list(islice(more, ENOUGH))
    if count > 1 and len(first) == ENOUGH:
        work = (marshal.dumps((str(path), (*piece,), size, root)) for piece in chain(first, more))
        yield from _beside(work, count)
        return
    for piece in chain(first, more):
        yield from check_piece(read_piece(path, piece), size, root)


def _beside(work: Iterable[bytes], count: int) -> Iterator[Checked | int]:
    """Check in processes, at most `_AHEAD` pieces each ahead of what is taken."""
    waiting, usual = deque[Future[bytes]](), gc.get_threshold()
    gc.set_threshold(_SELDOM)  # what is found is kept, not thrown away
    try:
        with _pool(count) as pool:
            for each in work:
                waiting.append(pool.submit(work_on, each))
                if len(waiting) > _AHEAD * count:
                    yield from _found(waiting.popleft().result())
            while waiting:
                yield from _found(waiting.popleft().result())
    except BrokenProcessPool as fault:
        raise Stopped("a process that checked entries ended before its work did") from fault
    finally:
        gc.set_threshold(*usual)


def _pool(count: int) -> ProcessPoolExecutor:
    """Return processes that look for cyclic garbage seldom: nearly nothing of a piece outlives it, or is cyclic."""
    context = get_context(start_method())
    return ProcessPoolExecutor(count, mp_context=context, initializer=gc.set_threshold, initargs=(_SELDOM,))


def start_method() -> str:
    """Return how processes are started: anew, unless no other thread holds a lock that a fork would copy.

    A fork needs no imports, which are two in a hundred of what 100,000 entries take.
    """
    return "fork" if sys.platform == "linux" and active_count() == 1 else "spawn"


def _found(result: bytes) -> Iterator[Checked | int]:
    packed, strays = marshal.loads(result)  # noqa: S302 - from our own process
    yield from map(unpack, packed)
    yield from strays


def work_on(work: bytes) -> bytes:
    """Check a piece in a process of its own; raises Malformed and OSError there."""
    path, cut, size, root = marshal.loads(work)  # noqa: S302 - from our own process
    packed: list[Packed] = []
    strays: list[int] = []
    for found in check_piece(read_piece(Path(path), Cut(*cut)), size, root):
        if isinstance(found, int):
            strays.append(found)
        else:
            packed.append(pack(found))
    return marshal.dumps((packed, strays))
