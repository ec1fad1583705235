"""Somebody who sends or takes slowly, much or often, with a session or with none: all others are served meanwhile."""

from __future__ import annotations

import resource
import secrets
import select
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from api.at_once import DOWNLOADS, LARGE_BODIES, UPLOADS
from api.bodies import MOST_VALUES
from api.middleware import SMALL_BODY
from tests.support import doors
from tests.support.doors import House, Person
from tests.support.polling import until

pytestmark = [pytest.mark.s3, pytest.mark.timeout(120)]

MIB = 1 << 20
JSON = {"Content-Type": "application/json"}
POOL = 40  # threads in which all routes run


@contextmanager
def opened(house: House, head: str, body: bytes = b"") -> Iterator[socket.socket]:
    """Send the head of a request, and a part of its body, over a connection of its own."""
    with socket.create_connection(("127.0.0.1", house.server.port), timeout=30) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        yield line


def status(line: socket.socket) -> int:
    """Return the status of the answer that comes."""
    return int(line.recv(4096).split(b" ", 2)[1])


def answered(lines: list[socket.socket]) -> list[socket.socket]:
    """Return the connections on which something has come."""
    return select.select(lines, [], [], 0)[0]


def token(person: Person) -> str:
    """Return the header of a person's session."""
    return f"Authorization: {person.client.headers['Authorization']}"


def require_served(house: House) -> None:
    """Fail unless somebody else is answered at once."""
    answer = httpx2.get(f"{house.server.api}/ledger", timeout=5)
    assert answer.status_code == 200


def resident(house: House) -> int:
    """Return the bytes of memory that the server holds."""
    assert house.server.process is not None
    lines = Path(f"/proc/{house.server.process.pid}/status").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(found) * 1024


@pytest.mark.parametrize("path", ["acts", "acts/check", "founding"])
@pytest.mark.parametrize("shown", [None, "Bearer " + "x" * 43])
def test_nobody_is_read_at_length_without_a_session(house: House, path: str, shown: str | None) -> None:
    """Millions of values are not even received from who shows no token, or one of no session."""
    body = b'{"acts":[' + b"[]," * (16 * MIB // 3) + b"[]]}"
    headers = JSON | {"Idempotency-Key": secrets.token_hex(8)} | ({"Authorization": shown} if shown else {})
    before = resident(house)

    with httpx2.Client(timeout=30) as client:
        answer = client.post(f"{house.server.api}/{path}", content=body, headers=headers)

    assert answer.status_code in ({401} if shown or path != "acts" else {413})
    assert resident(house) - before < 16 * MIB


def test_without_a_token_a_confirmation_is_small(house: House) -> None:
    """What is longer than a small body is refused by its length, of which the limit is told."""
    answer = httpx2.post(
        f"{house.server.api}/acts",
        content=b" " * (SMALL_BODY + 1),
        headers=JSON | {"Idempotency-Key": "a"},
    )

    assert (answer.status_code, answer.json()["facts"]["limit"]) == (413, SMALL_BODY)


def test_more_values_than_any_request_has_are_not_made(house: House) -> None:
    """A signed-in person's body of a few MiB, of millions of empty lists, is refused before it is taken apart."""
    body = b'{"acts":[' + b"[]," * MOST_VALUES + b"[]]}"
    begun = time.monotonic()

    answer = house.stranger.client.post(
        "/acts", content=body, headers=JSON | {"Idempotency-Key": secrets.token_hex(8)}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert time.monotonic() - begun < 5


def test_one_person_has_few_large_bodies_under_way(house: House) -> None:
    """Who holds as many half-sent batches as may be is asked to wait with the next; small acts are taken."""
    person = house.stranger
    head = (
        f"POST /api/v1/acts HTTP/1.1\nHost: x\n{token(person)}\nIdempotency-Key: a\nContent-Length: 9000000\n"
    )
    with ExitStack() as stack:
        lines = [stack.enter_context(opened(house, head, b"{")) for _ in range(LARGE_BODIES + 2)]
        until(lambda: len(answered(lines)) == 2, "two too many are answered")
        assert [429, 429] == [status(line) for line in answered(lines)]
        assert person.send(doors.renamed(person)).status_code == 201


def test_slow_senders_of_files_keep_nobody_waiting(house: House) -> None:
    """One person's pieces take no thread of others, and one too many is refused, with the deposit as it was."""
    officer = house.officer
    places = []
    for _ in range(POOL + 5):
        begun = officer.begin_deposit(f"exhibit/{uuid.uuid4()}", str(uuid.uuid4()), b"x" * 1000)
        places.append(begun.headers["location"])
    tus = "Tus-Resumable: 1.0.0\nUpload-Offset: 0\nContent-Type: application/offset+octet-stream\n"
    with ExitStack() as stack:
        lines = [
            stack.enter_context(
                opened(
                    house,
                    f"PATCH {place} HTTP/1.1\nHost: x\n{token(officer)}\n{tus}Content-Length: 1000\n",
                    b"x",
                )
            )
            for place in places
        ]
        until(lambda: len(answered(lines)) == len(lines) - UPLOADS, "all but so many are answered")
        refused = answered(lines)
        assert {429} == {status(line) for line in refused}
        require_served(house)
        place = places[lines.index(refused[0])]

    told = officer.client.head(place.removeprefix("/api/v1"), headers={"Tus-Resumable": "1.0.0"})
    assert told.headers["upload-offset"] == "0"


def test_slow_takers_of_files_are_few(house: House) -> None:
    """One person has so many files on their way out and no more; who went away counts no longer."""
    officer = house.officer
    data = secrets.token_bytes(MIB) * 24  # more than the two ends of a connection hold
    exhibit, file = doors.digital(officer, house.case, data)
    path = f"/exhibits/{exhibit.partition('/')[2]}/files/{file}/content"
    head = f"GET /api/v1{path} HTTP/1.1\nHost: x\n{token(officer)}\n"
    with ExitStack() as stack:
        lines = [stack.enter_context(opened(house, head)) for _ in range(DOWNLOADS)]
        assert {200} == {status(line) for line in lines}
        with opened(house, head) as line:
            assert status(line) == 429
        require_served(house)

    def sent_again() -> bool:
        return officer.client.get(path, headers={"Range": "bytes=0-9"}).status_code == 206

    until(sent_again, "those that went away count no longer")


def test_idle_clients_take_no_file_that_the_work_needs(tmp_path: Path) -> None:
    """More connections than the usual number of open files, and nothing said on any: others are served."""
    few, (soft, hard) = 256, resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, hard))
    try:
        server = doors.Server(tmp_path / "data").start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    try:
        with ExitStack() as stack:
            for _ in range(few + 50):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
            answer = httpx2.get(f"{server.api}/ledger", timeout=10)
    finally:
        server.stop()

    assert answer.status_code == 200
