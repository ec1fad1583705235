"""The main job over HTTP, with a real server, ledger and vault."""

import hashlib
from pathlib import Path

import pytest

from custody.canonical import Json
from tests.support import doors, examples
from tests.support.doors import House, now, physical

pytestmark = [pytest.mark.s3, pytest.mark.slow]


def test_evidence_changes_hands(house: House) -> None:
    """An exhibit is offered, declined, offered again and accepted; the custodian changes with acceptance only."""
    exhibit = physical(house.officer, house.case)
    path = f"/exhibits/{exhibit.partition('/')[2]}"

    house.officer.write("transfer.offered.v1", exhibit, {"to": house.custodian.id}, examples.offer())
    offered = house.custodian.client.get(path).json()
    house.custodian.write(
        "transfer.declined.v1", exhibit, {"offer": offered["offer"]["act"]}, {"reason": "no room today"}
    )
    house.officer.write("transfer.offered.v1", exhibit, {"to": house.custodian.id}, examples.offer())
    again = house.custodian.client.get(path).json()
    inbox = house.custodian.client.get("/inbox").json()["items"]
    house.custodian.write(
        "transfer.accepted.v1", exhibit, {"offer": again["offer"]["act"]}, examples.acceptance()
    )
    accepted = house.custodian.client.get(path).json()

    assert again["custodian"]["person"] == house.officer.id
    assert exhibit in {item.get("exhibit") for item in inbox}
    assert (accepted["custodian"]["person"], accepted["offer"]) == (house.custodian.id, None)
    assert accepted["reference"].startswith("UKR2-25/")


def test_the_original_comes_back_with_its_access_on_record(house: House) -> None:
    """A download gives the very bytes, as an attachment, and its access act names who and why."""
    uuid = house.exhibit.partition("/")[2]
    path = f"/exhibits/{uuid}/files/{house.file}/content"

    response = house.prosecutor.client.get(path, headers={"Custody-Purpose": "trial%20preparation"})
    history = house.auditor.client.get(f"/exhibits/{uuid}/history", params={"limit": 200}).json()["items"]

    assert hashlib.sha256(house.data).digest() == hashlib.sha256(response.content).digest()
    assert response.headers["content-disposition"].startswith("attachment")
    access = [item for item in history if item["type"] == "access.recorded.v1"][-1]
    assert access["public"]["person"] == house.prosecutor.id
    assert access["values"]["purpose"] == "trial preparation"


def test_a_range_comes_back(house: House) -> None:
    """A part of an original can be fetched, and a range beyond its end is told."""
    path = f"/exhibits/{house.exhibit.partition('/')[2]}/files/{house.file}/content"
    client = house.officer.client

    part = client.get(path, headers={"Range": "bytes=100-199"})
    beyond = client.get(path, headers={"Range": f"bytes={len(house.data)}-"})
    backwards = client.get(path, headers={"Range": "bytes=5-3"})

    assert (part.status_code, part.content) == (206, house.data[100:200])
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range")
    assert (backwards.status_code, backwards.content) == (200, house.data)


@pytest.mark.parametrize("scope", ["exhibit", "case", "ledger"])
def test_verification_holds_and_is_on_record(house: House, scope: str) -> None:
    """A verification answers the six questions; what it found of the files is recorded by the service."""
    asker = house.auditor if scope == "ledger" else house.prosecutor
    note = asker.client.get("/checkpoint").text
    ids = {"exhibit": house.exhibit, "case": house.case, "ledger": "/"}
    body = {"scope": scope, "files": True, "checkpoint": note}
    body |= {} if scope == "ledger" else {"id": ids[scope].partition("/")[2]}

    response = asker.client.post("/verifications", json=body, headers={"Idempotency-Key": f"verify-{scope}"})
    verdict = asker.finish(response.json()["operation"])

    answers = {name: question["answer"] for name, question in verdict["questions"].items()}
    assert answers.pop("time") == "not-checked"
    assert set(answers.values()) == {"holds"}, verdict
    path = f"/exhibits/{house.exhibit.partition('/')[2]}/history"
    items = house.auditor.client.get(path, params={"limit": 200}).json()["items"]
    checks = [item for item in items if item["type"] == "fixity.checked.v1"]
    assert checks[-1]["public"] == {"exhibit": house.exhibit, "outcome": "match", "requested_by": asker.id}


def test_as_of_differs_between_the_clocks(house: House) -> None:
    """An act that was claimed for yesterday and recorded today is seen yesterday on one clock only."""
    exhibit = physical(house.officer, house.case)
    path = f"/exhibits/{exhibit.partition('/')[2]}"
    before = house.officer.client.get("/ledger").json()["checkpoint"]
    received = house.officer.client.get(path).json()["received_at"]
    house.officer.write(
        "exhibit.moved.v1", exhibit, {}, {"place": {"site": "Kyiv", "detail": None}, "reason": None}
    )
    moved = house.officer.client.get(path).json()

    then = house.officer.client.get(path, params={"as_of": received, "clock": "recorded"}).json()
    future = house.officer.client.get(
        path, params={"as_of": "2099-01-01T00:00:00+00:00", "clock": "occurred"}
    )

    assert before
    assert moved["fields"]["place"]["value"] == {"site": "Kyiv", "detail": None}
    assert then["fields"]["place"]["value"] != moved["fields"]["place"]["value"]
    assert future.json()["fields"] == moved["fields"]


def test_lists_and_search_show_what_was_recorded(house: House) -> None:
    """Cases, exhibits, people, words and digests are found by those who may see them."""
    client = house.officer.client
    uuid = house.case.partition("/")[2]

    assert house.case in {item["case"] for item in client.get("/cases").json()["items"]}
    assert house.exhibit in {
        item["exhibit"] for item in client.get(f"/cases/{uuid}/exhibits").json()["items"]
    }
    assert {"officer", "auditor"} <= {item["name"] for item in client.get("/persons").json()["items"]}
    assert house.exhibit in {
        item["stream"] for item in client.get("/search", params={"q": "warehouse"}).json()["items"]
    }
    held = client.get("/files/held", params={"sha256": hashlib.sha256(house.data).hexdigest()}).json()
    assert (held["held"], held["exhibits"][0]["exhibit"]) == (True, house.exhibit)


def test_pages_follow_one_another(house: House) -> None:
    """Every page begins where the one before ended, and a cursor of nobody's is refused."""
    exhibit = physical(house.officer, house.case)
    place: dict[str, Json] = {"place": {"site": "Lviv", "detail": None}, "reason": None}
    house.officer.write("exhibit.moved.v1", exhibit, {}, place)
    path = f"/exhibits/{exhibit.partition('/')[2]}/history"
    whole = house.officer.client.get(path, params={"limit": 200}).json()["items"]

    first = house.officer.client.get(path, params={"limit": 1}).json()
    rest = house.officer.client.get(path, params={"cursor": first["next_cursor"], "limit": 199}).json()
    bad = house.officer.client.get("/cases", params={"cursor": "!"})

    assert [*first["items"], *rest["items"]] == whole
    assert (bad.status_code, bad.json()["path"]) == (400, "cursor")


def test_an_act_is_recorded_once(house: House) -> None:
    """The same request gives the first receipt; another one under its key is refused; so is a stale act."""
    exhibit = physical(house.officer, house.case)
    place: dict[str, Json] = {"place": {"site": "Lviv", "detail": None}, "reason": None}
    act = house.officer.compose("exhibit.moved.v1", exhibit, {}, place)
    other = house.officer.compose("exhibit.moved.v1", exhibit, {}, place | {"reason": "room full"})

    first = house.officer.send(act, key=f"k-{exhibit}"[:60])
    again = house.officer.send(act, key=f"k-{exhibit}"[:60])
    elsewhere = house.officer.send(act, key=f"l-{exhibit}"[:60])
    reused = house.officer.send(other, key=f"k-{exhibit}"[:60])
    stale = house.officer.send(other)

    assert (first.status_code, again.status_code, elsewhere.status_code) == (201, 200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert {r.json()["receipts"][0]["index"] for r in (first, again, elsewhere)} == {
        first.json()["receipts"][0]["index"]
    }
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-stream")
    assert stale.json()["facts"]["version"] == 2


def test_a_check_tells_beforehand(house: House) -> None:
    """POST /acts/check says what the rules say, and what acts in a row must carry; nothing is recorded."""
    exhibit = physical(house.officer, house.case)
    size = house.officer.client.get("/ledger").json()["size"]

    def planned(kind: str, opened: dict[str, object]) -> dict[str, object]:
        when = "2026-02-01T10:00:00+02:00" if kind == "exhibit.amended.v1" else now()
        return {"type": kind, "stream": exhibit, "public": {}, "opened": opened, "occurred_at": when}

    moved = planned("exhibit.moved.v1", {"place": {"site": "Lviv", "detail": None}, "reason": None})
    early = planned("exhibit.amended.v1", {"title": "Telephone", "reason": "short"})
    told = house.officer.client.post("/acts/check", json={"acts": [moved, moved, early], "seen": size}).json()
    hidden = house.stranger.client.post("/acts/check", json={"acts": [moved], "seen": None}).json()

    first, second, third = told["checks"]
    assert (first["allowed"], first["version"]) == (True, 2)
    assert (second["allowed"], second["version"], second["previous"], second["after"]) == (True, 3, None, 0)
    assert (third["allowed"], third["rule"]) == (False, "continuity.order")
    assert "20" in third["reason"]
    assert hidden["checks"][0]["code"] == "not-found"
    assert size == house.officer.client.get("/ledger").json()["size"]


def test_the_same_doors_stand_before_postgresql(postgres_database: str, tmp_path: Path) -> None:
    """On PostgreSQL a file comes in, comes back, and the ledger verifies; a session ends when it is signed out."""
    data = b"%PDF-1.7 " + bytes(range(256)) * 20
    with doors.running(tmp_path / "data", CUSTODY_DATABASE=postgres_database) as server:
        founder = doors.found(server)
        officer = doors.enrol(founder, "officer", "officer")
        case = doors.open_case(officer, "PG-1")
        exhibit, file = doors.digital(officer, case, data)
        path = f"/exhibits/{exhibit.partition('/')[2]}/files/{file}/content"
        content = officer.client.get(path).content
        body = {"scope": "case", "id": case.partition("/")[2], "files": True}
        response = officer.client.post("/verifications", json=body, headers={"Idempotency-Key": "k"})
        again = officer.client.post("/verifications", json=body, headers={"Idempotency-Key": "k"})
        verdict = officer.finish(response.json()["operation"])
        signed_out = officer.client.delete("/sessions/current").status_code
        after = officer.client.get("/cases").status_code

    assert content == data
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", response.json())
    assert {verdict["questions"][name]["answer"] for name in ("integrity", "authorship", "files")} == {
        "holds"
    }
    assert (signed_out, after) == (204, 401)
