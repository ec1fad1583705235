"""Too many sign-ins from one address are refused for a while, whatever a client says of its own address."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.support import doors
from tests.support.doors import Person

pytestmark = [pytest.mark.s3, pytest.mark.slow]

FEW = {"CUSTODY_SIGN_INS_PER_MINUTE": "4"}


def asked(person: Person, address: str | None = None) -> httpx2.Response:
    """Return the answer to a sign-in that is no good, as if from an address."""
    headers = {"Accept-Language": "uk"} | ({} if address is None else {"X-Forwarded-For": address})
    return person.client.post("/sessions", json={}, headers=headers)


def test_one_address_may_ask_so_often(tmp_path: Path) -> None:
    """The fifth is 429 with Retry-After in the asker's language, for a good sign-in as for a bad one."""
    with doors.running(tmp_path / "data", **FEW) as server:
        founder = doors.found(server)
        answers = [asked(founder, f"192.0.2.{number}") for number in range(4)]
        good = founder.sign_in()
        still = founder.client.get("/sessions/current")

    assert [400, 400, 400, 429] == [each.status_code for each in answers]
    problem = answers[-1].json()
    assert ("too-many-requests", "Забагато запитів") == (problem["code"], problem["title"])
    assert problem["facts"]["seconds"] == int(answers[-1].headers["Retry-After"]) > 0
    assert str(problem["facts"]["seconds"]) in problem["detail"]
    assert (429, 200) == (good.status_code, still.status_code)


def test_behind_a_trusted_proxy_the_clients_are_counted(tmp_path: Path) -> None:
    """The addresses that the proxy names have each their own count; those of a stranger's header have not."""
    proxy = {"CUSTODY_TRUSTED_PROXIES": '["127.0.0.1"]'}
    with doors.running(tmp_path / "data", **FEW, **proxy) as server:
        founder = doors.found(server)
        apart = [asked(founder, f"192.0.2.{number}").status_code for number in range(8)]
        one = [asked(founder, "2001:db8::1").status_code for _ in range(5)]

    assert [400] * 8 == apart
    assert [400, 400, 400, 400, 429] == one
