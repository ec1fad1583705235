"""Long operations: how far they are, waited for or streamed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.operations import Operation
from api.requests import UuidPath, WhoDep, answer
from api.schemas import PROBLEMS
from api.services import ServicesDep

router = APIRouter(tags=["operations"], responses=PROBLEMS)

_LOOK_SECONDS: Final = 0.05
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
    deadline = time.monotonic() + wait
    found = services.operations.get(operation, who.person)
    while not found.is_over and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_SECONDS)
        found = services.operations.get(operation, who.person)
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
    first, language = services.operations.get(operation, who.person), request.state.language

    async def changes() -> AsyncIterator[bytes]:
        told: Operation | None = None
        found, deadline = first, time.monotonic() + _STREAM_SECONDS
        while time.monotonic() < deadline:
            if found != told:
                told = found
                yield b"data: " + json.dumps(found.document(language), ensure_ascii=False).encode() + b"\n\n"
            if found.is_over:
                return
            await asyncio.sleep(_LOOK_SECONDS)
            found = services.operations.get(operation, who.person)

    return StreamingResponse(changes(), media_type="text/event-stream")
