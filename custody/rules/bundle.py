"""Rules of bundle streams: request, sealing, issue, acknowledgement (bundle-v1, section 8).

Whether the heads of a sealing are exact is not judged here: only who has the ledger's rows can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from custody.rules.authority import require_case_role
from custody.rules.matter import NOTHING, Entails, Matter, case_of, exhibit_of
from custody.rules.names import broken
from custody.states import BundleState
from custody.values import CaseId, ExhibitId

MOST_EXHIBITS: Final = 1_000


def judge_requested(matter: Matter) -> Entails:
    """`bundle.requested.v1`: a closed case does not stand in the way."""
    if matter.view.state(matter.act.stream) is not None:
        raise broken("stream.begun")
    case = cast("CaseId | None", matter.public["case"])
    exhibits = cast(list[ExhibitId], matter.public["exhibits"])
    if (case is None) != bool(exhibits) or len(exhibits) > MOST_EXHIBITS:
        raise broken("bundle.scope", exhibits=len(exhibits))
    _require_roles(matter, case, exhibits)
    return NOTHING


def _require_roles(matter: Matter, case: CaseId | None, exhibits: Sequence[ExhibitId]) -> None:
    """Who acts is officer or prosecutor of each case concerned: for exhibits, of the case that each is in now."""
    concerned = {exhibit_of(matter.view, each).case for each in exhibits} if case is None else {case}
    for name in sorted(concerned):
        found = case_of(matter.view, name)
        require_case_role(matter.actor, matter.act.person, found, "officer", "prosecutor")


def _bundle(matter: Matter) -> BundleState:
    found = matter.view.state(matter.act.stream)
    if not isinstance(found, BundleState):
        raise broken("bundle.request")
    return found


def judge_sealed(matter: Matter) -> Entails:
    """`bundle.sealed.v1`: once, directly after its request, of a tree that holds the request and not itself."""
    bundle = _bundle(matter)
    if bundle.sealed is not None or (bundle.request, 2) != (matter.public["request"], matter.act.version):
        raise broken("bundle.request")
    if not bundle.requested_at < cast(int, matter.public["at"]) <= matter.view.size:
        raise broken("bundle.at")
    return NOTHING


def judge_issued(matter: Matter) -> Entails:
    """`bundle.issued.v1`."""
    sealing = _bundle(matter).sealed
    if sealing is None or sealing != matter.public["sealed"]:
        raise broken("bundle.sealing")
    return NOTHING


def judge_acknowledged(matter: Matter) -> Entails:
    """`bundle.acknowledged.v1`: by who might request the bundle now."""
    bundle = _bundle(matter)
    if matter.public["issued"] not in bundle.issues:
        raise broken("bundle.issue")
    _require_roles(matter, bundle.case, bundle.exhibits)
    return NOTHING
