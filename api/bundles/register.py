"""The register of bundles, from the ledger alone: what left the house, for whom, why, and what they acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from api import permissions
from api.documents import place_of
from api.identity import Who
from api.people import People, open_entries
from api.services import Services
from custody.canonical import Json
from custody.catalogue.bundle import ISSUED, SEALED
from custody.errors import Malformed, NotFound, NotPermitted
from custody.history import OpenEntry
from custody.states import BundleState, CaseState, ExhibitState
from custody.values import CaseId, StreamName

ACKNOWLEDGED: Final = "bundle.acknowledged.v1"
BUNDLE_HOLDERS: Final = "role.bundle-holders"

_ASKS: Final = frozenset({"officer", "prosecutor"})
_PIECE: Final = 100  # bundles looked at in one go while a page is filled


def require_listed(services: Services, who: Who, bundle: StreamName) -> None:
    """Raise NotFound unless the person may know of a bundle.

    Officers and prosecutors of the cases concerned may, who asked for it, and auditors. Raises NotPermitted for
    administrators.
    """
    permissions.refuse_administrator(who)
    state = _state(services, bundle)
    if who.is_auditor or _is_concerned(services, who, state):
        return
    if services.ledger.stream(bundle)[0].entry.act.person != who.person:
        raise NotFound("bundle", bundle)


def require_holder(services: Services, who: Who, bundle: StreamName) -> BundleState:
    """Return a bundle that the person may make and fetch: as those who may ask for it now.

    Raises NotFound for who may not know of it, NotPermitted for who may know of it only.
    """
    require_listed(services, who, bundle)
    state = _state(services, bundle)
    if not _is_concerned(services, who, state):
        raise _not_theirs()
    return state


def require_cases(services: Services, who: Who, cases: Iterable[CaseId]) -> None:
    """Raise NotPermitted unless the person may ask for bundles of each case whose values are in a bundle.

    A bundle of one case may hold values of others, in which who asked for it had a role (bundle-v1, 8.1 rule 2).
    """
    if not all(_asks_for(services, who, each) for each in cases):
        raise _not_theirs()


def _not_theirs() -> NotPermitted:
    return NotPermitted(BUNDLE_HOLDERS, "bundles go to officers and prosecutors of every case concerned")


def _state(services: Services, bundle: StreamName) -> BundleState:
    state = services.view.state(bundle)
    if not isinstance(state, BundleState):
        raise NotFound("bundle", bundle)
    return state


def _is_concerned(services: Services, who: Who, state: BundleState) -> bool:
    """Tell whether a person is officer or prosecutor of the case of the scope, or of each exhibit's present case."""
    view = services.view
    exhibits = (view.state(StreamName(each)) for each in state.exhibits)
    cases = {each.case for each in exhibits if isinstance(each, ExhibitState)}
    cases |= set() if state.case is None else {state.case}
    return bool(cases) and all(_asks_for(services, who, each) for each in cases)


def _asks_for(services: Services, who: Who, case: CaseId) -> bool:
    state = services.view.state(StreamName(case))
    return isinstance(state, CaseState) and bool(state.roles(who.person) & _ASKS)


def page(services: Services, who: Who, cursor: str | None, limit: int) -> dict[str, object]:
    """Return bundles that the person may know of, newest first; the cursor is the index of the last request."""
    permissions.refuse_administrator(who)
    before, people = _before(cursor), People(services)
    shown: list[dict[str, object]] = []
    while rows := services.projections.bundles(before, _PIECE):
        for first, bundle in rows:
            before = first
            if not _may_know(services, who, bundle):
                continue
            if len(shown) == limit:
                return {"items": shown, "next_cursor": str(_index(shown[-1]))}
            shown.append(document(services, bundle, people))
    return {"items": shown, "next_cursor": None}


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 16:
        raise Malformed("cursor", "was not given by this list")
    return int(cursor)


def _index(told: dict[str, object]) -> object:
    requested = told["requested"]
    return requested["index"] if isinstance(requested, dict) else None


def _may_know(services: Services, who: Who, bundle: StreamName) -> bool:
    try:
        require_listed(services, who, bundle)
    except NotFound:
        return False
    return True


def document(services: Services, bundle: StreamName, people: People | None = None) -> dict[str, object]:
    """Return what is told of one bundle: request, sealing, issues, acknowledgements. Raises NotFound."""
    entries = open_entries(services, bundle)
    if not entries:
        raise NotFound("bundle", bundle)
    people, request = people or People(services), entries[0]
    state, public = _state(services, bundle), request.recorded.entry.act.public
    sendable = {each.sha256 for each in services.bundles.made(bundle)}
    return {
        "bundle": bundle,
        **{name: public[name] for name in ("case", "exhibits", "also")},
        "requested": _place(request, people),
        **{name: request.opened.get(name) for name in ("recipient", "purpose", "contents")},
        "sealed": next((_sealed(each) for each in _of(entries, SEALED)), None),
        "issues": [_issue(each, sendable) for each in _of(entries, ISSUED)],
        "acknowledgements": [_acknowledged(each, people) for each in _of(entries, ACKNOWLEDGED)],
        "version": state.version,
        "previous": state.previous,
    }


def _of(entries: Sequence[OpenEntry], act_type: str) -> list[OpenEntry]:
    return [each for each in entries if each.recorded.entry.act.type == act_type]


def _place(entry: OpenEntry, people: People) -> dict[str, object]:
    act = entry.recorded.entry.act
    return {**place_of(entry.recorded), "by": people.named(act.person, entry.recorded.index)}


def _sealed(entry: OpenEntry) -> dict[str, object]:
    public = entry.recorded.entry.act.public
    return {**place_of(entry.recorded), "at": public["at"], "streams": public["streams"]}


def _issue(entry: OpenEntry, sendable: set[str]) -> dict[str, object]:
    act = entry.recorded.entry.act
    sha256: Json = act.public["sha256"]
    return {
        **place_of(entry.recorded),
        "act": act.hash,
        "sha256": sha256,
        "size": act.public["size"],
        "can_be_sent": sha256 in sendable,
    }


def _acknowledged(entry: OpenEntry, people: People) -> dict[str, object]:
    values = {name: entry.opened.get(name) for name in ("by", "on", "remarks")}
    return {
        **_place(entry, people),
        "issued": entry.recorded.entry.act.public["issued"],
        "acknowledgement": values,
    }
