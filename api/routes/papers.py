"""Court papers of an issued bundle: those in the zip as they went into it, and drafts for a lawyer's review."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from api.bundles import register
from api.bundles.pinned import CHECKPOINT
from api.bundles.sending import issue_of, zip_of
from api.court.papers import DRAFTS, GRAPH, PDF, STATEMENT, Papers
from api.requests import UuidPath, WhoDep
from api.schemas import PROBLEMS
from api.services import ServicesDep
from custody.errors import NotFound
from custody.values import StreamName
from events.bundling.records import BundleRecords

router = APIRouter(tags=["bundles"], responses=PROBLEMS)

_TYPES: Final = {STATEMENT: PDF, GRAPH: "application/ld+json"} | dict.fromkeys(DRAFTS, PDF)


@router.get(
    "/bundles/{bundle}/papers/{name}",
    operation_id="bundle_paper",
    response_class=Response,
    responses={200: {"description": "The paper", "content": {PDF: {}, "application/ld+json": {}}}},
)
def paper(
    bundle: UuidPath,
    name: Annotated[str, Path(description=", ".join(_TYPES))],
    services: ServicesDep,
    who: WhoDep,
) -> Response:
    """Return a paper of the newest issue: statement and graph as they went into the zip, or a draft made now."""
    if name not in _TYPES:
        raise NotFound("paper", "of this name")
    stream = StreamName(f"bundle/{bundle}")
    register.require_holder(services, who, stream)
    kept = services.bundles.get(stream, zip_of(issue_of(services, stream, None))).contents
    records = BundleRecords(services.ledger, stream, kept[CHECKPOINT])
    register.require_cases(services, who, records.cases)
    if name in DRAFTS:
        content = Papers(records, kept[CHECKPOINT]).draft(name)
    elif (found := kept.get(f"data/{name}")) is not None:
        content = found
    else:
        raise NotFound("paper", f"{name} of {stream}")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=_TYPES[name])
