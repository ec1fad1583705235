"""The kept checkpoint is shown to a server that does not continue it; whatever comes of that, the finding stands."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from custody_cli import checkpoints
from custody_cli.contact import greet
from custody_cli.door import Door
from custody_cli.faults import NotContinued
from custody_cli.profile import Profile
from tests.support.client_ledger import ClientLedger

SERVER = "http://127.0.0.1:8000"
Answer = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def ledger() -> ClientLedger:
    """A ledger of nine entries."""
    return ClientLedger(leaves=[b"%d" % at for at in range(9)])


@pytest.fixture
def profile(tmp_path: Path, ledger: ClientLedger) -> Profile:
    """A profile that keeps the checkpoint of all nine."""
    made = Profile(tmp_path / "profile")
    checkpoints.advance(made, ledger.pin(), ledger.note(9), ledger.consistency)
    return made


def problem(status: int, code: str) -> Answer:
    """Return a server that refuses what it is shown."""
    return lambda _request: httpx2.Response(status, json={"code": code, "detail": "x"})


def breaking(request: httpx2.Request) -> httpx2.Response:
    """A server that is gone."""
    raise httpx2.ConnectError("gone", request=request)


@pytest.mark.parametrize("size", [5, 9])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (problem(503, "writes-refused"), "has stopped writing"),
        (problem(409, "fork-seen"), "has stopped writing"),
        (problem(404, "not-found"), "tell its operator"),
        (problem(503, "unavailable"), "tell its operator"),
        (lambda _request: httpx2.Response(200, text="<html>"), "tell its operator"),
        (lambda _request: httpx2.Response(302), "tell its operator"),
        (lambda _request: httpx2.Response(200, json={"size": 9}), "calls it its own"),
        (breaking, "tell its operator"),
    ],
)
def test_the_finding_stands_whatever_the_server_says(
    profile: Profile, ledger: ClientLedger, size: int, answer: Answer, words: str
) -> None:
    """It ends as an integrity failure with both notes kept, after the kept note was shown without a session."""
    shown: list[httpx2.Request] = []
    other = ClientLedger(key=ledger.key, leaves=[b"another history", *ledger.leaves[1:]])

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/api/v1/ledger":
            pin = ledger.pin()
            told = {"ledger": pin.ledger, "origin": pin.origin, "log": [*pin.log], "size": size}
            return httpx2.Response(200, json={**told, "checkpoint": other.note(size).decode()})
        shown.append(request)
        return answer(request)

    with Door(SERVER, httpx2.MockTransport(serve)) as door, pytest.raises(NotContinued) as found:
        greet(door, profile, ledger.pin())

    (request,) = shown
    assert (request.method, request.url.path) == ("POST", "/api/v1/checkpoint")
    assert json.loads(request.content) == {"checkpoint": ledger.note(9).decode()}
    assert "Authorization" not in request.headers
    assert found.value.exit_status == 1
    assert "INTEGRITY" in found.value.text()
    assert words in found.value.text()
    assert len(list((profile.folder / "evidence").rglob("*.checkpoint"))) == 2


def test_a_proof_of_no_form_is_no_proof(profile: Profile, ledger: ClientLedger) -> None:
    """A server that answers the question for a proof with rubbish is found like one that forked."""

    def serve(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/api/v1/ledger":
            ledger.leaves.append(b"10")
            pin = ledger.pin()
            told = {"ledger": pin.ledger, "origin": pin.origin, "log": [*pin.log], "size": 10}
            return httpx2.Response(200, json={**told, "checkpoint": ledger.note(10).decode()})
        return httpx2.Response(200, json={"path": "none"})

    with Door(SERVER, httpx2.MockTransport(serve)) as door, pytest.raises(NotContinued) as found:
        greet(door, profile, ledger.pin())
    assert found.value.key == "checkpoint.forked"
