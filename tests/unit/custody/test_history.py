"""History by replay: every value stays, on either clock, with names as they were then."""

from __future__ import annotations

from datetime import timedelta

from custody.canonical import Json
from custody.history import OpenEntry, Until, case_record, current, exhibit_record, person_record
from custody.states import LedgerState
from custody.values import PersonId, StreamName
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.story import CASE, START, Story, usual


def _open(story: Story, stream: str) -> list[OpenEntry]:
    return [
        OpenEntry(each, story.values[each.index]) for each in story.entries if each.entry.act.stream == stream
    ]


def _amended(story: Story, exhibit: str, title: str, at: str | None = None) -> int:
    body: dict[str, Json] = {"reason": "typing error", "title": title}
    return story.tell("taras", "exhibit.amended.v1", exhibit, {}, body, at).index


def test_old_values_stay() -> None:
    """An amended title has its history, each value with entry and person."""
    story = usual()
    exhibit = story.receive(case=CASE)
    index = _amended(story, exhibit, "Telephone, black")
    record = exhibit_record(_open(story, exhibit))
    assert record is not None
    taras = story.person("taras").person
    assert [(each.value, each.index, each.by) for each in record.fields["title"]] == [
        ("Mobile telephone, black", index - 1, taras),
        ("Telephone, black", index, taras),
    ]
    assert "reason" not in record.fields


def test_a_value_in_error_gives_way_to_the_one_before() -> None:
    """An amendment marked as recorded in error stays in sight and no longer counts."""
    story = usual()
    exhibit = story.receive(case=CASE)
    index = _amended(story, exhibit, "Telephone, red")
    mark: dict[str, Json] = {"act": story.entries[index].entry.act.hash, "duplicate_of": None}
    story.tell("taras", "exhibit.recorded-in-error.v1", exhibit, mark, {"reason": "another telephone"})
    record = exhibit_record(_open(story, exhibit))
    assert record is not None
    found = current(record.fields["title"])
    assert found is not None
    assert found.value == "Mobile telephone, black"
    assert [each.in_error for each in record.fields["title"]] == [False, True]
    assert [each.act for each in record.marks] == [mark["act"]]


def test_the_two_clocks_differ() -> None:
    """A late record is unknown by the server's clock and known by the person's."""
    story = usual()
    exhibit = story.receive(case=CASE)
    moment = story.now + timedelta(minutes=30)
    happened = (story.now + timedelta(minutes=10)).isoformat(timespec="seconds")
    story.now += timedelta(hours=2)
    _amended(story, exhibit, "Telephone, black", happened)
    entries = _open(story, exhibit)
    titles = []
    for until in (Until(recorded=moment), Until(occurred=moment), Until(occurred=START - timedelta(days=1))):
        record = exhibit_record(entries, until)
        titles.append(None if record is None else len(record.fields["title"]))
    assert titles == [1, 2, None]


def test_holdings_offers_and_numbers() -> None:
    """Who held it from when to when, each offer with its end, and the number in each case."""
    story = usual()
    second = story.open_case("second", reference="UKR3-25")
    exhibit = story.receive(case=CASE, seal=None)
    declined = story.offer(exhibit, "petro")
    story.tell("petro", "transfer.declined.v1", exhibit, {"offer": declined}, {"reason": "on leave"})
    accepted = story.offer(exhibit, "iryna")
    story.tell("iryna", "transfer.accepted.v1", exhibit, {"offer": accepted}, examples.acceptance())
    correction: dict[str, Json] = {"case": second, "from": CASE}
    story.tell("taras", "exhibit.case-corrected.v1", exhibit, correction, {"reason": "wrong case"})
    record = exhibit_record(_open(story, exhibit))
    assert record is not None
    taras, iryna = story.person("taras").person, story.person("iryna").person
    assert [(each.person, each.until is None) for each in record.holdings] == [(taras, False), (iryna, True)]
    assert [each.outcome for each in record.offers] == ["declined", "accepted"]
    assert [(each.case, each.ordinal) for each in record.numbers] == [(CASE, 1), (second, 1)]
    place = current(record.fields["place"])
    assert place is not None
    assert place.value == examples.ELSEWHERE


def test_an_open_offer_has_no_outcome_yet() -> None:
    """An offer that waits is open."""
    story = usual()
    exhibit = story.receive(case=CASE)
    story.offer(exhibit, "iryna")
    record = exhibit_record(_open(story, exhibit))
    assert record is not None
    assert [each.outcome for each in record.offers] == ["open"]


def test_names_then_and_today() -> None:
    """A person's name at an entry is the one known then; today's stands beside it."""
    story = usual()
    taras = story.person("taras").person
    before = len(story.entries) - 1
    story.tell("taras", "person.amended.v1", taras, {}, {"name": "Тарас Мельник", "reason": "married"})
    record = person_record(_open(story, taras))
    assert record is not None
    assert (record.name_at(0), record.name_at(before), record.name) == (None, "taras", "Тарас Мельник")


def test_a_withheld_name_is_not_known() -> None:
    """Without the disclosure there is a value, and it is withheld."""
    story = usual()
    taras = story.person("taras").person
    record = person_record([OpenEntry(each.recorded, {}) for each in _open(story, taras)])
    assert record is not None
    assert (record.name, record.fields["name"][0].withheld) == (None, True)


def test_the_founder_is_a_person_before_their_own_stream_begins() -> None:
    """What entry 0 says of the founder is joined with the founder's own stream."""
    story = usual()
    olena = story.person("olena").person
    founding = story.world.states[StreamName(f"ledger/{uuid_of('ledger')}")]
    assert isinstance(founding, LedgerState)
    base = founding.person(PersonId(olena))
    assert person_record([], base) is not None
    assert person_record([]) is None
    story.tell("olena", "person.amended.v1", olena, {}, {"name": "Олена", "reason": "entry 0 has none"})
    record = person_record(_open(story, olena), base)
    assert record is not None
    assert (record.name, record.state.holds("administrator"), record.state.enrolled) == ("Олена", True, 0)


def test_a_case_has_fields_and_members() -> None:
    """A case's record holds its reference and who has which role."""
    story = usual()
    record = case_record(_open(story, CASE))
    assert record is not None
    reference = current(record.fields["reference"])
    assert reference is not None
    assert reference.value == "UKR2-25"
    assert record.state.roles(story.person("iryna").person) == {"custodian"}
    assert case_record([]) is None
    assert current(()) is None
