"""A body that streams in on the event loop, handed over to a worker thread in pieces of about 1 MiB."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar

from starlette.requests import ClientDisconnect, Request

_PIECE: Final = 1 << 20
_AHEAD: Final = 4  # pieces that may wait: memory stays small however fast the client is

THREADS: Final = 128  # of their own: however slowly files come in, all else is served

Result = TypeVar("Result")


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="arriving")


class Arriving:
    """The bytes of one request. Iterated by one thread; ends early, without an error, when the client goes away."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(_AHEAD)

    async def into(self, take: Callable[[Iterator[bytes]], Result]) -> Result:
        """Run `take` in a worker thread on the pieces as they come, and return what it returns."""
        feeding = asyncio.create_task(self._feed())
        taking = self._loop.run_in_executor(_threads(), take, iter(self))
        try:
            return await asyncio.shield(taking)
        finally:
            feeding.cancel()
            # It ends with its pieces: nobody else may write to the deposit meanwhile.
            await asyncio.wait([taking])

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces, waiting for each."""
        while (piece := self._pieces.get()) is not None:
            self._loop.call_soon_threadsafe(self._room.release)
            yield piece

    async def _feed(self) -> None:
        gathered = bytearray()
        try:
            async for chunk in self._request.stream():
                gathered += chunk
                if len(gathered) >= _PIECE:
                    await self._put(bytes(gathered))
                    gathered.clear()
            await self._put(bytes(gathered))
        except ClientDisconnect:
            self._pieces.put(bytes(gathered))  # what arrived is kept
        finally:
            self._pieces.put(None)

    async def _put(self, piece: bytes) -> None:
        if piece:
            await self._room.acquire()
            self._pieces.put(piece)
