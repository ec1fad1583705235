"""A checkpoint that somebody keeps is shown to the real server, which stops writing when it cannot continue it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.key_files import open_keys
from tests.support.doors import Server, found, running

pytestmark = pytest.mark.s3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A founded ledger of its own, since it will not take acts again."""
    with running(tmp_path / "data") as made:
        found(made)
        yield made


def test_a_newer_head_under_our_own_key_stops_writing(server: Server, tmp_path: Path) -> None:
    """Strangers' notes and our own old ones change nothing; a signed head that is not here makes it read-only."""
    key = open_keys(tmp_path / "data", "unused").log
    client = server.client()

    def show(note: str) -> tuple[int, str]:
        told = client.post("/checkpoint", json={"checkpoint": note})
        return told.status_code, told.json().get("code", "")

    def state() -> str:
        return str(client.get("/ledger").json()["state"])

    own = client.get("/checkpoint").text
    assert (200, "") == show(own)
    assert (422, "signature-refused") == show(own.replace(own.splitlines()[-1][-9:], "AAAAAAAA="))
    assert (400, "malformed") == show("no note")
    assert "open" == state()

    assert (503, "writes-refused") == show(key.sign(1000, bytes(32)).decode())
    assert "read-only" == state()
