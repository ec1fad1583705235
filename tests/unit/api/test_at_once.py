"""How many of a thing one person may have under way: the next waits for its turn, and not for ever."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable

import pytest

from api.at_once import WAITING, AtOnce
from api.problems import Refused
from custody.values import PersonId

ANNA, BORYS = (PersonId(f"person/{uuid.UUID(int=each)}") for each in (1, 2))


async def in_turn(counted: AtOnce, person: PersonId, then: Callable[[], Awaitable[object]]) -> str:
    """Do something in a person's turn."""
    async with counted.turn(person):
        await then()
    return "done"


async def settled() -> None:
    """Let every other task come as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_the_next_waits_until_another_has_ended() -> None:
    """One too many is let in when the first has ended, and somebody else's is let in at once."""

    async def story() -> list[str]:
        counted, end = AtOnce(1, patience=60), asyncio.Event()
        first = asyncio.create_task(in_turn(counted, ANNA, end.wait))
        await settled()
        second = asyncio.create_task(in_turn(counted, ANNA, settled))
        other = await in_turn(counted, BORYS, settled)
        await settled()
        assert not second.done()
        end.set()
        return [await first, await second, other]

    assert ["done", "done", "done"] == asyncio.run(story())


def test_nobody_waits_for_ever() -> None:
    """Who got no turn in time is asked to come again, and what ended counts no longer."""

    async def story() -> str:
        counted, end = AtOnce(1, patience=0.0), asyncio.Event()
        first = asyncio.create_task(in_turn(counted, ANNA, end.wait))
        await settled()
        with pytest.raises(Refused) as refused:
            await in_turn(counted, ANNA, settled)
        assert refused.value.problem.status == 429
        assert "Retry-After" in refused.value.headers
        end.set()
        await first
        return await in_turn(counted, ANNA, settled)

    assert asyncio.run(story()) == "done"


def test_few_wait() -> None:
    """Beyond so many that wait, the next is refused at once; one that went away waits no longer."""

    async def story() -> bool:
        counted, end = AtOnce(1, patience=60), asyncio.Event()
        first = asyncio.create_task(in_turn(counted, ANNA, end.wait))
        await settled()
        waiting = [asyncio.create_task(in_turn(counted, ANNA, settled)) for _ in range(WAITING)]
        await settled()
        with pytest.raises(Refused):
            await in_turn(counted, ANNA, settled)
        for each in waiting:
            each.cancel()
        for each in waiting:
            with contextlib.suppress(asyncio.CancelledError):
                await each
        again = asyncio.create_task(in_turn(counted, ANNA, settled))
        await settled()
        assert not again.done()
        end.set()
        return await first == await again == "done"

    assert asyncio.run(story())
