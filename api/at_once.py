"""How many of a thing one person may have under way at a time, so that nobody takes what all of them need."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from api import problems
from custody.values import PersonId

UPLOADS: Final = 40  # pieces of deposits that are coming in: each holds a thread and up to 5 MiB
DOWNLOADS: Final = 16  # files and zips that are going out: each holds a thread and up to 8 MiB
LARGE_BODIES: Final = 4  # writing requests of more than a few acts: each holds its whole body
WAITING: Final = 64  # requests for a turn; they hold a connection, and nothing that was sent over it is read
PATIENCE: Final = 10.0  # seconds that a request waits for its turn: what is under way is mostly over in less
_PAUSE: Final = 0.05
_WAIT_SECONDS: Final = 1


class AtOnce:
    """Counts what each person has under way, and lets the next wait. Used on the event loop alone."""

    def __init__(self, most: int, patience: float = PATIENCE) -> None:
        self._most, self._patience = most, patience
        self._under_way: Counter[PersonId] = Counter()
        self._waiting: Counter[PersonId] = Counter()

    @asynccontextmanager
    async def turn(self, person: PersonId) -> AsyncIterator[None]:
        """Count one more while the context is open, once there are fewer than may be at a time.

        Raises Refused (429, Retry-After) where that takes longer than a request waits, or too many wait already.
        """
        await self._begin(person)
        try:
            yield
        finally:
            _less(self._under_way, person)

    async def _begin(self, person: PersonId) -> None:
        if self._under_way[person] >= self._most:
            await self._wait(person)
        self._under_way[person] += 1

    async def _wait(self, person: PersonId) -> None:
        if self._waiting[person] >= WAITING:
            raise problems.too_many(_WAIT_SECONDS)
        self._waiting[person] += 1
        until = time.monotonic() + self._patience
        try:
            while self._under_way[person] >= self._most:
                if time.monotonic() > until:
                    raise problems.too_many(_WAIT_SECONDS)
                await asyncio.sleep(_PAUSE)
        finally:
            _less(self._waiting, person)


def _less(counted: Counter[PersonId], person: PersonId) -> None:
    counted[person] -= 1
    if not counted[person]:
        del counted[person]
