"""How many of a thing one person may have under way at a time, so that nobody takes what all of them need."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from api import problems
from custody.values import PersonId

UPLOADS: Final = 16  # pieces of deposits that are coming in: each holds a thread and up to 5 MiB
DOWNLOADS: Final = 16  # files and zips that are going out: each holds a thread and up to 8 MiB
LARGE_BODIES: Final = 4  # writing requests of more than a few acts: each holds its whole body
_WAIT_SECONDS: Final = 1


class AtOnce:
    """Counts what each person has under way."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._under_way: Counter[PersonId] = Counter()

    @contextmanager
    def one(self, person: PersonId) -> Iterator[None]:
        """Count one more while the context is open. Raises Refused (429, Retry-After) for one too many."""
        with self._lock:
            if self._under_way[person] >= self._most:
                wait = {"Retry-After": str(_WAIT_SECONDS)}
                raise problems.Refused(problems.too_many(_WAIT_SECONDS), wait)
            self._under_way[person] += 1
        try:
            yield
        finally:
            self._left(person)

    def _left(self, person: PersonId) -> None:
        with self._lock:
            self._under_way[person] -= 1
            if not self._under_way[person]:
                del self._under_way[person]
