"""Long operations: how far they are, waited for or streamed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.identity import Who
from api.operations import Operation
from api.requests import UuidPath, WhoDep, answer
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep

router = APIRouter(tags=["operations"], responses=PROBLEMS)

_LOOK_SECONDS: Final = 0.05  # between two looks, at first
_LATER_SECONDS: Final = 0.5  # once it is no short one: many may wait, and each look takes a little of all
_SHORT: Final = 5.0
_STREAM_SECONDS: Final = 3600


@router.get("/operations/{operation}", operation_id="operation")
async def operation(
    request: Request,
    operation: UuidPath,
    services: ServicesDep,
    who: WhoDep,
    wait: Annotated[int, Query(ge=0, le=25, description="seconds to wait for its end")] = 0,
) -> Response:
    """Return an operation; with `wait`, once it is over or the time is up."""
    begun = time.monotonic()
    found = await _found(services, operation, who)
    while not found.is_over and time.monotonic() < begun + wait:
        await asyncio.sleep(_pause(begun))
        found = await _found(services, operation, who)
    return answer(found.document(request.state.language))


@router.get(
    "/operations/{operation}/events",
    operation_id="operation_events",
    response_class=StreamingResponse,
    responses={200: {"description": "Each change of the operation", "content": {"text/event-stream": {}}}},
)
async def operation_events(
    request: Request, operation: UuidPath, services: ServicesDep, who: WhoDep
) -> StreamingResponse:
    """Stream each change of an operation as a server-sent event, until it is over."""
    first, language = await _found(services, operation, who), request.state.language

    async def changes() -> AsyncIterator[bytes]:
        told: Operation | None = None
        found, begun = first, time.monotonic()
        while time.monotonic() < begun + _STREAM_SECONDS:
            if found != told:
                told = found
                yield b"data: " + json.dumps(found.document(language), ensure_ascii=False).encode() + b"\n\n"
            if found.is_over:
                return
            await asyncio.sleep(_pause(begun))
            found = await _found(services, operation, who)

    return StreamingResponse(changes(), media_type="text/event-stream")


async def _found(services: Services, operation: str, who: Who) -> Operation:
    """Return an operation; the database, which may keep one waiting, is asked by a thread. Raises NotFound."""
    running = services.operations.running(operation, who.person)
    if running is not None:
        return running
    return await run_in_threadpool(services.operations.get, operation, who.person)


def _pause(begun: float) -> float:
    return _LOOK_SECONDS if time.monotonic() < begun + _SHORT else _LATER_SECONDS
