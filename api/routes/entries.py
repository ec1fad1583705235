"""Single entries, receipts, proofs, and how streams stand: what clients check for themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api import permissions
from api.backing import receipt_of, signed_of, upgraded_of
from api.identity import Who
from api.requests import LARGEST, IndexPath, NewcomerDep, UuidPath, answer
from api.schemas import PROBLEMS
from api.services import Services, ServicesDep
from custody import values
from custody.canonical import Json
from custody.errors import NotFound, NotPermitted
from custody.ports import Recorded
from custody.values import StreamName
from custody.verdict import Grade

router = APIRouter(tags=["entries"], responses=PROBLEMS)

Kind = Literal["ledger", "person", "case", "exhibit", "access", "fixity", "bundle"]
LeastGrade = Annotated[
    Literal["signed", "witnessed", "time-stamped"],
    Query(
        description="`witnessed`: the quorum of the witness policy stands behind it; "
        "`time-stamped`: a time-stamping authority has stamped its checkpoint"
    ),
]
_OPEN_KINDS = frozenset({"ledger", "person"})  # everybody may know of these, empty ones too


@router.get("/entries/{index}", operation_id="entry")
def entry(index: IndexPath, services: ServicesDep, who: NewcomerDep) -> Response:
    """Return an entry's bytes, the disclosures that the person may see, and its time bracket (log-v1 9.6)."""
    recorded = _require(services, who, index)
    act = recorded.entry.act
    found = permissions.shown(who, act, services.ledger.disclosures(index) if act.body else ())
    disclosures: list[list[Json]] = [[each.salt, each.name, each.value] for each in found]
    return answer(
        {
            "index": index,
            "entry": values.to_base64(recorded.entry.data),
            "disclosures": disclosures,
            "bracket": services.time_stamps.brackets.of(index).told(),
        }
    )


@router.get("/receipts/{index}", operation_id="receipt")
def receipt(
    index: IndexPath, services: ServicesDep, who: NewcomerDep, min_grade: LeastGrade = "signed"
) -> Response:
    """Return a receipt of an entry: under the newest checkpoint, or a published one that others stand behind."""
    _require(services, who, index)
    log = services.log
    if min_grade == "signed":
        return answer(receipt_of(services.ledger.receipt(index)) | signed_of(log.policy))
    return answer(upgraded_of(log.policy, log.upgrade.at_least(index, Grade(min_grade))))


@router.get("/inclusion", operation_id="inclusion")
def inclusion(
    services: ServicesDep,
    who: NewcomerDep,
    index: Annotated[int, Query(ge=0, le=LARGEST)],
    size: Annotated[int, Query(ge=1, le=LARGEST)],
) -> Response:
    """Return the proof that an entry is in the tree of a size (RFC 6962 2.1.1)."""
    del who
    if index >= size:
        raise NotFound("entry", str(index))
    path = [values.to_base64(each) for each in services.ledger.inclusion(index, size)]
    return answer({"index": index, "size": size, "path": path})


@router.get("/streams/{kind}/{stream}", operation_id="stream")
def stream(kind: Kind, stream: UuidPath, services: ServicesDep, who: NewcomerDep) -> Response:
    """Return the indexes of a stream's entries, and what its next act must carry."""
    name = StreamName(f"{kind}/{stream}")
    _require_stream(services, who, name)
    entries = services.ledger.stream(name)
    last = entries[-1].entry.act if entries else None
    return answer(
        {
            "stream": name,
            "version": 0 if last is None else last.version,
            "previous": None if last is None else last.hash,
            "entries": [each.index for each in entries],
        }
    )


def _require_stream(services: Services, who: Who, name: StreamName) -> None:
    kind, _, number = name.partition("/")
    if kind in _OPEN_KINDS:
        return
    known = name if kind in {"case", "exhibit", "bundle"} else StreamName(f"exhibit/{number}")
    permissions.require_stream(services.view, who, known)


def _require(services: Services, who: Who, index: int) -> Recorded:
    """Return an entry that the person may see. Raises NotFound, for those that are there and hidden as well."""
    if index >= services.ledger.head().size:
        raise NotFound("entry", str(index))
    recorded = next(iter(services.ledger.entries(index, index + 1)))
    try:
        permissions.require_entry(services.view, who, recorded.entry.act)
    except NotPermitted:
        raise NotFound("entry", str(index)) from None
    return recorded
