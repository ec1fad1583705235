"""Somebody with a valid session, or with none, who asks for what is not theirs."""

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from custody.act import ACT_PREFIX, ENROL_PREFIX, SESSION_PREFIX
from custody.canonical import Json
from custody.values import to_base64, write_recorded
from tests.support import doors, examples
from tests.support.doors import House, Person

pytestmark = pytest.mark.s3


def later(**how: float) -> str:
    """Return a recorded instant from now."""
    return write_recorded(datetime.now(UTC) + timedelta(**how))


CHANGED: dict[str, dict[str, Json]] = {
    "another server": {"server": "https://evil.example"},
    "another ledger": {"ledger": "0" * 64},
    "expired": {"expires": later(seconds=-5)},
    "good for an hour": {"expires": later(hours=1)},
    "somebody else": {"person": f"person/{uuid.UUID(int=7, version=4)}"},
    "another key": {"key": "0" * 64},
}


@pytest.mark.parametrize("changes", CHANGED.values(), ids=CHANGED)
def test_a_sign_in_for_something_else_is_refused(house: House, changes: dict[str, Json]) -> None:
    """A message, rightly signed, for another server, ledger, time, person or key begins no session."""
    asker = fresh(house.officer)

    response = asker.sign_in(**changes)

    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("prefix", [ACT_PREFIX, ENROL_PREFIX, b"", SESSION_PREFIX.upper()])
def test_a_signature_made_for_something_else_signs_nobody_in(house: House, prefix: bytes) -> None:
    """The door is no oracle: what was signed under another prefix is of no use at it."""
    asker = fresh(house.officer)

    response = asker.client.post("/sessions", json=asker.sign_in_body(prefix))

    assert response.status_code == 401


def test_a_sign_in_is_used_once(house: House) -> None:
    """The same message begins one session and no second."""
    asker = fresh(house.officer)
    body = asker.sign_in_body()

    first, second = asker.client.post("/sessions", json=body), asker.client.post("/sessions", json=body)

    assert (first.status_code, second.status_code) == (201, 401)


def test_a_key_for_acts_signs_nobody_in(house: House) -> None:
    """Sign-in takes session keys alone, so that no page that signs people in ever sees a key for acts."""
    asker = fresh(house.officer)
    officer = asker.officer
    body = asker.sign_in_body(key=officer.key.fingerprint)
    message = SESSION_PREFIX + json.dumps(body["message"], sort_keys=True, separators=(",", ":")).encode()
    body["signature"]["value"] = to_base64(officer.key.sign(message))

    assert asker.client.post("/sessions", json=body).status_code == 401


@pytest.mark.parametrize("token", ["-", "x" * 43, "Bearer", "../../etc"])
def test_a_forged_token_opens_nothing(house: House, token: str) -> None:
    """A token that was not given out is refused at every door."""
    for path in ("/cases", "/persons", "/inbox", "/entries/0", "/sessions/current"):
        response = httpx2.get(house.server.api + path, headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_signed_out_token_is_dead(house: House) -> None:
    """After signing out the token opens nothing, writing included."""
    asker = fresh(house.officer)
    asker.sign_in()
    act = asker.compose(
        "exhibit.moved.v1", house.exhibit, {}, {"place": {"site": "X", "detail": None}, "reason": None}
    )

    assert asker.client.delete("/sessions/current").status_code == 204
    assert asker.send(act).status_code == 401
    assert asker.client.get("/cases").status_code == 401


def test_a_person_acts_for_nobody_else(house: House) -> None:
    """An insider's session does not carry another person's act, even one that is rightly signed."""
    act = house.custodian.compose("person.amended.v1", house.custodian.id, {}, {"name": "X", "reason": "y"})
    before = house.officer.client.get("/ledger").json()["size"]

    response = house.stranger.send(act)

    assert (response.status_code, response.json()["rule"]) == (403, "session.other-person")
    assert house.officer.client.get("/ledger").json()["size"] == before


def reading_paths(house: House) -> list[str]:
    """Return every address that shows something of the house's case."""
    case, exhibit = house.case.partition("/")[2], house.exhibit.partition("/")[2]
    index = house.officer.client.get(f"/streams/{house.exhibit}").json()["entries"][0]
    return [
        f"/cases/{case}",
        f"/cases/{case}/exhibits",
        f"/cases/{case}/history",
        f"/exhibits/{exhibit}",
        f"/exhibits/{exhibit}/history",
        f"/exhibits/{exhibit}/files/{house.file}/content",
        f"/entries/{index}",
        f"/receipts/{index}",
        f"/streams/case/{case}",
        f"/streams/exhibit/{exhibit}",
        f"/streams/access/{exhibit}",
        f"/streams/fixity/{exhibit}",
    ]


def test_for_a_stranger_the_case_does_not_exist(house: House) -> None:
    """Every address of a case answers a stranger as it answers for a UUID that nobody ever used."""
    for path in reading_paths(house):
        response = house.stranger.client.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not-found"), path
    unused = house.stranger.client.get(f"/cases/{uuid.uuid4()}").json()
    real = house.stranger.client.get(f"/cases/{house.case.partition('/')[2]}").json()
    assert unused | {"instance": ""} == real | {"instance": ""}


def test_a_stranger_learns_nothing_by_writing(house: House) -> None:
    """A refused act does not tell a stranger how the stream stands."""
    act = house.stranger.compose(
        "exhibit.moved.v1",
        house.exhibit,
        {},
        {"place": {"site": "X", "detail": None}, "reason": None},
        new=True,
    )

    told = house.stranger.send(act)

    assert (told.status_code, told.json().get("facts")) == (404, {"kind": "exhibit"})


def test_a_stranger_learns_by_search_and_digest_only_that_it_is_held(house: House) -> None:
    """Search finds nothing of the case, lists are empty, and a digest gives yes without where."""
    client = house.stranger.client
    held = client.get("/files/held", params={"sha256": hashlib.sha256(house.data).hexdigest()}).json()
    hits = client.get("/search", params={"q": "warehouse"}).json()["items"]

    assert held == {"held": True, "exhibits": []}
    assert house.exhibit not in {each["stream"] for each in hits}
    assert house.case not in {each["case"] for each in client.get("/cases").json()["items"]}


def test_an_administrator_reads_no_evidence(house: House) -> None:
    """Who runs the ledger sees entries without values, and no case, exhibit or file."""
    for path in reading_paths(house):
        response = house.founder.client.get(path)
        if path.startswith(("/entries", "/receipts", "/streams")):
            assert response.status_code == 200
            assert response.json().get("disclosures", []) == []
        else:
            assert (response.status_code, response.json()["rule"]) == (403, "role.administrator-excluded"), (
                path
            )
    deposit = house.founder.begin_deposit(f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"x")
    assert deposit.status_code == 403


def test_an_auditor_reads_history_and_no_file(house: House) -> None:
    """A ledger-wide auditor sees every value; an original stays closed, and no access is recorded."""
    uuid_ = house.exhibit.partition("/")[2]
    before = house.auditor.client.get(f"/streams/access/{uuid_}").json()["version"]

    assert house.auditor.client.get(f"/exhibits/{uuid_}").status_code == 200
    refused = house.auditor.client.get(f"/exhibits/{uuid_}/files/{house.file}/content")

    assert (refused.status_code, refused.json()["rule"]) == (403, "role.auditor-no-content")
    assert house.auditor.client.get(f"/streams/access/{uuid_}").json()["version"] == before


def test_who_takes_nothing_in_deposits_nothing(house: House) -> None:
    """Locked bytes that no entry names could fill the vault: an auditor and a person in no case may not deposit."""
    stranger = doors.enrol(house.founder, f"depositor {uuid.uuid4()}", "officer")
    for person in (stranger, house.auditor):
        refused = person.begin_deposit(f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"x")
        assert (403, "role.depositors") == (refused.status_code, refused.json()["rule"])
    doors.open_case(stranger, f"UKR7-{uuid.uuid4().hex[:6].upper()}")
    assert stranger.begin_deposit(f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"x").status_code == 201


def test_another_persons_deposits_and_operations_do_not_exist(house: House) -> None:
    """A deposit and an operation are their person's alone."""
    begun = house.officer.begin_deposit(f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"some bytes")
    path = begun.headers["location"].removeprefix("/api/v1")
    key = {"Idempotency-Key": secrets.token_hex(8)}
    body = {"scope": "exhibit", "id": house.exhibit.partition("/")[2], "files": False}
    operation = house.officer.client.post("/verifications", json=body, headers=key).json()["operation"]

    tus = {"Tus-Resumable": "1.0.0"}
    client = house.custodian.client
    assert client.head(path, headers=tus).status_code == 404
    assert client.patch(path, content=b"evil", headers=doors.piece(0)).status_code == 404
    assert client.delete(path, headers=tus).status_code == 404
    assert client.post(f"{path}/store", json={}, headers=key).status_code == 404
    assert client.get(f"/operations/{operation}").status_code == 404
    assert client.get(f"/operations/{operation}/events").status_code == 404
    assert house.officer.client.head(path, headers=tus).headers["upload-offset"] == "0"


def test_files_of_another_deposit_are_not_taken_in(house: House) -> None:
    """An intake names only files that its own actor had stored for that very exhibit, with those digests."""
    exhibit, file, data = f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"the bytes of somebody"
    house.officer.deposit(exhibit, file, data)
    public = examples.intake(house.case, "digital", [file], collected_at=doors.COLLECTED)

    theirs = house.custodian.compose(
        "exhibit.received.v1", exhibit, public, doors.digital_body(file, data), new=True
    )
    other = house.officer.compose(
        "exhibit.received.v1", f"exhibit/{uuid.uuid4()}", public, doors.digital_body(file, data), new=True
    )
    lied = house.officer.compose(
        "exhibit.received.v1", exhibit, public, doors.digital_body(file, b"lies"), new=True
    )
    answers = [house.custodian.send(theirs), house.officer.send(other), house.officer.send(lied)]

    assert [(each.status_code, each.json()["rule"]) for each in answers] == [(422, "file.not-stored")] * 3


def test_a_session_ends_with_its_person(house: House) -> None:
    """A deactivated person's session is dead at once, and so is one whose key was revoked."""
    leaver = doors.enrol(house.founder, f"leaver {uuid.uuid4()}")
    house.founder.write("person.deactivated.v1", leaver.id, {}, {"reason": "left"})
    assert leaver.client.get("/cases").status_code == 401

    loser = doors.enrol(house.founder, f"loser {uuid.uuid4()}")
    public = {"key": loser.officer.session.fingerprint, "untrusted_since": None}
    house.founder.write("person.key-revoked.v1", loser.id, public, {"reason": "lost"})
    assert loser.client.get("/cases").status_code == 401


def test_a_newcomer_sees_nothing_before_confirming(house: House) -> None:
    """Until the first key is confirmed a session shows its own person and no other thing."""
    newcomer = Person(house.server, f"newcomer {uuid.uuid4()}")
    body = examples.enrolled("newcomer")
    house.founder.write(
        "person.enrolled.v1", newcomer.id, examples.enrolment(newcomer.officer), body, new=True
    )

    assert newcomer.sign_in().status_code == 201
    for path in ("/cases", "/persons", "/search?q=a", f"/files/held?sha256={'0' * 64}"):
        assert newcomer.client.get(path).json()["rule"] == "session.unconfirmed"
    assert newcomer.client.get("/sessions/current").json()["person"] == newcomer.id


def test_a_body_that_is_too_large_is_refused_early(house: House) -> None:
    """A declared length over the limit is answered before the body is read, and a hidden one while it is."""
    declared = house.officer.client.post(
        "/verifications", content=b"x" * 70_000, headers={"Content-Type": "application/json"}
    )

    def hidden() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1024

    counted = house.officer.client.post(
        "/sessions", content=hidden(), headers={"Content-Type": "application/json"}
    )

    assert (declared.status_code, counted.status_code) == (413, 413)


def test_the_log_holds_no_secret_and_no_evidence(house: House) -> None:
    """Tokens, names of people, values and query texts are in no line of the log, and addresses hold no secret."""
    client = house.officer.client
    marker = f"marker{secrets.token_hex(4)}"
    client.get("/search", params={"q": marker})
    deadline = time.monotonic() + 5
    while "/search" not in house.server.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)

    log = house.server.log.read_text()
    token = client.headers["Authorization"].removeprefix("Bearer ")
    for secret in (token, marker, "warehouse", "ID 004512345", "Садова"):
        assert secret not in log
    lines = [json.loads(line) for line in log.splitlines() if '"event": "request"' in line]
    assert lines
    assert {"request_id", "method", "route", "status", "duration_ms"} <= lines[-1].keys()


def test_who_becomes_an_administrator_reads_no_evidence_of_before(house: House) -> None:
    """Not even the values of their own acts; nor is a digest answered to an administrator."""
    name = f"turned {uuid.uuid4()}"
    person = doors.enrol(house.founder, name, "officer")
    exhibit = doors.physical(person, doors.open_case(person, f"T-{secrets.token_hex(4)}".upper()))
    index = person.client.get(f"/streams/{exhibit}").json()["entries"][0]
    before = person.client.get(f"/entries/{index}").json()["disclosures"]

    house.founder.write("person.role-granted.v1", person.id, {"role": "administrator"}, {"reason": None})
    held = person.client.get("/files/held", params={"sha256": hashlib.sha256(house.data).hexdigest()})

    assert before
    assert person.client.get(f"/entries/{index}").json()["disclosures"] == []
    assert (held.status_code, held.json()["rule"]) == (403, "role.administrator-excluded")


def test_a_custodian_who_left_the_case_hands_the_exhibit_over(house: House) -> None:
    """They stay answerable, so they may see the exhibit and its stream, and nothing else of the case or its files."""
    person = doors.enrol(house.founder, f"leaving {uuid.uuid4()}")
    officer = house.officer
    case = doors.open_case(officer, f"L-{secrets.token_hex(4)}".upper(), custodian=person)
    exhibit, other = doors.physical(officer, case), doors.physical(officer, case)
    officer.write("transfer.offered.v1", exhibit, {"to": person.id}, examples.offer())
    offer = officer.client.get(f"/streams/{exhibit}").json()["previous"]
    person.write("transfer.accepted.v1", exhibit, {"offer": offer}, examples.acceptance())
    officer.write(
        "case.member-removed.v1", case, {"person": person.id, "role": "custodian"}, {"reason": "moved away"}
    )

    person.write("transfer.offered.v1", exhibit, {"to": officer.id}, examples.offer())
    hidden = [f"/streams/{other}", f"/streams/{case}", f"/cases/{case.partition('/')[2]}"]
    assert person.client.get(f"/exhibits/{exhibit.partition('/')[2]}").status_code == 200
    assert [person.client.get(path).status_code for path in hidden] == [404, 404, 404]

    offer = officer.client.get(f"/streams/{exhibit}").json()["previous"]
    officer.write("transfer.accepted.v1", exhibit, {"offer": offer}, examples.acceptance())
    assert person.client.get(f"/streams/{exhibit}").status_code == 404


def test_a_key_from_a_recovery_sees_nothing_before_it_is_confirmed(house: House) -> None:
    """Two administrators who give themselves somebody's key read nothing with it that leaves no act of that key."""
    second = doors.enrol(house.founder, f"second {uuid.uuid4()}", "administrator")
    person = doors.enrol(house.founder, f"robbed {uuid.uuid4()}", "officer")
    exhibit = doors.physical(person, doors.open_case(person, f"R-{secrets.token_hex(4)}".upper()))
    index = person.client.get(f"/streams/{exhibit}").json()["entries"][0]
    thief = Person(house.server, f"thief {uuid.uuid4()}")
    keys: dict[str, Json] = {
        "key": thief.officer.key.public(),
        "session_key": thief.officer.session.public(),
    }
    check: Json = {"method": "none", "document": None, "checked_on": None}
    body: dict[str, Json] = {"identity_check": check, "reason": "lost"}
    house.founder.write("person.recovery-proposed.v1", person.id, keys, body)
    proposal = second.client.get(f"/streams/{person.id}").json()["previous"]
    second.write("person.recovery-approved.v1", person.id, {"proposal": proposal})
    thief.officer = replace(thief.officer, person=person.officer.person)

    assert thief.sign_in().status_code == 201
    hidden = [f"/entries/{index}", f"/receipts/{index}", f"/streams/{exhibit}"]
    assert [thief.client.get(path).status_code for path in hidden] == [404, 404, 404]
    assert {item["kind"] for item in thief.client.get("/inbox").json()["items"]} == {"key"}


def fresh(person: Person) -> Person:
    """Return the same person on a connection without a session."""
    again = Person(person.server, person.officer.name)
    again.officer = person.officer
    return again
