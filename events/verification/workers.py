"""The processes that check entries, with this one as many as cores: pieces come back in the order of the ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, BinaryIO, Final, Self, cast

from custody.errors import Unavailable
from events.verification.checking import Checked, Fault, check_entries
from events.verification.keyring import KeyRing
from events.verification.stored import Piece
from events.verification.worker import Work, read_message, write_message

FEW: Final = 1_500  # entries that this process checks itself: starting others would take longer
_AHEAD: Final = 3  # pieces per process that wait or are being checked
_MOST: Final = 20  # pieces per process that are in memory, some of them checked while an earlier one is not
_PIPE: Final = 1 << 20  # bytes: a whole piece fits in, so that neither side wakes the other for a part of one
_ROOT: Final = Path(__file__).parents[2]  # where the rooms are


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def checked(
    pieces: Iterable[Piece], size: int, processes: int | None = None
) -> Iterator[tuple[Piece, Checked]]:
    """Yield each piece with what was found of its entries, in order. Raises Unavailable when a process dies.

    `processes` is how many work at once, this one included: it checks what the others have no time for.
    """
    count, ring = processes or cores(), KeyRing()
    if count < 2 or size <= FEW:
        for piece in pieces:
            yield piece, check_entries(*ring.work(piece))
        return
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker()) for _ in range(count - 1)]
        yield from _pipelined(pieces, workers, ring)


def _pipelined(
    pieces: Iterable[Piece], workers: list[Worker], ring: KeyRing
) -> Iterator[tuple[Piece, Checked]]:
    waiting: deque[tuple[Piece, Future[Checked]]] = deque()
    for piece in pieces:
        waiting.append((piece, _given(min(workers, key=Worker.waiting), ring.work(piece))))
        while waiting and (waiting[0][1].done() or len(waiting) > _MOST * len(workers)):
            first, found = waiting.popleft()
            yield first, found.result()
    for piece, found in waiting:
        yield piece, found.result()


def _given(worker: Worker, work: Work) -> Future[Checked]:
    """Give a piece to a process, or check it here when that one has enough."""
    if worker.waiting() < _AHEAD:
        return worker.submit(work)
    here: Future[Checked] = Future()
    here.set_result(check_entries(*work))
    return here


_Job = tuple[Work, "Future[Checked]"]


class Worker:
    """One process, and the thread that talks to it.

    The process is started anew and not forked: the server has threads, and a fork would copy their locks.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "events.verification.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
            cwd=_ROOT,
        )
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._given: deque[Future[Checked]] = deque()
        self._thread = Thread(target=self._talk, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.put(None)
        if kind is not None:
            self._process.kill()
        self._thread.join()
        self._process.wait()

    def submit(self, work: Work) -> Future[Checked]:
        """Return what will hold the findings of a piece; Unavailable when the process ended."""
        future: Future[Checked] = Future()
        self._given.append(future)
        self._jobs.put((work, future))
        return future

    def waiting(self) -> int:
        """Return how many pieces it was given that it has not checked yet."""
        while self._given and self._given[0].done():
            self._given.popleft()
        return len(self._given)

    def _talk(self) -> None:
        """Send each piece before the one before it is done, so that the process never waits for work."""
        sent: deque[Future[Checked]] = deque()
        with _piped(self._process.stdin) as out, _piped(self._process.stdout) as back:
            while True:
                if sent and (len(sent) > 1 or self._jobs.empty()):
                    _receive(back, sent.popleft())
                elif job := self._jobs.get():
                    if self._send(out, *job):
                        sent.append(job[1])
                else:
                    return

    def _send(self, out: BinaryIO, work: Work, future: Future[Checked]) -> bool:
        """Send a piece, and tell whether its findings are to be received.

        Of a process that is gone they are: its silence says so. After a fault of ours, which is raised to whoever
        waits, nothing more is: half a message may be in the pipe, so the process ends.
        """
        try:
            write_message(out, work)
        except OSError:
            return True
        except Exception as fault:  # noqa: BLE001 - carried to the thread that waits for the findings, and raised there
            self._process.kill()
            future.set_exception(fault)
            return False
        return True


@contextmanager
def _piped(pipe: IO[bytes] | None) -> Iterator[BinaryIO]:
    """Close a pipe at the end, also when the process at its other end is gone."""
    try:
        yield cast(BinaryIO, pipe)
    finally:
        with suppress(OSError):
            cast(BinaryIO, pipe).close()


def _receive(back: BinaryIO, future: Future[Checked]) -> None:
    try:
        leaves, faults = cast(tuple[bytes, list[tuple[int, str, str]]], read_message(back))
        future.set_result(Checked(leaves, [Fault(*fault) for fault in faults]))
    except (EOFError, OSError):
        future.set_exception(Unavailable("verification", "a process that checked entries ended"))
    except Exception as fault:  # noqa: BLE001 - carried to the thread that waits for the findings, and raised there
        future.set_exception(fault)
