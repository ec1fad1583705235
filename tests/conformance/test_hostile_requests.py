"""Malformed and hostile requests against every route: always a problem, never a fault of ours."""

import secrets
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from api.app import create_routes, describe
from tests.support.doors import House, Person, piece

pytestmark = [pytest.mark.s3, pytest.mark.slow, pytest.mark.timeout(180)]

# PATCH takes bytes of a type that cannot be generated; it is tried by hand below.
schema = schemathesis.openapi.from_dict(describe(create_routes())).exclude(method="PATCH")

UUIDS = "6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "deep": b'{"acts":' + b"[" * 3000 + b"]" * 3000 + b"}",
    "names twice": b'{"acts":[],"acts":[]}',
    "NUL": b'{"acts":"\\u0000"}',
    "surrogate": b'{"acts":["\\ud800"],"message":"\\udfff"}',
    "float": b'{"acts":[1.5]}',
    "long number": b'{"acts":[' + b"9" * 6000 + b"]}",
    "not UTF-8": b'{"acts":"\xff"}',
    "wrong kinds": b'{"acts":[{"act":[],"disclosures":{},"signature":[]}]}',
    "wrong sign-in": b'{"message":{"ledger":1},"signature":null}',
    "wrong scope": b'{"scope":[],"files":"yes","id":{}}',
}


def addresses() -> list[tuple[str, str]]:
    """Return every method and path."""
    document = describe(create_routes())
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def require_problem(response: httpx2.Response) -> None:
    """Fail unless a refusal is a problem with a code, and not a fault of ours."""
    assert response.status_code < 500, response.text
    if response.status_code >= 400 and response.request.method != "HEAD":
        assert response.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code", "instance"} <= response.json().keys()


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_post_refuses_what_it_cannot_read(house: House, body: bytes) -> None:
    """Each POST answers each bad body by a problem."""
    for method, path in addresses():
        if method != "POST" or path.endswith("/deposits"):
            continue
        url = house.server.url + path.replace("{deposit}", "0" * 32)
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8)}
        client = house.officer.client
        response = client.post(url, content=body, headers=headers)
        assert 400 <= response.status_code < 500, (path, response.text)
        require_problem(response)


@pytest.mark.parametrize(
    "value", ["%00", "..%2f..%2fetc%2fpasswd", "%ff%fe", "' OR 1=1 --", "9" * 5000, "\u0456", UUIDS]
)
def test_every_path_refuses_what_names_nothing(house: House, value: str) -> None:
    """Each address answers odd path values and odd queries by a problem."""
    names = ("cursor", "limit", "as_of", "clock", "q", "sha256")
    odd = "?" + "&".join([*(f"{name}={value}" for name in names), "index=-1&size=0&old=2&new=1"])
    for method, path in addresses():
        if method not in {"GET", "HEAD", "DELETE"} or "/sessions/current" in path:
            continue
        url = house.server.url + path
        for name in ("case", "exhibit", "person", "file", "deposit", "operation", "index", "kind", "stream"):
            url = url.replace(f"{{{name}}}", value)
        client = house.auditor.client
        require_problem(client.request(method, url + odd, headers={"Tus-Resumable": "1.0.0"}))
        require_problem(client.request(method, url, headers={"Tus-Resumable": "1.0.0"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "-1"},
        {"Upload-Length": "1e3"},
        {"Upload-Length": "9" * 400},
        {"Upload-Length": "5", "Upload-Metadata": "file !!!"},
        {"Upload-Length": "5", "Upload-Metadata": "file"},
        {"Upload-Length": "5", "Upload-Metadata": ",".join(["exhibit YQ=="] * 500)},
    ],
)
def test_a_deposit_refuses_odd_headers(house: House, headers: dict[str, str]) -> None:
    """Lengths that are none and metadata that is none are refused."""
    more = {"Tus-Resumable": "1.0.0", "Idempotency-Key": secrets.token_hex(8)}
    response = house.officer.client.post("/deposits", headers=headers | more)

    assert response.status_code == 400
    require_problem(response)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Upload-Offset": "-1"}, 400),
        ({"Upload-Offset": "3"}, 409),
        ({"Tus-Resumable": "0.2.0"}, 412),
        ({}, 413),
    ],
)
def test_a_piece_refuses_odd_headers_and_too_many_bytes(
    house: House, headers: dict[str, str], status: int
) -> None:
    """Pieces of another type, place or version are refused, and so are more bytes than were declared."""
    begun = house.officer.begin_deposit(f"exhibit/{UUIDS}", UUIDS, b"five!")
    path = begun.headers["location"].removeprefix("/api/v1")

    response = house.officer.client.patch(path, content=b"far more than five", headers=piece(0) | headers)

    assert response.status_code == status
    require_problem(response)


def test_another_version_of_tus_is_refused(house: House) -> None:
    """Without the version a deposit is not begun, and the reply says which is spoken."""
    response = house.officer.client.post("/deposits", headers={"Upload-Length": "5"})

    assert (response.status_code, response.headers["tus-version"]) == (412, "1.0.0")


def test_every_address_tells_its_methods(house: House) -> None:
    """A method that an address does not have is told by 405 with all that it has (RFC 9110 15.5.6)."""
    known: dict[str, set[str]] = {}
    for method, path in addresses():
        known.setdefault(path, set()).add(method)
    for path, methods in known.items():
        url = house.server.url + path.replace("{deposit}", "0" * 32).replace("{index}", "0").replace(
            "{kind}", "case"
        )
        for name in ("case", "exhibit", "person", "file", "operation", "stream"):
            url = url.replace(f"{{{name}}}", UUIDS)
        response = house.officer.client.request("PUT", url)
        assert response.status_code == 405, path
        assert methods <= set(response.headers["allow"].split(", ")), path


def test_every_reply_carries_the_headers(house: House) -> None:
    """Nothing may be kept, sniffed, framed or loaded, whatever the reply is."""
    for path in ("/ledger", "/nowhere", "/cases", "/checkpoint"):
        headers = house.officer.client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_head_is_get_without_a_body(house: House) -> None:
    """HEAD gives the status and headers of GET."""
    for path in ("/ledger", "/cases", "/nowhere"):
        got, head = house.officer.client.get(path), house.officer.client.head(path)
        assert (got.status_code, b"") == (head.status_code, head.content)


@schema.parametrize()
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_requests_meet_no_fault(case: "schemathesis.Case[Any]", house: House) -> None:
    """Requests made from the description, good and bad, are answered without a fault and as described."""
    headers = tokens(house, case)
    if case.operation.label == "GET /api/v1/operations/{operation}":
        case.query = {**(case.query or {}), "wait": 0}
    response = case.call(base_url=house.server.url, headers=headers)
    case.validate_response(response, checks=[not_a_server_error])


def tokens(house: House, case: "schemathesis.Case[Any]") -> dict[str, Any]:
    """Return the session that suits the address; signing out is tried without one."""
    if case.operation.label.startswith("DELETE /api/v1/sessions"):
        return {}
    person: Person = house.auditor if "cases" in case.operation.path else house.officer
    return {"Authorization": person.client.headers["Authorization"]}
