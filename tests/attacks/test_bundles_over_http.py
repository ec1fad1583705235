"""Who asks for bundles, sealings and issues at the service's doors, and learns or changes nothing."""

import uuid
from typing import Any

import pytest

from custody.canonical import Json
from tests.support import doors, examples, handing_out
from tests.support.doors import House, Person

pytestmark = pytest.mark.s3

SEALED: dict[str, Json] = {
    "at": 1,
    "exhibits": 0,
    "heads": "ab" * 32,
    "request": "ab" * 32,
    "streams": 1,
}
ISSUED: dict[str, Json] = {"sealed": "ab" * 32, "sha256": "ab" * 32, "size": 1}


def _request(house: House, by: Person, *exhibits: str) -> tuple[str, int]:
    """Request a bundle of the house's case, or of exhibits; return its stream and the index of the request."""
    bundle = f"bundle/{uuid.uuid4()}"
    public = examples.request(None if exhibits else house.case, exhibits)
    receipt = by.write("bundle.requested.v1", bundle, public, examples.requested(), new=True)
    return bundle, receipt["index"]


def _checked(who: Person, kind: str, bundle: str, public: dict[str, Json], opened: Json) -> dict[str, Any]:
    act: Json = {
        "type": kind,
        "stream": bundle,
        "public": public,
        "opened": opened,
        "occurred_at": doors.now(),
    }
    told = who.client.post("/acts/check", json={"acts": [act]})
    assert told.status_code == 200, told.text
    return told.json()["checks"][0]  # type: ignore[no-any-return]


def _head(house: House) -> object:
    return house.officer.client.get("/ledger").json()["size"]


@pytest.mark.parametrize(
    ("kind", "public"), [("bundle.sealed.v1", SEALED), ("bundle.issued.v1", ISSUED)], ids=["sealed", "issued"]
)
def test_a_client_sends_what_only_the_service_signs(house: House, kind: str, public: dict[str, Json]) -> None:
    """An officer's sealing or issue is refused, and nobody is told of a bundle that they may not see."""
    bundle, _ = _request(house, house.officer)
    before = _head(house)
    answers = [
        who.send(who.compose(kind, bundle, public, new=who is house.stranger))
        for who in (house.officer, house.stranger)
    ]
    assert [(422, "service.only"), (404, None)] == [
        (each.status_code, each.json().get("rule")) for each in answers
    ]
    assert _checked(house.officer, kind, bundle, public, {})["rule"] == "service.only"
    assert before == _head(house)


def test_who_may_request(house: House) -> None:
    """Officers and prosecutors of the case request; custodians, strangers and administrators do not."""
    before = _head(house)
    public, opened = examples.request(house.case), examples.requested()
    told = {
        name: _checked(who, "bundle.requested.v1", f"bundle/{uuid.uuid4()}", public, opened)
        for name, who in (
            ("officer", house.officer),
            ("prosecutor", house.prosecutor),
            ("custodian", house.custodian),
            ("stranger", house.stranger),
            ("founder", house.founder),
        )
    }
    assert {
        "officer": None,
        "prosecutor": None,
        "custodian": "role.in-case",
        "stranger": "role.in-case",
        "founder": "role.in-case",
    } == {name: each.get("rule") for name, each in told.items()}
    act = house.custodian.compose("bundle.requested.v1", f"bundle/{uuid.uuid4()}", public, opened, new=True)
    assert house.custodian.send(act).json()["rule"] == "role.in-case"
    assert before == _head(house)


@pytest.mark.parametrize("whole", [True, False], ids=["whole case", "one exhibit"])
def test_who_may_know_of_a_bundle(house: House, *, whole: bool) -> None:
    """Those of its case and auditors see the stream and the entry; an administrator no values; a stranger nothing."""
    bundle, index = _request(house, house.prosecutor, *(() if whole else (house.exhibit,)))
    for path in (f"/streams/{bundle}", f"/entries/{index}", f"/receipts/{index}"):
        seen = {
            name: who.client.get(path).status_code
            for name, who in (
                ("custodian", house.custodian),
                ("auditor", house.auditor),
                ("founder", house.founder),
                ("stranger", house.stranger),
            )
        }
        assert {"custodian": 200, "auditor": 200, "founder": 200, "stranger": 404} == seen, path
    disclosed = [
        len(who.client.get(f"/entries/{index}").json()["disclosures"])
        for who in (house.custodian, house.auditor, house.founder)
    ]
    assert [3, 3, 0] == disclosed


def test_who_fetches_a_bundle_that_holds_values_of_another_case(house: House) -> None:
    """Of one case, with an exhibit that is in another now: who has no role there gets neither zip nor papers."""
    case = doors.open_case(house.officer, "UKR2-HERE", prosecutor=house.prosecutor)
    other = doors.open_case(house.officer, "UKR2-ELSEWHERE")
    exhibit = doors.physical(house.officer, case)
    moved: dict[str, Json] = {"case": other, "from": case}
    house.officer.write("exhibit.case-corrected.v1", exhibit, moved, {"reason": "wrong case"})
    made = handing_out.made(house.officer, handing_out.request(house.officer, case))
    path = f"/bundles/{made['bundle'].partition('/')[2]}"
    before = _head(house)

    refused = [house.prosecutor.client.get(f"{path}/{each}") for each in ("zip", "papers/statement.pdf")]

    assert [(403, "role.bundle-holders")] * 2 == [
        (each.status_code, each.json().get("rule")) for each in refused
    ]
    assert before == _head(house)
    assert 200 == house.officer.client.get(f"{path}/papers/statement.pdf").status_code
    assert handing_out.fetch(house.officer, made).data


def test_a_duplicate_of_what_one_may_not_see(house: House) -> None:
    """An officer marks their own as duplicate of a stranger's exhibit, which a bundle would follow: there is none."""
    stranger = house.stranger
    mine = doors.physical(stranger, doors.open_case(stranger, "UKR2-MINE"))
    other = doors.physical(stranger, doors.open_case(stranger, "UKR2-ALSO"))
    act = stranger.client.get(f"/streams/{mine}").json()["previous"]

    def marked(duplicate: str) -> tuple[dict[str, Any], Any]:
        public: dict[str, Json] = {"act": act, "duplicate_of": duplicate}
        submission = stranger.compose("exhibit.recorded-in-error.v1", mine, public, {"reason": "twice"})
        checked = _checked(stranger, "exhibit.recorded-in-error.v1", mine, public, {"reason": "twice"})
        return checked, stranger.send(submission)

    for hidden in (house.exhibit, f"exhibit/{uuid.uuid4()}"):
        checked, sent = marked(hidden)
        assert (False, "exhibit.unknown") == (checked["allowed"], checked["rule"])
        assert (422, "exhibit.unknown") == (sent.status_code, sent.json()["rule"])
    checked, sent = marked(other)
    assert (True, 201) == (checked["allowed"], sent.status_code)
