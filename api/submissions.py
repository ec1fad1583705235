"""Signed acts of a request, read and checked as far as that needs no ledger: the hot path of writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api import bodies
from custody.act import MAX_BATCH, Act, read_act, read_disclosures, read_signature
from custody.canonical import Json
from custody.errors import Malformed, NotPermitted
from custody.ports import Submission
from custody.values import PersonId

_ENVELOPE: Final = frozenset({"acts"})
_ACT: Final = frozenset({"act", "disclosures", "signature"})


def read_submissions(body: bytes) -> tuple[Submission, ...]:
    """Return the acts of `{acts: [{act, disclosures, signature}, ...]}`, at least one. Raises Malformed, TooLarge."""
    envelope = bodies.members(bodies.read_json(body), _ENVELOPE, "")
    acts = bodies.listed(envelope["acts"], "acts", most=MAX_BATCH)
    return tuple(read_submission(each, f"acts[{place}]") for place, each in enumerate(acts))


def read_submission(value: Json, path: str) -> Submission:
    """Return one act `{act, disclosures, signature}`. Raises Malformed."""
    found = bodies.members(value, _ACT, path)
    act = read_act(found["act"], f"{path}.act")
    disclosures = read_disclosures(found["disclosures"], act, f"{path}.disclosures")
    return Submission(act, disclosures, read_signature(found["signature"], f"{path}.signature"))


def require_own(acts: Sequence[Act], person: PersonId) -> None:
    """Raise NotPermitted unless the person of the session is every act's actor."""
    if any(act.person != person for act in acts):
        raise NotPermitted("session.other-person", "an act is another person's than the session's")


def require_one_actor(acts: Sequence[Act]) -> PersonId:
    """Return the one actor of acts that come without a session. Raises Malformed."""
    if len({act.person for act in acts}) != 1:
        raise Malformed("acts", "are of several persons")
    return acts[0].person
