"""The rules of acts-v1 and continuity-v1: whether an act may be recorded, after all that was before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from custody.act import Act
from custody.canonical import Json
from custody.catalogue import CATALOGUE, check_body, read_public
from custody.errors import StaleStream
from custody.rules import bundle, case, exhibit, ledger, person, service, transfer
from custody.rules.authority import actor_of
from custody.rules.matter import Entails, Matter
from custody.rules.names import RULES, broken
from custody.states import KeyState, State, View
from custody.values import CaseId

__all__ = ["RULES", "Decision", "View", "judge", "require_next"]

FOUNDED: Final = "ledger.founded.v1"

_JUDGES: Final[Mapping[str, Callable[[Matter], Entails]]] = {
    "ledger.clock-corrected.v1": ledger.judge_clock_corrected,
    "person.enrolled.v1": person.judge_enrolled,
    "person.confirmed.v1": person.judge_confirmed,
    "person.key-added.v1": person.judge_key_added,
    "person.key-revoked.v1": person.judge_key_revoked,
    "person.recovery-proposed.v1": person.judge_recovery_proposed,
    "person.recovery-approved.v1": person.judge_recovery_approved,
    "person.role-granted.v1": person.judge_role_granted,
    "person.role-withdrawn.v1": person.judge_role_withdrawn,
    "person.deactivated.v1": person.judge_deactivated,
    "person.reactivated.v1": person.judge_reactivated,
    "person.amended.v1": person.judge_amended,
    "case.opened.v1": case.judge_opened,
    "case.amended.v1": case.judge_amended,
    "case.closed.v1": case.judge_closed,
    "case.reopened.v1": case.judge_reopened,
    "case.member-added.v1": case.judge_member_added,
    "case.member-removed.v1": case.judge_member_removed,
    "exhibit.received.v1": exhibit.judge_received,
    "exhibit.amended.v1": exhibit.judge_amended,
    "exhibit.moved.v1": exhibit.judge_moved,
    "exhibit.recorded-in-error.v1": exhibit.judge_recorded_in_error,
    "exhibit.case-corrected.v1": exhibit.judge_case_corrected,
    "transfer.offered.v1": transfer.judge_offered,
    "transfer.accepted.v1": transfer.judge_accepted,
    "transfer.declined.v1": transfer.judge_declined,
    "transfer.withdrawn.v1": transfer.judge_withdrawn,
    "access.recorded.v1": service.judge_access,
    "fixity.checked.v1": service.judge_fixity,
    "bundle.requested.v1": bundle.judge_requested,
    "bundle.sealed.v1": bundle.judge_sealed,
    "bundle.issued.v1": bundle.judge_issued,
    "bundle.acknowledged.v1": bundle.judge_acknowledged,
}


class Decision(NamedTuple):
    """What recording the act entails.

    `ordinal_for`: the case in which the exhibit gets the next number (`assigned.ordinal`), or None.
    `unique`: pairs (kind, value) that no earlier entry may have taken (`case-reference`, `seal`, `file`, `key`).
    `key`: the actor's key, with which the signature is to be verified; its algorithm must be the signature's.
    """

    ordinal_for: CaseId | None
    unique: tuple[tuple[str, str], ...]
    key: KeyState


def judge(act: Act, opened: Mapping[str, Json] | None, view: View) -> Decision:
    """Return what recording `act` entails, or raise RuleBroken with the name of the rule that forbids it.

    `opened` are the values of the body by member name; None when they are withheld, as for a verifier:
    then public data and member names are judged. Raises Malformed for members that are not of the type.
    Not judged here: the signature, version and previous (`require_next`), clocks (`custody.clocks`).
    """
    known = CATALOGUE.get(act.type)
    if known is None:
        raise broken("act.unknown-type", type=act.type)
    if act.kind != known.stream:
        raise broken("act.wrong-stream", type=act.type)
    public = read_public(act)
    check_body(act, opened)
    if act.type == FOUNDED:
        key, unique = ledger.judge_founding(act, view)
        return Decision(None, unique, key)
    _require_here(act, view)
    actor, key = actor_of(act, view)
    matter = Matter(act=act, public=public, opened=opened, view=view, actor=actor, key=key)
    entails = _JUDGES[act.type](matter)
    return Decision(entails.ordinal_for, entails.unique, key)


def _require_here(act: Act, view: View) -> None:
    if act.ledger is None or act.ledger != view.ledger_id:
        raise broken("act.other-ledger")
    if act.seen is None:
        raise broken("act.nothing-seen")


def require_next(act: Act, state: State | None) -> None:
    """Raise StaleStream unless `act` follows directly on `state`, its stream's present state."""
    version = 0 if state is None else state.version
    previous = None if state is None else state.previous
    if act.version != version + 1 or act.previous != previous:
        raise StaleStream(act.stream, version=version, previous=previous)
