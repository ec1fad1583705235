"""Acts that must not get in: replayed, from another ledger, by keys that are not good, on trees that are not ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from custody.act import Seen, Signature
from custody.canonical import Json
from custody.errors import (
    ForkSeen,
    RuleBroken,
    SeenTooOld,
    SignatureRefused,
    StaleStream,
    WritesRefused,
)
from custody.ports import Submission
from custody.values import to_base64
from events.checkpoint import LogKey
from events.database import Database
from events.ledger import StoredLedger
from tests.support import examples
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.ledgers import CASE, LOG_KEY, Office, usual

Attack = Callable[[Office], Submission]


def opening(who: Officer, name: str = "theirs", reference: str = "UKR9-25") -> Submission:
    """Return the opening of a new case, which any officer may do."""
    return who.compose(
        "case.opened.v1",
        f"case/{uuid_of(name)}",
        {},
        examples.case(reference),
        occurred_at="2026-11-22T12:00:00+02:00",
    )


def ledger_of(office: Office) -> StoredLedger:
    """Return the ledger itself."""
    assert isinstance(office.ledger, StoredLedger)
    return office.ledger


def revoked(office: Office) -> Submission:
    """The key was revoked before."""
    taras = office.person("taras")
    public: dict[str, Json] = {"key": taras.key.fingerprint, "untrusted_since": None}
    office.tell("olena", "person.key-revoked.v1", taras.person, public, {"reason": "lost"})
    return opening(office.person("taras"))


def of_a_session(office: Office) -> Submission:
    """The key is for sessions."""
    taras = office.person("taras")
    return opening(taras.with_key(taras.session))


def unconfirmed(office: Office) -> Submission:
    """The key was named by an administrator, and its owner has not confirmed it."""
    puppet = office.person("puppet")
    office.tell(
        "olena", "person.enrolled.v1", puppet.person, examples.enrolment(puppet), examples.enrolled("P")
    )
    office.tell("olena", "person.role-granted.v1", puppet.person, {"role": "officer"}, {"reason": None})
    return opening(office.person("puppet"))


def of_another_person(office: Office) -> Submission:
    """The key is good, and somebody else's."""
    office.enrol("iryna", "officer")
    return opening(office.person("taras").with_key(SigningKey.of("iryna")))


def of_nobody(office: Office) -> Submission:
    """Nobody enrolled the actor."""
    return opening(office.person("stranger"))


def deactivated(office: Office) -> Submission:
    """The actor was deactivated."""
    taras = office.person("taras")
    office.tell("olena", "person.deactivated.v1", taras.person, {}, {"reason": "left"})
    return opening(office.person("taras"))


def without_a_role(office: Office) -> Submission:
    """The actor's role was withdrawn."""
    taras = office.person("taras")
    office.tell("olena", "person.role-withdrawn.v1", taras.person, {"role": "officer"}, {"reason": "moved"})
    return opening(office.person("taras"))


def as_the_service(office: Office) -> Submission:
    """The service signs its own types of acts, and no others."""
    return opening(office.person("service"))


def of_another_ledger(office: Office) -> Submission:
    """The act was signed for another ledger."""
    taras = office.person("taras")
    return opening(replace(taras, ledger="0" * 64))  # type: ignore[arg-type]


def a_second_founding(office: Office) -> Submission:
    """A ledger is founded once."""
    founder, service = Officer.of("mallory"), Officer.of("mallory service")
    public = examples.founding(founder, service, vkey=office.ledger._log_key.vkey)
    return founder.compose("ledger.founded.v1", f"ledger/{uuid_of('other')}", public, {"deployment": "x"})


def of_an_unknown_type(office: Office) -> Submission:
    """A type that is not in the catalogue."""
    taras = office.person("taras")
    return taras.compose("case.burnt.v1", f"case/{uuid_of('x')}", {}, {})


ATTACKS = {
    "key.ended": revoked,
    "key.not-for-acts": of_a_session,
    "key.unconfirmed": unconfirmed,
    "key.unknown": of_another_person,
    "actor.unknown": of_nobody,
    "actor.deactivated": deactivated,
    "role.officer": without_a_role,
    "service.own-types": as_the_service,
    "act.other-ledger": of_another_ledger,
    "ledger.founded-once": a_second_founding,
    "act.unknown-type": of_an_unknown_type,
}


@pytest.mark.parametrize("rule", ATTACKS)
def test_an_act_that_may_not_be(database: Database, rule: str) -> None:
    """The act is refused by the rule that forbids it, and nothing is recorded."""
    office = usual(database)
    act = ATTACKS[rule](office)
    before = office.ledger.head()
    with pytest.raises(RuleBroken) as caught:
        office.append(act)
    assert rule == caught.value.rule
    assert before == office.ledger.head()


def test_a_weak_key_is_not_enrolled(database: Database) -> None:
    """A key of small order, under which anybody can sign, is refused when it is to be enrolled."""
    office = usual(database)
    puppet = office.person("puppet")
    weak: Json = {
        "algorithm": "ed25519",
        "spki": to_base64(puppet.key.spki[:12] + b"\1" + bytes(31)),
        "use": "act",
    }
    act = office.compose(
        "olena",
        "person.enrolled.v1",
        puppet.person,
        {"key": weak, "session_key": None},
        examples.enrolled("P"),
    )
    with pytest.raises(RuleBroken, match=r"key\.weak"):
        office.append(act)


def test_a_replayed_act_is_recorded_once(database: Database) -> None:
    """An act that is sent again, whoever sends it, gives its first receipt; its stream stays as it was."""
    office = usual(database)
    move = office.move(office.receive(case=CASE))
    office.append(move)
    before = office.ledger.head()
    for _ in range(3):
        assert office.append(move).replayed
    assert before == office.ledger.head()


def test_an_old_act_sent_later_is_stale(database: Database) -> None:
    """An act that was signed, held back, and overtaken cannot be slipped in."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    held_back = office.move(exhibit)
    office.append(
        office.compose("taras", "exhibit.moved.v1", exhibit, {}, {"place": examples.PLACE, "reason": "first"})
    )
    with pytest.raises(StaleStream):
        office.append(held_back)


def test_an_act_held_back_too_long(database: Database) -> None:
    """A server that answered with an error cannot record the act months later: what was seen has grown old."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    held_back = office.move(exhibit)
    office.tell("olena", "person.amended.v1", office.person("taras").person, {}, {"name": "T", "reason": "r"})
    office.clock.advance(days=60)
    with pytest.raises(SeenTooOld):
        office.append(held_back)


def test_a_signature_of_another_kind_of_message(database: Database) -> None:
    """What a key signed to sign in cannot be passed off as an act: the prefixes differ."""
    office = usual(database)
    taras = office.person("taras")
    act, disclosures = taras.act("case.opened.v1", f"case/{uuid_of('x')}", {}, examples.case("UKR9-25"))
    message = b"custody-session/1\n" + act.message.partition(b"\n")[2]
    with pytest.raises(SignatureRefused):
        office.append(Submission(act, disclosures, Signature("ed25519", taras.key.sign(message), None)))


# --- what signers saw ----------------------------------------------------------------------------------


def test_an_act_from_a_copied_ledger(database: Database) -> None:
    """An act signed on a copy that went another way names a root that is not ours: a fork is reported."""
    office = usual(database)
    head = office.ledger.head()
    taras = replace(office.person("taras"), seen=Seen(head.size, bytes(32)))
    with pytest.raises(ForkSeen):
        office.append(opening(taras))
    assert head == office.ledger.head()


def test_a_signer_who_saw_more_is_refused_and_stops_nobody(database: Database) -> None:
    """An act may claim to have seen a head that we do not have: refused, and others go on."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    head = office.ledger.head()
    taras = replace(office.person("taras"), seen=Seen(head.size + 5, head.root))
    with pytest.raises(WritesRefused):
        office.append(opening(taras))
    assert head == office.ledger.head()
    office.append(office.move(exhibit))


def test_a_restored_backup_stops_writing(database: Database) -> None:
    """A head signed with our own key that we do not have shows an old backup: nothing is taken any more."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    ledger = ledger_of(office)
    newer = LOG_KEY.sign(office.ledger.head().size + 5, bytes(32))
    head = office.ledger.head()
    with pytest.raises(WritesRefused):
        ledger.show_checkpoint(newer)
    with pytest.raises(WritesRefused):
        office.append(office.move(exhibit))
    assert ledger.refusal is not None
    assert head == office.ledger.head()


def test_a_fork_that_is_shown_stops_writing(database: Database) -> None:
    """A head of our own size with another root, signed with our own key, means a second ledger: writing stops."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    ledger = ledger_of(office)
    with pytest.raises(ForkSeen):
        ledger.show_checkpoint(LOG_KEY.sign(office.ledger.head().size, bytes(32)))
    with pytest.raises(WritesRefused):
        office.append(office.move(exhibit))


def test_a_checkpoint_of_another_key_proves_nothing(database: Database) -> None:
    """Whoever makes up a newer head under a key of their own is not listened to."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    origin = LOG_KEY.origin
    with pytest.raises(SignatureRefused):
        ledger_of(office).show_checkpoint(LogKey.from_seed(origin, bytes(32)).sign(10_000, bytes(32)))
    ledger_of(office).show_checkpoint(office.ledger.checkpoint())
    office.append(office.move(exhibit))


def test_a_stranger_cannot_stop_writing(database: Database) -> None:
    """Only a good signature of an enrolled key is listened to: a stranger's claim to have seen more changes nothing."""
    office = usual(database)
    head = office.ledger.head()
    taras = replace(office.person("taras"), seen=Seen(head.size + 5, head.root))
    forged = opening(taras)
    value = bytes(64)
    with pytest.raises(SignatureRefused):
        office.append(Submission(forged.act, forged.disclosures, Signature("ed25519", value, None)))
    office.append(opening(office.person("taras")))


def test_a_puppet_officer_leaves_a_trace(database: Database) -> None:
    """An administrator can enrol a puppet, but only in their own name, and it handles nothing that it was not given."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    office.enrol("puppet", "officer")
    enrolment = office.ledger.stream(office.person("puppet").person)[0].entry.act  # type: ignore[arg-type]
    assert office.person("olena").person == enrolment.person
    with pytest.raises(RuleBroken, match="continuity"):
        office.append(office.move(exhibit, "puppet"))
    with pytest.raises(RuleBroken, match="role"):
        office.tell(
            "puppet",
            "case.member-added.v1",
            CASE,
            {"person": office.person("puppet").person, "role": "custodian"},
            {"reason": None},
        )


def test_a_clock_liar(database: Database) -> None:
    """An officer cannot date an act before the one it follows, nor before its collection, nor into the future."""
    office = usual(database)
    exhibit = office.receive(case=CASE)
    for at in ("2026-11-21T12:00:00+02:00", "2026-11-22T12:06:00+02:00"):
        with pytest.raises(RuleBroken):
            office.append(office.move(exhibit, occurred_at=at))
