"""The main job over HTTP, with a real server, ledger and vault."""

import hashlib

import pytest

from tests.support import examples
from tests.support.doors import House, physical

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

    assert (part.status_code, part.content) == (206, house.data[100:200])
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range")
