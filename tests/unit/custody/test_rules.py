"""Each rule of the table is broken once, by an act that breaks it and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from custody.canonical import Json
from custody.clocks import require_correction, require_occurred
from custody.errors import Malformed, RuleBroken
from custody.rules import RULES, judge
from custody.states import BundleState
from custody.values import LedgerId, to_base64
from tests.support import examples
from tests.support.composing import Officer, SigningKey, recompose, uuid_of
from tests.support.story import CASE, START, Story, usual

REASON: dict[str, Json] = {"reason": "as the head of unit ordered"}
NOBODY = f"person/{uuid_of('nobody')}"
FILE = uuid_of("file")
BREAKS: dict[str, Callable[[], object]] = {}


def breaks(rule: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Enter a story that ends with a broken rule."""

    def enter(story: Callable[[], object]) -> Callable[[], object]:
        assert rule not in BREAKS
        BREAKS[rule] = story
        return story

    return enter


@pytest.mark.parametrize("rule", sorted(RULES))
def test_breaks_the_rule(rule: str) -> None:
    """The story that is entered for a rule is refused by that rule, in the words of the table."""
    with pytest.raises(RuleBroken) as refusal:
        BREAKS[rule]()
    assert (refusal.value.rule, refusal.value.reason) == (rule, RULES[rule].english)


def test_every_rule_is_broken_and_no_other() -> None:
    """The stories are exactly those of the table."""
    assert set(RULES) == set(BREAKS)


def _person(name: str) -> str:
    return Officer.of(name).person


def _two_administrators() -> Story:
    story = usual()
    story.enrol("oksana", "administrator")
    return story


def _offered() -> tuple[Story, str, str]:
    story = usual()
    exhibit = story.receive(case=CASE)
    return story, exhibit, story.offer(exhibit, "iryna")


# --- every act ----------------------------------------------------------------------------------------


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


# --- who acts, with what key --------------------------------------------------------------------------


@breaks("actor.unknown")
def _() -> object:
    return usual().tell("stranger", "case.closed.v1", CASE, {}, REASON)


@breaks("actor.deactivated")
def _() -> object:
    story = usual()
    story.tell("olena", "person.deactivated.v1", _person("taras"), {}, REASON)
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
    story.tell("taras", "person.key-revoked.v1", _person("taras"), public, REASON)
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
    public: dict[str, Json] = {"exhibit": exhibit, "person": _person("petro"), "what": "view"}
    body: dict[str, Json] = {"file": None, "purpose": None, "session": "s-1"}
    name = stream or exhibit.replace("exhibit", "access")
    return story.tell(by, "access.recorded.v1", name, public, body)


@breaks("service.only")
def _() -> object:
    story, exhibit, _offer = _offered()
    return _access(story, exhibit, by="taras")


@breaks("service.stream")
def _() -> object:
    story, exhibit, _offer = _offered()
    return _access(story, exhibit, stream=f"access/{uuid_of('another')}")


@breaks("role.administrator")
def _() -> object:
    return usual().tell("taras", "person.deactivated.v1", _person("iryna"), {}, REASON)


@breaks("role.administrator-excluded")
def _() -> object:
    story = usual()
    story.tell(
        "olena", "person.role-granted.v1", _person("taras"), {"role": "administrator"}, {"reason": None}
    )
    return story.receive(case=CASE)


@breaks("role.officer")
def _() -> object:
    return usual().open_case("second", by="petro", reference="UKR3-25")


@breaks("role.in-case")
def _() -> object:
    return usual().receive(case=CASE, by="petro")


# --- the ledger ---------------------------------------------------------------------------------------


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
    return _founding(service={"key": founder.key.public(), "person": _person("service")})


@breaks("ledger.log-name")
def _() -> object:
    return _founding(origin="custody.example/00000000")


def test_founding_belongs_to_no_ledger() -> None:
    """Entry 0 names no ledger and no checkpoint, since there is none."""
    story = Story()
    founder = story.person("olena")
    public = examples.founding(founder, story.person("service"))
    stream = f"ledger/{uuid_of('ledger')}"
    act = founder.act("ledger.founded.v1", stream, public, {"deployment": "Kyiv"})
    changed = recompose(*act, ledger="00" * 32)
    with pytest.raises(RuleBroken, match=r"act\.other-ledger"):
        judge(changed[0], {"deployment": "Kyiv"}, story.world)


# --- persons ------------------------------------------------------------------------------------------


def _enrol(story: Story, name: str, officer: Officer, **changes: Json) -> object:
    public = examples.enrolment(officer) | changes
    return story.tell("olena", "person.enrolled.v1", name, public, examples.enrolled("somebody"))


@breaks("person.unknown")
def _() -> object:
    return usual().tell("olena", "person.deactivated.v1", NOBODY, {}, REASON)


@breaks("person.already-enrolled")
def _() -> object:
    return _enrol(usual(), _person("service"), Officer.of("other"))


@breaks("person.not-oneself")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", _person("olena"), {"role": "officer"}, body)


@breaks("person.only-oneself")
def _() -> object:
    story = usual()
    public: dict[str, Json] = {"key": SigningKey.of("spare").public(), "proof": None}
    return story.tell("olena", "person.key-added.v1", _person("taras"), public)


@breaks("person.oneself-or-administrator")
def _() -> object:
    return usual().tell("taras", "person.amended.v1", _person("iryna"), {}, {"name": "other", **REASON})


@breaks("person.already-inactive")
def _() -> object:
    story = usual()
    story.tell("olena", "person.deactivated.v1", _person("taras"), {}, REASON)
    return story.tell("olena", "person.deactivated.v1", _person("taras"), {}, REASON)


@breaks("person.already-active")
def _() -> object:
    return usual().tell("olena", "person.reactivated.v1", _person("taras"), {}, REASON)


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


def _revoke(story: Story, by: str, of: str, key: str) -> object:
    public: dict[str, Json] = {"key": key, "untrusted_since": None}
    return story.tell(by, "person.key-revoked.v1", _person(of), public, REASON)


@breaks("key.not-theirs")
def _() -> object:
    return _revoke(usual(), "olena", "taras", "00" * 32)


@breaks("key.already-ended")
def _() -> object:
    story = usual()
    session = story.person("taras").session.fingerprint
    _revoke(story, "olena", "taras", session)
    return _revoke(story, "olena", "taras", session)


@breaks("key.last")
def _() -> object:
    story = _two_administrators()
    return _revoke(story, "olena", "olena", story.person("olena").key.fingerprint)


def _propose(story: Story, of: str = "taras", by: str = "olena") -> str:
    public: dict[str, Json] = {"key": SigningKey.of(f"{of} again").public(), "session_key": None}
    body: dict[str, Json] = {"identity_check": examples.IDENTITY, **REASON}
    return story.tell(by, "person.recovery-proposed.v1", _person(of), public, body).entry.act.hash


def _approve(story: Story, proposal: str, by: str = "oksana", of: str = "taras") -> object:
    return story.tell(by, "person.recovery-approved.v1", _person(of), {"proposal": proposal})


@breaks("recovery.unknown")
def _() -> object:
    story = _two_administrators()
    return _approve(story, _propose(story), of="iryna")


@breaks("recovery.already-approved")
def _() -> object:
    story = _two_administrators()
    proposal = _propose(story)
    _approve(story, proposal)
    return _approve(story, proposal)


@breaks("recovery.second-administrator")
def _() -> object:
    story = _two_administrators()
    return _approve(story, _propose(story), by="olena")


def test_lost_keys_come_back_by_two_administrators() -> None:
    """After proposal, approval and confirmation the new key is good, and the old one still is."""
    story = _two_administrators()
    _approve(story, _propose(story))
    again = story.person("taras").with_key(SigningKey.of("taras again"))
    story.tell(again, "person.confirmed.v1", again.person, {"key": again.key.fingerprint})
    story.tell(again, "case.closed.v1", CASE, {}, REASON)
    story.tell("taras", "case.reopened.v1", CASE, {}, REASON)
    assert story.world.findings == []


@breaks("role.already-held")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", _person("taras"), {"role": "officer"}, body)


@breaks("role.not-held")
def _() -> object:
    return usual().tell("olena", "person.role-withdrawn.v1", _person("taras"), {"role": "auditor"}, REASON)


@breaks("role.service")
def _() -> object:
    body: dict[str, Json] = {"reason": None}
    return usual().tell("olena", "person.role-granted.v1", _person("service"), {"role": "auditor"}, body)


# --- cases --------------------------------------------------------------------------------------------


@breaks("case.unknown")
def _() -> object:
    return usual().receive(case=f"case/{uuid_of('no case')}")


@breaks("case.closed")
def _() -> object:
    story = usual()
    story.tell("petro", "case.closed.v1", CASE, {}, REASON)
    return story.receive(case=CASE)


@breaks("case.not-closed")
def _() -> object:
    return usual().tell("taras", "case.reopened.v1", CASE, {}, REASON)


@breaks("case.member-known")
def _() -> None:
    usual().add_member(CASE, "iryna", "custodian")


def _remove(story: Story, name: str, role: str, by: str = "taras") -> object:
    public: dict[str, Json] = {"person": _person(name), "role": role}
    return story.tell(by, "case.member-removed.v1", CASE, public, REASON)


@breaks("case.member-unknown")
def _() -> object:
    return _remove(usual(), "iryna", "auditor")


@breaks("case.last-officer")
def _() -> object:
    return _remove(usual(), "taras", "officer", by="olena")


@breaks("person.inactive")
def _() -> None:
    story = usual()
    story.tell("olena", "person.deactivated.v1", _person("petro"), {}, REASON)
    story.add_member(CASE, "petro", "auditor")


# --- exhibits -----------------------------------------------------------------------------------------


def _amend(
    story: Story, exhibit: str, by: str = "taras", values: dict[str, Json] | None = None, **more: Json
) -> object:
    return story.tell(by, "exhibit.amended.v1", exhibit, {}, {**(values or {}), **more, **REASON})


@breaks("exhibit.unknown")
def _() -> object:
    return _amend(usual(), f"exhibit/{uuid_of('nothing')}", title="x")


@breaks("exhibit.file-count")
def _() -> object:
    story = usual()
    public = examples.intake(CASE, "digital")
    return story.tell("taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.digital([]))


@breaks("exhibit.other-kind")
def _() -> object:
    story = usual()
    return _amend(story, story.receive(case=CASE, files=[FILE]), hazards="needles")


@breaks("exhibit.file-unknown")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    other = uuid_of("another file")
    found = examples.digital([other])[f"files/{other}/found"]
    return _amend(story, exhibit, values={f"files/{other}/found": found})


def _mark(story: Story, exhibit: str, act: str, duplicate_of: str | None = None) -> object:
    public: dict[str, Json] = {"act": act, "duplicate_of": duplicate_of}
    return story.tell("taras", "exhibit.recorded-in-error.v1", exhibit, public, REASON)


def _intake(story: Story) -> str:
    return story.entries[-1].entry.act.hash


@breaks("exhibit.in-error")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    _mark(story, exhibit, _intake(story))
    return _amend(story, exhibit, title="x")


@breaks("exhibit.act-unknown")
def _() -> object:
    story, exhibit, offer = _offered()
    return _mark(story, exhibit, offer)


@breaks("exhibit.already-in-error")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    _amend(story, exhibit, title="x")
    act = _intake(story)
    _mark(story, exhibit, act)
    return _mark(story, exhibit, act)


@breaks("exhibit.duplicate")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    return _mark(story, exhibit, _intake(story), duplicate_of=exhibit)


def _correct(story: Story, exhibit: str, case: str, before: str = CASE) -> object:
    public: dict[str, Json] = {"case": case, "from": before}
    case_id = case
    submission = story.compose("taras", "exhibit.case-corrected.v1", exhibit, public, REASON)
    decision = story.judge(submission)
    assert decision.ordinal_for == case_id
    return story.record(submission, ordinal=1)


@breaks("exhibit.same-case")
def _() -> object:
    story = usual()
    return _correct(story, story.receive(case=CASE), CASE)


@breaks("exhibit.from-case")
def _() -> object:
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    return _correct(story, story.receive(case=CASE), CASE, before=second)


def test_an_exhibit_moves_to_the_right_case() -> None:
    """An officer of both cases corrects the case; from then on the new case's roles count."""
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    exhibit = story.receive(case=CASE)
    _correct(story, exhibit, second)
    with pytest.raises(RuleBroken, match=r"transfer\.receiver"):
        story.offer(exhibit, "iryna")
    assert story.world.findings == []


# --- continuity ---------------------------------------------------------------------------------------


@breaks("continuity.order")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    body: dict[str, Json] = {"title": "x", **REASON}
    return story.tell("taras", "exhibit.amended.v1", exhibit, {}, body, "2026-11-22T09:59:00+02:00")


@breaks("continuity.before-collection")
def _() -> object:
    story = usual()
    public = examples.intake(CASE, collected_at="2026-12-03T09:00:00+02:00")
    return story.tell("taras", "exhibit.received.v1", f"exhibit/{uuid_of('x')}", public, examples.physical())


@breaks("continuity.custodian")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "petro", by="iryna")


@breaks("continuity.same-person")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "taras")


@breaks("transfer.already-offered")
def _() -> object:
    story, exhibit, _offer = _offered()
    return story.offer(exhibit, "petro")


@breaks("transfer.receiver")
def _() -> object:
    story = usual()
    return story.offer(story.receive(case=CASE), "olena")


def _answer(story: Story, exhibit: str, by: str, word: str, offer: str) -> object:
    body = examples.acceptance() if word == "accepted" else REASON
    return story.tell(by, f"transfer.{word}.v1", exhibit, {"offer": offer}, body)


@breaks("transfer.not-open")
def _() -> object:
    story, exhibit, offer = _offered()
    _answer(story, exhibit, "taras", "withdrawn", offer)
    return _answer(story, exhibit, "iryna", "accepted", offer)


@breaks("transfer.addressee")
def _() -> object:
    story, exhibit, offer = _offered()
    return _answer(story, exhibit, "petro", "accepted", offer)


@breaks("transfer.offerer")
def _() -> object:
    story, exhibit, offer = _offered()
    return _answer(story, exhibit, "iryna", "withdrawn", offer)


@pytest.mark.parametrize("word", ["declined", "withdrawn"])
def test_only_the_parties_end_an_offer(word: str) -> None:
    """A third person neither declines nor withdraws."""
    story, exhibit, offer = _offered()
    with pytest.raises(RuleBroken):
        _answer(story, exhibit, "petro", word, offer)


def _accept_digital(body: dict[str, Json]) -> object:
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    offer = story.offer(exhibit, "iryna")
    return story.tell("iryna", "transfer.accepted.v1", exhibit, {"offer": offer}, body)


@breaks("transfer.rehash")
def _() -> object:
    return _accept_digital(examples.acceptance())


@breaks("outcome.worst")
def _() -> object:
    rehash: Json = {"files": {FILE: "mismatch"}, "outcome": "match", "remarks": None}
    return _accept_digital(examples.acceptance() | {"rehash": rehash})


def test_a_mismatch_may_be_accepted() -> None:
    """A receiver who finds other bytes may still take the exhibit, and says so."""
    assert _accept_digital(examples.acceptance([FILE], "mismatch"))


# --- bundles ------------------------------------------------------------------------------------------


BUNDLE = f"bundle/{uuid_of('bundle')}"
RECEIVED_BY: dict[str, Json] = {"by": "clerk", "on": "2026-12-01", "remarks": None}


def _request(story: Story, *exhibits: str, by: str = "petro") -> str:
    public = examples.request(None if exhibits else CASE, exhibits)
    return story.tell(by, "bundle.requested.v1", BUNDLE, public, examples.requested()).entry.act.hash


def _requested() -> tuple[Story, str]:
    story = usual()
    return story, _request(story)


def _seal(story: Story, request: str, at: int | None = None) -> str:
    """The service seals; which heads it names is not for these rules to judge."""
    size = len(story.entries) if at is None else at
    public: dict[str, Json] = {"at": size, "exhibits": 0, "heads": "0" * 64, "request": request, "streams": 5}
    return story.tell("service", "bundle.sealed.v1", BUNDLE, public).entry.act.hash


def _issue(story: Story, sealed: str) -> str:
    public: dict[str, Json] = {"sealed": sealed, "sha256": "0" * 64, "size": 1}
    return story.tell("service", "bundle.issued.v1", BUNDLE, public).entry.act.hash


def _acknowledge(story: Story, issued: str, by: str = "petro") -> object:
    return story.tell(by, "bundle.acknowledged.v1", BUNDLE, {"issued": issued}, RECEIVED_BY)


@breaks("bundle.scope")
def _() -> object:
    story = usual()
    exhibit = story.receive(case=CASE)
    public = examples.request(CASE, [exhibit])
    return story.tell("petro", "bundle.requested.v1", BUNDLE, public, examples.requested())


@breaks("bundle.request")
def _() -> object:
    story, request = _requested()
    _seal(story, request)
    return _seal(story, request)


@breaks("bundle.at")
def _() -> object:
    story, request = _requested()
    return _seal(story, request, len(story.entries) + 1)


@breaks("bundle.sealing")
def _() -> object:
    story, request = _requested()
    _seal(story, request)
    return _issue(story, request)


@breaks("bundle.issue")
def _() -> object:
    story, request = _requested()
    return _acknowledge(story, _seal(story, request))


def test_a_bundle_goes_from_request_to_acknowledgement() -> None:
    """Sealed once, issued twice, acknowledged for either issue, also once the case is closed."""
    story, request = _requested()
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    sealed = _seal(story, request)
    issues = [_issue(story, sealed), _issue(story, sealed)]
    for issued, by in zip(issues, ("petro", "taras"), strict=True):
        _acknowledge(story, issued, by)
    state = story.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert (state.request, state.sealed, state.issues) == (request, sealed, frozenset(issues))
    assert (state.version, state.case, state.exhibits) == (6, CASE, ())
    assert story.world.findings == []


def _of_nothing(story: Story) -> object:
    return story.tell("petro", "bundle.requested.v1", BUNDLE, examples.request(None), examples.requested())


def _of_too_many(story: Story) -> object:
    return _request(story, *(f"exhibit/{uuid_of(str(number))}" for number in range(1_001)))


def _by_a_custodian(story: Story) -> object:
    return _request(story, by="iryna")


def _by_a_dormant_officer(story: Story) -> object:
    story.tell(
        "olena", "person.role-granted.v1", _person("taras"), {"role": "administrator"}, {"reason": None}
    )
    return _request(story, by="taras")


def _of_no_case(story: Story) -> object:
    public = examples.request(f"case/{uuid_of('none')}")
    return story.tell("petro", "bundle.requested.v1", BUNDLE, public, examples.requested())


def _of_an_exhibit_in_another_case(story: Story) -> object:
    own, other = story.receive(case=CASE), story.open_case("second", reference="UKR3-25")
    return _request(story, own, story.receive("x", case=other, seal=None))


def _twice(story: Story) -> object:
    _request(story)
    return _request(story)


def _sealed_without_request(story: Story) -> object:
    return _seal(story, "0" * 64)


def _sealed_for_another(story: Story) -> object:
    _request(story)
    return _seal(story, "0" * 64)


def _sealed_before_the_request(story: Story) -> object:
    return _seal(story, _request(story), len(story.entries) - 1)


def _issued_unsealed(story: Story) -> object:
    return _issue(story, _request(story))


def _acknowledged_by_another(story: Story) -> object:
    issued = _issue(story, _seal(story, _request(story)))
    return _acknowledge(story, issued, by="iryna")


BUNDLES: list[tuple[Callable[[Story], object], str]] = [
    (_of_nothing, "bundle.scope"),
    (_of_too_many, "bundle.scope"),
    (_by_a_custodian, "role.in-case"),
    (_by_a_dormant_officer, "role.administrator-excluded"),
    (_of_no_case, "case.unknown"),
    (lambda story: _request(story, f"exhibit/{uuid_of('none')}"), "exhibit.unknown"),
    (_of_an_exhibit_in_another_case, "role.in-case"),
    (_twice, "stream.begun"),
    (_sealed_without_request, "bundle.request"),
    (_sealed_for_another, "bundle.request"),
    (_sealed_before_the_request, "bundle.at"),
    (_issued_unsealed, "bundle.sealing"),
    (_acknowledged_by_another, "role.in-case"),
]


@pytest.mark.parametrize(("tell", "rule"), BUNDLES)
def test_a_bundle_that_may_not_be(tell: Callable[[Story], object], rule: str) -> None:
    """Who asks for what, and what the service says of it, is refused by its rule."""
    with pytest.raises(RuleBroken) as refusal:
        tell(usual())
    assert refusal.value.rule == rule


def test_a_lying_ledger_seals_twice() -> None:
    """Of two sealings the first counts, and the second is found."""
    story, request = _requested()
    sealed = _seal(story, request)
    public: dict[str, Json] = dict(story.entries[-1].entry.act.public)
    story.record(story.compose("service", "bundle.sealed.v1", BUNDLE, public))
    state = story.state(BUNDLE)
    assert isinstance(state, BundleState)
    assert state.sealed == sealed
    assert [each.code for each in story.world.findings] == ["bundle.request"]


# --- clocks -------------------------------------------------------------------------------------------


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


# --- the branches that stories above do not reach -----------------------------------------------------


def test_the_clock_is_corrected_on_the_ledgers_own_stream() -> None:
    """An administrator corrects the clock on the ledger's stream and on no other."""
    story = usual()
    public: dict[str, Json] = {"previous_recorded_at": story.entries[-1].entry.recorded_at}
    with pytest.raises(RuleBroken, match=r"act\.wrong-stream"):
        story.tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('other')}", public, REASON)
    with pytest.raises(RuleBroken, match=r"role\.administrator"):
        story.tell("taras", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", public, REASON)
    story.now -= timedelta(hours=1)
    story.tell("olena", "ledger.clock-corrected.v1", f"ledger/{uuid_of('ledger')}", public, REASON)
    assert [finding.code for finding in story.world.findings] == ["time.clock-corrected"]


def test_keys_of_one_enrolment_differ() -> None:
    """A key is for acts or for sessions, not for both."""
    story = usual()
    key = SigningKey.of("one key")
    session: Json = {**key.public(), "use": "session"}
    with pytest.raises(RuleBroken, match=r"key\.known"):
        _enrol(story, NOBODY, Officer.of("nobody"), key=key.public(), session_key=session)


def test_only_the_person_confirms() -> None:
    """A key is confirmed on its owner's stream."""
    story = usual()
    new = Officer.of("new")
    _enrol(story, new.person, new)
    confirm = story.compose("new", "person.confirmed.v1", _person("taras"), {"key": new.key.fingerprint})
    with pytest.raises(RuleBroken, match=r"person\.only-oneself"):
        story.judge(confirm)


def test_a_person_revokes_a_key_of_entry_0_with_another() -> None:
    """The founder adds a key, confirms it, revokes the first, and is still an administrator."""
    story = usual()
    olena, spare = story.person("olena"), SigningKey.of("spare", "es256")
    public = examples.key_added(spare, olena.ledger or LedgerId(""), olena.person)
    story.tell("olena", "person.key-added.v1", olena.person, public)
    again = story.person("olena").with_key(spare)
    story.tell(again, "person.confirmed.v1", olena.person, {"key": spare.fingerprint})
    _revoke(story, "olena", "olena", olena.key.fingerprint)
    with pytest.raises(RuleBroken, match=r"key\.ended"):
        story.tell("olena", "person.amended.v1", olena.person, {}, {"name": "Олена", **REASON})
    story.tell(again, "person.amended.v1", olena.person, {}, {"name": "Олена", **REASON})
    story.tell(again, "person.deactivated.v1", _person("taras"), {}, REASON)
    assert story.world.findings == []


def test_an_administrator_may_be_made_a_plain_person_again() -> None:
    """Another administrator withdraws the role that entry 0 gave."""
    story = _two_administrators()
    story.tell("oksana", "person.role-withdrawn.v1", _person("olena"), {"role": "administrator"}, REASON)
    with pytest.raises(RuleBroken, match=r"role\.administrator"):
        story.tell("olena", "person.deactivated.v1", _person("oksana"), {}, REASON)


def test_a_service_is_no_member_of_a_case() -> None:
    """The service holds no role in a case."""
    with pytest.raises(RuleBroken, match=r"role\.service"):
        usual().add_member(CASE, "service", "auditor")


def test_nobody_makes_themself_a_member() -> None:
    """An officer of a case takes no further role in it by their own hand."""
    with pytest.raises(RuleBroken, match=r"person\.not-oneself"):
        usual().add_member(CASE, "taras", "custodian")


def test_members_leave() -> None:
    """A custodian leaves, and the last officer of a closed case may."""
    story = usual()
    _remove(story, "iryna", "custodian")
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    _remove(story, "taras", "officer", by="olena")
    assert story.world.findings == []


def test_case_is_amended_by_its_officer() -> None:
    """What describes a case may be amended; a closed case stays as it is."""
    story = usual()
    story.tell("taras", "case.amended.v1", CASE, {}, {"title": "Склад", **REASON})
    story.tell("taras", "case.closed.v1", CASE, {}, REASON)
    with pytest.raises(RuleBroken, match=r"case\.closed"):
        story.tell("taras", "case.amended.v1", CASE, {}, {"title": "Склад", **REASON})


def test_a_duplicate_is_marked_with_the_other() -> None:
    """A duplicate intake names the exhibit that stands; it can still be moved and handed over."""
    story = usual()
    first, second = story.receive("one", case=CASE), story.receive("two", case=CASE, seal=None)
    _mark(story, second, _intake(story), duplicate_of=first)
    story.tell("taras", "exhibit.moved.v1", second, {}, {"place": examples.PLACE, "reason": None})
    story.offer(second, "iryna")
    assert story.world.findings == []


def test_a_custodian_amends_what_they_hold() -> None:
    """The custodian amends without being an officer, and not once they are an administrator."""
    story, exhibit, offer = _offered()
    _answer(story, exhibit, "iryna", "accepted", offer)
    _amend(story, exhibit, by="iryna", title="x")
    with pytest.raises(RuleBroken, match=r"role\.in-case"):
        _amend(story, exhibit, by="petro", title="x")


def test_the_service_records_only_files_of_the_exhibit() -> None:
    """An access names a file of the exhibit; a check has an outcome for files of the exhibit, and their worst."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    access = exhibit.replace("exhibit", "access")
    public: dict[str, Json] = {"exhibit": exhibit, "person": _person("petro"), "what": "download"}
    story.tell(
        "service", "access.recorded.v1", access, public, {"file": FILE, "purpose": None, "session": "s"}
    )
    with pytest.raises(RuleBroken, match=r"exhibit\.file-unknown"):
        story.tell(
            "service",
            "access.recorded.v1",
            access,
            public,
            {"file": uuid_of("x"), "purpose": None, "session": "s"},
        )


def _check(story: Story, exhibit: str, outcome: str, file: str = FILE, by: str | None = None) -> object:
    public: dict[str, Json] = {"exhibit": exhibit, "outcome": outcome, "requested_by": by}
    files: Json = {file: {"cause": None, "measured_sha256": None, "outcome": "match"}}
    stream = exhibit.replace("exhibit", "fixity")
    return story.tell("service", "fixity.checked.v1", stream, public, {"files": files, "tool": "custody 0.1"})


def test_a_file_check_says_its_worst_outcome() -> None:
    """The outcome of a file check is the worst of its files, which are the exhibit's."""
    story = usual()
    exhibit = story.receive(case=CASE, files=[FILE])
    _check(story, exhibit, "match", by=_person("petro"))
    with pytest.raises(RuleBroken, match=r"outcome\.worst"):
        _check(story, exhibit, "mismatch")
    with pytest.raises(RuleBroken, match=r"exhibit\.file-unknown"):
        _check(story, exhibit, "match", file=uuid_of("x"))
    with pytest.raises(RuleBroken, match=r"person\.unknown"):
        _check(story, exhibit, "match", by=NOBODY)


def test_withheld_values_are_not_judged() -> None:
    """A verifier without the values judges what is public, and finds nothing to take."""
    story = usual()
    exhibit = f"exhibit/{uuid_of('x')}"
    acts = [
        story.compose("taras", "exhibit.received.v1", exhibit, examples.intake(CASE), examples.physical()),
        story.compose("taras", "case.opened.v1", f"case/{uuid_of('second')}", {}, examples.case("X-1")),
    ]
    assert [judge(each.act, None, story.world).unique for each in acts] == [(), ()]
    assert [story.judge(each).unique for each in acts] == [(("seal", "A-100"),), (("case-reference", "X-1"),)]


def test_late_acts_say_why() -> None:
    """An act that is marked late has a reason for that in its body."""
    story = usual()
    public: dict[str, Json] = {"late": True}
    with pytest.raises(Malformed, match="late_reason"):
        story.tell("taras", "case.closed.v1", CASE, public, REASON)
    story.tell("taras", "case.closed.v1", CASE, public, {**REASON, "late_reason": "no network"})
