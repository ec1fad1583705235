"""Lists and search over both engines: what was just recorded is seen, and a rebuild gives the same rows."""

from __future__ import annotations

import pytest

from custody.canonical import Json
from custody.errors import Malformed
from custody.values import CaseId, ExhibitId, PersonId, StreamName
from events.database import Database, Value
from events.projections import Asked, Projections
from events.projections.tables import TABLES
from tests.support import examples
from tests.support.composing import SigningKey, uuid_of
from tests.support.ledgers import CASE, Office
from tests.support.verified import FILES, TELEPHONE, VIDEO, hand_over, story

THE_CASE = CaseId(CASE)


def lists(office: Office) -> Projections:
    """Return the projections of an office."""
    found = Projections(office.ledger.database, office.ledger)
    found.create()
    return found


def rows(database: Database) -> dict[str, list[tuple[Value, ...]]]:
    """Return every row of every table of the projections."""
    return {table: sorted(database.read(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def test_whoever_wrote_reads_what_they_wrote(database: Database) -> None:
    """A query sees what was recorded before it was asked, without anybody's doing."""
    office = story(database)
    found = lists(office)
    taras, iryna = office.person("taras").person, office.person("iryna").person
    assert [TELEPHONE] == [each.exhibit for each in found.held_by(iryna).items]
    hand_over(office, TELEPHONE, giver="iryna", taker="taras")
    assert [] == list(found.held_by(iryna).items)
    assert [TELEPHONE, VIDEO] == [each.exhibit for each in found.held_by(taras).items]


def test_a_rebuild_gives_the_same_rows(database: Database) -> None:
    """Rows caught up piece by piece equal those of a rebuild, to the last column."""
    office = story(database)
    found = lists(office)
    found.catch_up()
    hand_over(office, TELEPHONE, giver="iryna", taker="taras")
    error: dict[str, Json] = {
        "act": office.ledger.stream(StreamName(TELEPHONE))[0].entry.act.hash,
        "duplicate_of": None,
    }
    office.tell("taras", "exhibit.recorded-in-error.v1", TELEPHONE, error, {"reason": "twice"})
    assert office.size == found.catch_up()
    before = rows(database)
    assert office.size == found.rebuild()
    assert before == rows(database)


def test_a_list_of_exhibits_goes_by_number_and_page(database: Database) -> None:
    """Pages follow one another without a gap and end without a cursor."""
    office = story(database)
    for number in range(5):
        office.receive(f"box {number}", case=CASE)
    found, seen, cursor = lists(office), [], None
    while True:
        page = found.exhibits(THE_CASE, Asked(cursor, 3))
        seen += [each.ordinal for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert list(range(1, 8)) == seen
    first = found.exhibits(THE_CASE).items[0]
    assert ("UKR2-25/001-B", "Mobile telephone, black") == (first.reference, first.title)


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "WyJhIiwiYiJd", "!", "W10"])
def test_a_cursor_of_another_list_is_refused(sqlite_database: Database, cursor: str) -> None:
    """A cursor that this list did not give is malformed, whatever is in it."""
    found = lists(story(sqlite_database))
    with pytest.raises(Malformed):
        found.exhibits(THE_CASE, Asked(cursor))


@pytest.mark.parametrize("limit", [0, 201, -1])
def test_a_limit_is_from_1_to_200(limit: int) -> None:
    """A page is neither empty nor endless."""
    with pytest.raises(Malformed):
        Asked(None, limit)


@pytest.mark.parametrize(
    "query", ["обстріл", "ОБСТРІЛ СКЛАДУ", "складу обст", "UKR2-25", "ukr2", "14 листопада"]
)
def test_search_takes_any_script_and_case(database: Database, query: str) -> None:
    """Words of a query are found by their beginnings, in any order, whatever their case."""
    found = lists(story(database)).search(query, None)
    assert CASE in [each.stream for each in found.items]


def test_search_finds_every_text_field(database: Database) -> None:
    """A serial number, a witness, a file's name and a place lead to the exhibit; an earlier title still does."""
    office = story(database)
    office.tell(
        "taras",
        "exhibit.amended.v1",
        TELEPHONE,
        {},
        {"title": "Смартфон", "reason": "looked closer"},
    )
    found = lists(office)
    for query in ("nokia 3310", "Бондар", "садова", "смартфон", "telephone"):
        assert TELEPHONE in [each.stream for each in found.search(query, None).items], query
    assert [VIDEO] == [each.stream for each in found.search("VID_1", None).items]
    assert "Смартфон" == found.search("смартфон", None).items[0].title
    assert () == found.search("смартфон нокія", None).items
    assert () == found.search(" .. ", None).items


def test_search_pages_newest_first(database: Database) -> None:
    """Hits come newest first and page without repeating."""
    office = story(database)
    found = lists(office)
    first = found.search("found", None, Asked(None, 1))
    second = found.search("found", None, Asked(first.next_cursor, 1))
    assert [VIDEO, TELEPHONE] == [first.items[0].stream, second.items[0].stream]
    assert second.next_cursor is None


def test_sight_ends_at_the_own_cases(database: Database) -> None:
    """Who is not a member of a case finds neither it nor its exhibits; persons are found by all."""
    office = story(database)
    stranger = PersonId(office.enrol("petro"))
    found = lists(office)
    assert () == found.cases(stranger).items
    assert () == found.search("обстріл", stranger).items
    assert () == found.search("nokia", stranger).items
    assert 1 == len(found.search("taras", stranger).items)
    member = office.person("iryna").person
    assert [CASE] == [each.case for each in found.cases(member).items]
    assert 1 == len(found.search("nokia", member).items)


def test_a_held_file_is_found_by_its_digest(database: Database) -> None:
    """A SHA-256 leads to the file's exhibit; one that is not held leads nowhere."""
    found = lists(story(database))
    digest = str(examples.digests(FILES[0].encode())["sha256"])
    (held,) = found.held(digest)
    assert (FILES[0], VIDEO, "VID_0.mp4") == (held.file, held.exhibit, held.name)
    assert [] == found.held("0" * 64)
    assert FILES == [each.file for each in found.files(ExhibitId(VIDEO))]


def test_an_inbox_holds_open_offers_and_keys_to_confirm(database: Database) -> None:
    """An offer waits for its receiver until it is answered, and a new key for its person until it is confirmed."""
    office = story(database)
    found, taras = lists(office), office.person("taras").person
    offer: dict[str, Json] = {"to": taras}
    office.tell("iryna", "transfer.offered.v1", TELEPHONE, offer, examples.offer())
    key = SigningKey.of("taras new")
    public = examples.key_added(key, office.ledger.ledger_id, taras)
    office.tell("taras", "person.key-added.v1", taras, public)
    inbox = found.inbox(taras)
    assert [TELEPHONE] == [each.exhibit for each in inbox.offers]
    assert [key.fingerprint] == [each.fingerprint for each in inbox.keys]
    act = inbox.offers[0].offer
    assert act is not None
    declined: dict[str, Json] = {"offer": act.act}
    office.tell("taras", "transfer.declined.v1", TELEPHONE, declined, {"reason": "busy"})
    office.tell(office.person("taras").with_key(key), "person.confirmed.v1", taras, {"key": key.fingerprint})
    assert ((), ()) == (found.inbox(taras).offers, found.inbox(taras).keys)


def test_a_recovery_waits_for_another_administrator(database: Database) -> None:
    """A proposed recovery is in the inbox of the other administrators only, until it is approved."""
    office = story(database)
    office.enrol("maria", "administrator")
    taras, key = office.person("taras").person, SigningKey.of("taras recovered")
    public: dict[str, Json] = {"key": key.public(), "session_key": None}
    body: dict[str, Json] = {"identity_check": examples.IDENTITY, "reason": "lost"}
    office.tell("olena", "person.recovery-proposed.v1", taras, public, body)
    found = lists(office)
    inboxes = [found.inbox(office.person(name).person).recoveries for name in ("olena", "maria", "taras")]
    assert [0, 1, 0] == [len(each) for each in inboxes]
    office.tell("maria", "person.recovery-approved.v1", taras, {"proposal": inboxes[1][0].act})
    assert () == found.inbox(office.person("maria").person).recoveries
    assert [key.fingerprint] == [each.fingerprint for each in found.inbox(taras).keys]


def test_a_persons_row_follows_their_stream(database: Database) -> None:
    """Name, roles and activity are today's."""
    office = story(database)
    found, iryna = lists(office), office.person("iryna").person
    office.tell("olena", "person.amended.v1", iryna, {}, {"name": "Ірина Ткач", "reason": "married"})
    office.tell("olena", "person.role-granted.v1", iryna, {"role": "auditor"}, {"reason": None})
    office.tell("olena", "person.deactivated.v1", iryna, {}, {"reason": "left"})
    row = found.person(iryna)
    assert row is not None
    assert ("Ірина Ткач", ("auditor",), False) == (row.name, row.roles, row.active)
    assert ["", "", "taras", "Ірина Ткач"] == [each.name for each in found.persons().items]


def test_an_exhibit_keeps_its_earlier_number(database: Database) -> None:
    """After a correction of its case an exhibit is listed there, and numbered in both."""
    office = story(database)
    other = office.open_case("other", "UKR3-25")
    public: dict[str, Json] = {"case": other, "from": CASE}
    office.tell("taras", "exhibit.case-corrected.v1", VIDEO, public, {"reason": "wrong case"})
    found = lists(office)
    assert [VIDEO] == [each.exhibit for each in found.exhibits(CaseId(other)).items]
    assert [TELEPHONE] == [each.exhibit for each in found.exhibits(THE_CASE).items]
    assert [(1, TELEPHONE), (2, VIDEO)] == list(found.numbered(THE_CASE).items)
    assert uuid_of("video") in str(found.numbered(CaseId(other)).items)


def test_an_amendment_in_error_gives_way_to_the_value_before(database: Database) -> None:
    """A title that is marked as recorded in error is shown no longer."""
    office = story(database)
    body: dict[str, Json] = {"title": "Ноутбук", "reason": "mistaken"}
    office.tell("taras", "exhibit.amended.v1", TELEPHONE, {}, body)
    act = office.ledger.stream(StreamName(TELEPHONE))[-1].entry.act.hash
    public: dict[str, Json] = {"act": act, "duplicate_of": None}
    office.tell("taras", "exhibit.recorded-in-error.v1", TELEPHONE, public, {"reason": "wrong exhibit"})
    row = lists(office).exhibit(ExhibitId(TELEPHONE))
    assert row is not None
    assert ("Mobile telephone, black", False) == (row.title, row.in_error)
