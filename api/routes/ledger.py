"""What anybody may know of the ledger: who it is, its newest checkpoint, and that it only grows."""

from __future__ import annotations

from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Response
from starlette.requests import Request

from api.bodies import members, read_checked
from api.requests import LARGEST, BodyDep, answer, told
from api.schemas import PROBLEMS, CheckpointForm, body_of
from api.services import Services, ServicesDep
from custody import values
from custody.act import FORMAT
from custody.errors import ForkSeen, NotFound, WritesRefused
from custody.ports import TreeHead
from events.merkle import EMPTY_ROOT

router = APIRouter(tags=["ledger"], responses=PROBLEMS)

_log = structlog.get_logger("api.routes.ledger")

_NOTE: Final = "text/plain; charset=utf-8"

SizeQuery = Annotated[int | None, Query(ge=1, le=LARGEST, description="a tree size of the ledger")]


@router.get("/ledger", operation_id="ledger")
def ledger(services: ServicesDep) -> Response:
    """Return who this ledger is, its newest head, and whether it takes acts."""
    keys, head = services.keys, newest(services)
    state, reason = standing(services, head)
    founded = None if head is None else services.ledger.ledger_id
    return answer(
        {
            "ledger": founded,
            "origin": keys.log.origin,
            "log": keys.log_keys.vkeys,
            "format": FORMAT,
            "service": keys.service.public(),
            "size": 0 if head is None else head.size,
            "root": values.to_base64(EMPTY_ROOT if head is None else head.root),
            "checkpoint": None if head is None else services.ledger.checkpoint(head.size).decode(),
            "lock": None if services.vault is None else services.vault.grade().value,
            "state": state,
            **({} if reason is None else {"reason": reason}),
        }
    )


def newest(services: Services) -> TreeHead | None:
    """Return the newest head, or None before the ledger is founded."""
    try:
        return services.ledger.head()
    except NotFound:
        return None


def standing(services: Services, head: TreeHead | None) -> tuple[str, str | None]:
    """Return whether the ledger is unfounded, open, or read-only and why."""
    if services.ledger.refusal is not None:
        return "read-only", services.ledger.refusal
    return ("unfounded" if head is None else "open"), None


@router.get("/checkpoint", operation_id="checkpoint", response_class=Response)
def checkpoint(services: ServicesDep, size: SizeQuery = None) -> Response:
    """Return a signed checkpoint: the newest, or that of an earlier size."""
    return Response(services.ledger.checkpoint(size), media_type=_NOTE)


@router.post("/checkpoint", operation_id="show_checkpoint", openapi_extra=body_of(CheckpointForm))
def show_checkpoint(request: Request, services: ServicesDep, body: BodyDep) -> Response:
    """Take a checkpoint that somebody keeps: one of ours that we do not have stops all writing."""
    note = values.text(members(read_checked(body), frozenset({"checkpoint"}), "")["checkpoint"], "checkpoint")
    try:
        size = services.ledger.show_checkpoint(note.encode())
    except (ForkSeen, WritesRefused) as alarm:
        _log.critical("checkpoint_not_ours", code=alarm.code, message=alarm.message)
        raise
    told(request, size=size)
    return answer({"size": size})


@router.get("/consistency", operation_id="consistency")
def consistency(
    services: ServicesDep,
    old: Annotated[int, Query(ge=1, le=LARGEST)],
    new: Annotated[int, Query(ge=1, le=LARGEST)],
) -> Response:
    """Return the proof that the tree of one size is the beginning of a larger one (RFC 6962 2.1.2)."""
    return answer({"old": old, "new": new, "path": proof(services, old, new)})


def proof(services: Services, old: int, new: int) -> list[str]:
    """Return a consistency proof in base64. Raises NotFound for sizes that the ledger does not have."""
    if not 0 < old <= new:
        raise NotFound("tree size", str(old))
    return [values.to_base64(each) for each in services.ledger.consistency(old, new)]
