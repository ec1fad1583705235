"""Records acts: places proved, rules asked, acts composed and signed here, receipts checked before they count."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from custody_cli import answers, evidence, receipts, refusals
from custody_cli.compose import FIRST, Composed, Draft, Place, Signer, claimed, compose, normal, sign
from custody_cli.contact import Contact
from custody_cli.faults import Fault, IntegrityFault, Misuse, Unreachable
from custody_cli.keys import Key
from custody_cli.messages import say
from custody_cli.receipts import Kept
from custody_verifier.canonical import Json

TRIES = 3


def record(contact: Contact, drafts: Sequence[Draft], key: Key | None = None) -> list[Kept]:
    """Record acts by the officer, several under one signature, and return their receipts.

    1. what the officer said for all acts (late); 2. the places, proved; 3. what the rules say; 4. compose and
    sign; 5. send; 6. check and keep the receipts. With --dry-run it ends after 3 with no receipts.
    `key` signs instead of the officer's act key. Raises Faults; nothing is signed after an IntegrityFault.
    """
    wanted = [with_late(each, contact.settings.late) for each in drafts]
    at = claimed(contact.settings.at)
    places = places_of(contact, wanted)
    ask_rules(contact, wanted, places, at)
    if contact.settings.dry_run:
        return []
    signed = sign_drafts(contact, wanted, places, at, key)
    return send(contact, signed, str(uuid.uuid4()))


def places_of(contact: Contact, drafts: Sequence[Draft]) -> list[Place | None]:
    """Return the proved place of each act; None for one that follows an earlier one of the list."""
    seen: set[str] = set()
    places: list[Place | None] = []
    for draft in drafts:
        if draft.stream in seen:
            places.append(None)
        else:
            places.append(FIRST if draft.first else evidence.head(contact, draft.stream).next)
        seen.add(draft.stream)
    return places


def ask_rules(contact: Contact, drafts: Sequence[Draft], places: Sequence[Place | None], at: str) -> None:
    """Ask the server what the rules say; its version and previous must be the ones that were proved here.

    Raises Misuse with the rule that refuses, IntegrityFault when the server tells of another place or ledger.
    """
    asked: list[Json] = [
        {
            "type": each.type,
            "stream": each.stream,
            "public": normal(dict(each.public)),
            "opened": normal(dict(each.opened)),
            "occurred_at": at,
        }
        for each in drafts
    ]
    told = contact.door.post("/acts/check", {"acts": asked, "seen": contact.seen.size})
    if answers.text(told, "ledger") != contact.pin.ledger:
        raise IntegrityFault("pin.other", what=say("field.ledger"), pinned=contact.pin.ledger)
    checks = answers.items(told, "checks")
    if len(checks) != len(drafts):
        raise IntegrityFault("answer.shape", path="checks")
    for check, place in zip(checks, places, strict=True):
        _require_allowed(check)
        if place is not None:
            _require_place(check, place)
    contact.advance(answers.text(told, "checkpoint"))


def sign_drafts(
    contact: Contact, drafts: Sequence[Draft], places: Sequence[Place | None], at: str, key: Key | None = None
) -> list[dict[str, Json]]:
    """Return the acts of drafts, signed; each act of a stream follows the one before it in the list."""
    act_key = key or contact.profile.key("act", contact.passphrase)
    signer = Signer(
        person=contact.person.person,
        key=act_key,
        ledger=contact.pin.ledger,
        seen=contact.seen,
        occurred_at=at,
    )
    composed: list[Composed] = []
    following: dict[str, Place] = {}
    for draft, place in zip(drafts, places, strict=True):
        act = compose(draft, place or following[draft.stream], signer)
        following[draft.stream] = Place(_version(act) + 1, act.hash)
        composed.append(act)
    return sign(composed, act_key)


def send(contact: Contact, signed: Sequence[Mapping[str, Json]], idempotency_key: str) -> list[Kept]:
    """Send signed acts until the server says what became of them, and return their checked receipts.

    The acts are kept in `unsent/` meanwhile: sending them again under the same key records them once.
    """
    name = f"unsent/{idempotency_key}.json"
    submitted = [dict(each) for each in signed]
    contact.profile.save(name, {"acts": [*submitted], "key": idempotency_key})
    try:
        kept = deliver(contact, submitted, idempotency_key)
    except (Unreachable, IntegrityFault):
        raise  # it may be recorded: what was signed stays in unsent/
    except Fault:
        (contact.profile.folder / name).unlink()
        raise
    (contact.profile.folder / name).unlink()
    return kept


def deliver(contact: Contact, submitted: Sequence[dict[str, Json]], idempotency_key: str) -> list[Kept]:
    """Send signed acts; check their receipts, keep them and the newest checkpoint. Raises IntegrityFault."""
    told = _post(contact, submitted, idempotency_key)
    listed = answers.items(told, "receipts")
    if len(listed) != len(submitted):
        raise IntegrityFault("answer.shape", path="receipts")
    found = [receipts.read(contact.pin, each) for each in listed]
    for each, sent in zip(found, submitted, strict=True):
        receipts.require_of(each, sent)
        contact.require_consistent(each.note)  # under a forked checkpoint a receipt proves nothing
    for each in found:
        receipts.keep(contact.profile, each)
    return found


def _post(contact: Contact, submitted: Sequence[dict[str, Json]], idempotency_key: str) -> Json:
    for left in reversed(range(TRIES)):
        try:
            return contact.door.post("/acts", {"acts": [*submitted]}, idempotency_key)
        except Unreachable:
            if not left:
                raise
    raise AssertionError


def with_late(draft: Draft, reason: str | None) -> Draft:
    """Return a draft, marked late when there is a reason for it."""
    if reason is None:
        return draft
    return replace(
        draft, public={**draft.public, "late": True}, opened={**draft.opened, "late_reason": reason}
    )


def _require_allowed(check: Json) -> None:
    if answers.truth(check, "allowed"):
        return
    raise refusals.fault(Misuse, answers.record(check, "check"))


def _require_place(check: Json, place: Place) -> None:
    told = Place(answers.whole(check, "version"), answers.optional_text(check, "previous"))
    if told != place:
        raise IntegrityFault("check.place", told=told.version, proved=place.version)


def _version(act: Composed) -> int:
    version = act.act["version"]
    if not isinstance(version, int):
        raise TypeError(version)
    return version
