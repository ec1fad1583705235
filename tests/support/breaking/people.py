"""Stories that break the rules of every act, of keys, persons and their roles, of the ledger and its clock."""

from __future__ import annotations

from dataclasses import replace

from custody.canonical import Json
from custody.clocks import require_correction, require_occurred
from custody.values import LedgerId, to_base64
from tests.support import examples
from tests.support.breaking.table import (
    NOBODY,
    REASON,
    Breaking,
    offered,
    person_of,
    two_administrators,
)
from tests.support.composing import Officer, SigningKey, uuid_of
from tests.support.story import CASE, START, Story, usual

breaks = Breaking()


# --- every act -----------------------------------------------------------------------------------------


@breaks("act.unknown-type")
def _() -> object:
    story = usual()
    return story.tell("taras", "case.praised.v1", CASE)


@breaks("act.wrong-stream")
def _() -> object:
    story = usual()
    return story.tell("taras", "case.closed.v1", f"exhibit/{uuid_of('x')}", {}, REASON)


@breaks("act.other-ledger")
def _() -> object:
    story = usual()
    stranger = replace(story.person("taras"), ledger=LedgerId("00" * 32))
    return story.tell(stranger, "case.closed.v1", CASE, {}, REASON)


@breaks("act.nothing-seen")
def _() -> object:
    story = usual()
    return story.tell(replace(story.person("taras"), seen=None), "case.closed.v1", CASE, {}, REASON)


@breaks("stream.begun")
def _() -> object:
    story = usual()
    return story.tell("taras", "case.opened.v1", CASE, {}, examples.case("UKR3-25"))


# --- who acts, with what key ---------------------------------------------------------------------------


@breaks("actor.unknown")
def _() -> object:
    return usual().tell("stranger", "case.closed.v1", CASE, {}, REASON)


@breaks("actor.deactivated")
def _() -> object:
    story = usual()
    story.tell("olena", "person.deactivated.v1", person_of("taras"), {}, REASON)
    return story.tell("taras", "case.closed.v1", CASE, {}, REASON)


@breaks("key.unknown")
def _() -> object:
    story = usual()
    other = story.person("taras").with_key(SigningKey.of("found in the street"))
    return story.tell(other, "case.closed.v1", CASE, {}, REASON)


@breaks("key.not-for-acts")
def _() -> object:
    story = usual()
    taras = story.person("taras")
    return story.tell(taras.with_key(taras.session), "case.closed.v1", CASE, {}, REASON)


@breaks("key.unconfirmed")
def _() -> object:
    story = usual()
    new = Officer.of("new")
    story.tell("olena", "person.enrolled.v1", new.person, examples.enrolment(new), examples.enrolled("new"))
    return story.tell("new", "person.amended.v1", new.person, {}, {"name": "other", **REASON})


@breaks("key.ended")
def _() -> object:
    story = usual()
    public: dict[str, Json] = {"key": story.person("taras").key.fingerprint, "untrusted_since": None}
    story.tell("taras", "person.key-revoked.v1", person_of("taras"), public, REASON)
    return story.tell("taras", "case.closed.v1", CASE, {}, REASON)


@breaks("key.weak")
def _() -> object:
    story = usual()
    spki = Officer.of("puppet").key.spki[:12] + b"\1" + bytes(31)  # the neutral point
    public: dict[str, Json] = {
        "key": {"algorithm": "ed25519", "spki": to_base64(spki), "use": "act"},
        "session_key": None,
    }
    return story.tell("olena", "person.enrolled.v1", NOBODY, public, examples.enrolled("puppet"))


@breaks("service.own-types")
def _() -> object:
    return usual().tell("service", "case.closed.v1", CASE, {}, REASON)


def _access(story: Story, exhibit: str, *, by: str = "service", stream: str | None = None) -> object:
    public: dict[str, Json] = {"exhibit": exhibit, "person": person_of("petro"), "what": "view"}
    body: dict[str, Json] = {"file": None, "purpose": None, "session": "s-1"}
    name = stream or exhibit.replace("exhibit", "access")
    return story.tell(by, "access.recorded.v1", name, public, body)


@breaks("service.only")
def _() -> object:
    story, exhibit, _offer = offered()
    return _access(story, exhibit, by="taras")


@breaks("service.stream")
def _() -> object:
    story, exhibit, _offer = offered()
    return _access(story, exhibit, stream=f"access/{uuid_of('another')}")


@breaks("role.administrator")
def _() -> object:
    return usual().tell("taras", "person.deactivated.v1", person_of("iryna"), {}, REASON)


@breaks("role.administrator-excluded")
def _() -> object:
    story = usual()
    story.tell(
        "olena", "person.role-granted.v1", person_of("taras"), {"role": "administrator"}, {"reason": None}
    )
    return story.receive(case=CASE)


@breaks("role.officer")
def _() -> object:
    return usual().open_case("second", by="petro", reference="UKR3-25")


@breaks("role.in-case")
def _() -> object:
    return usual().receive(case=CASE, by="petro")


# --- the ledger ----------------------------------------------------------------------------------------


def _founding(**changes: Json) -> object:
    story = Story()
    founder, service = story.person("olena"), story.person("service")
    public = examples.founding(founder, service) | changes
    name = f"ledger/{uuid_of('ledger')}"
    return story.tell(founder, "ledger.founded.v1", name, public, {"deployment": "Kyiv"})


@breaks("ledger.founded-once")
def _() -> object:
    story = usual()
    public = examples.founding(story.person("olena"), story.person("service"))
    stream = f"ledger/{uuid_of('second ledger')}"
    return story.tell("olena", "ledger.founded.v1", stream, public, {"deployment": "Kyiv"})


@breaks("ledger.founder-signs")
def _() -> object:
    other = Officer.of("other")
    return _founding(founder={"key": other.key.public(), "person": other.person, "session_key": None})


@breaks("ledger.founder-apart")
def _() -> object:
    founder = Officer.of("olena")
    return _founding(service={"key": founder.key.public(), "person": person_of("service")})


@breaks("ledger.log-name")
def _() -> object:
    return _founding(origin="custody.example/00000000")


# --- persons -------------------------------------------------------------------------------------------


def enrol(story: Story, name: str, officer: Officer, **changes: Json) -> object:
    """Enrol somebody's keys on a person's stream."""
    public = examples.enrolment(officer) | changes
    return story.tell("olena", "person.enrolled.v1", name, public, examples.enrolled("somebody"))


@breaks("person.unknown")
def _() -> object:
    return usual().tell("olena", "person.deactivated.v1", NOBODY, {}, REASON)


@breaks("person.already-enrolled")
def _() -> object:
    return enrol(usual(), person_of("service"), Officer.of("other"))


@breaks("person.not-oneself")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", person_of("olena"), {"role": "officer"}, body)


@breaks("person.only-oneself")
def _() -> object:
    story = usual()
    public: dict[str, Json] = {"key": SigningKey.of("spare").public(), "proof": None}
    return story.tell("olena", "person.key-added.v1", person_of("taras"), public)


@breaks("person.oneself-or-administrator")
def _() -> object:
    return usual().tell("taras", "person.amended.v1", person_of("iryna"), {}, {"name": "other", **REASON})


@breaks("person.already-inactive")
def _() -> object:
    story = usual()
    story.tell("olena", "person.deactivated.v1", person_of("taras"), {}, REASON)
    return story.tell("olena", "person.deactivated.v1", person_of("taras"), {}, REASON)


@breaks("person.already-active")
def _() -> object:
    return usual().tell("olena", "person.reactivated.v1", person_of("taras"), {}, REASON)


@breaks("key.not-awaiting")
def _() -> object:
    story = usual()
    taras = story.person("taras")
    return story.tell(taras, "person.confirmed.v1", taras.person, {"key": taras.key.fingerprint})


@breaks("key.known")
def _() -> object:
    story = usual()
    taras = story.person("taras")
    return story.tell(taras, "person.key-added.v1", taras.person, {"key": taras.key.public(), "proof": None})


@breaks("key.proof")
def _() -> object:
    story = usual()
    taras = story.person("taras")
    public: dict[str, Json] = {"key": SigningKey.of("browser", use="session").public(), "proof": None}
    return story.tell(taras, "person.key-added.v1", taras.person, public)


def revoke(story: Story, by: str, of: str, key: str) -> object:
    """Revoke a key of a person."""
    public: dict[str, Json] = {"key": key, "untrusted_since": None}
    return story.tell(by, "person.key-revoked.v1", person_of(of), public, REASON)


@breaks("key.not-theirs")
def _() -> object:
    return revoke(usual(), "olena", "taras", "00" * 32)


@breaks("key.already-ended")
def _() -> object:
    story = usual()
    session = story.person("taras").session.fingerprint
    revoke(story, "olena", "taras", session)
    return revoke(story, "olena", "taras", session)


@breaks("key.last")
def _() -> object:
    story = two_administrators()
    return revoke(story, "olena", "olena", story.person("olena").key.fingerprint)


def propose(story: Story, of: str = "taras", by: str = "olena") -> str:
    """Propose new keys for a person; return the proposal."""
    public: dict[str, Json] = {"key": SigningKey.of(f"{of} again").public(), "session_key": None}
    body: dict[str, Json] = {"identity_check": examples.IDENTITY, **REASON}
    return story.tell(by, "person.recovery-proposed.v1", person_of(of), public, body).entry.act.hash


def approve(story: Story, proposal: str, by: str = "oksana", of: str = "taras") -> object:
    """Approve a proposal."""
    return story.tell(by, "person.recovery-approved.v1", person_of(of), {"proposal": proposal})


@breaks("recovery.unknown")
def _() -> object:
    story = two_administrators()
    return approve(story, propose(story), of="iryna")


@breaks("recovery.already-approved")
def _() -> object:
    story = two_administrators()
    proposal = propose(story)
    approve(story, proposal)
    return approve(story, proposal)


@breaks("recovery.second-administrator")
def _() -> object:
    story = two_administrators()
    return approve(story, propose(story), by="olena")


@breaks("role.already-held")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", person_of("taras"), {"role": "officer"}, body)


@breaks("role.not-held")
def _() -> object:
    return usual().tell("olena", "person.role-withdrawn.v1", person_of("taras"), {"role": "auditor"}, REASON)


@breaks("role.service")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", person_of("service"), {"role": "auditor"}, body)


# --- clocks --------------------------------------------------------------------------------------------


@breaks("clock.ahead")
def _() -> None:
    act, _disclosures = Officer.of("taras").act(
        "case.closed.v1", CASE, occurred_at="2026-11-22T10:05:01+02:00"
    )
    require_occurred(act, START)


@breaks("clock.correction")
def _() -> None:
    public: dict[str, Json] = {"previous_recorded_at": "2026-11-22T08:00:00.000000Z"}
    act, _disclosures = Officer.of("olena").act("ledger.clock-corrected.v1", f"ledger/{uuid_of('l')}", public)
    require_correction(act, "2026-11-22T08:00:00.000001Z")
