"""What is sent again after a crash is the same request, byte for byte: idempotency depends on it."""

import json

import httpx2

from custody_cli.door import Door


def test_a_repeated_request_has_the_same_bytes() -> None:
    """The order of members in memory, before and after a restart, does not show in the body."""
    bodies: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request.read())
        return httpx2.Response(200, json={})

    with Door("http://127.0.0.1:8000", httpx2.MockTransport(answer)) as door:
        door.post("/acts", {"b": {"d": 1, "c": 2}, "a": []}, "key")
        door.post("/acts", json.loads(json.dumps({"a": [], "b": {"c": 2, "d": 1}})), "key")

    assert bodies[0] == bodies[1]
