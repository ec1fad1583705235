"""Speaks HTTP with the server: JSON in and out, and its problems told as faults (RFC 9457)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Final, Self

import httpx2

from custody_cli import answers, output, refusals
from custody_cli.faults import (
    Conflicting,
    Denied,
    Fault,
    IntegrityFault,
    Misuse,
    NoRoom,
    NotThere,
    SessionEnded,
    Unreachable,
)
from custody_cli.messages import chosen
from custody_verifier.canonical import Json

BASE: Final = "/api/v1"
_ALARMS: Final = frozenset(
    {"integrity-failure", "content-altered", "chain-broken", "not-proven", "fork-seen"}
)
_BY_STATUS: Final[Mapping[int, type[Fault]]] = {
    403: Denied,
    404: NotThere,
    409: Conflicting,
    410: NotThere,
    412: Conflicting,
    423: Conflicting,
    425: Unreachable,
    429: Unreachable,
    507: NoRoom,
}


class Door:
    """A connection to one server. `sign_in` is asked for a token when a session is needed and none is good."""

    def __init__(self, server: str, transport: httpx2.BaseTransport | None = None) -> None:
        url = httpx2.URL(server)
        if url.scheme not in {"http", "https"} or not url.host:
            raise Misuse("server.address", server=server)
        self.server = f"{url.scheme}://{url.netloc.decode('ascii')}"
        self._client = httpx2.Client(
            base_url=self.server,
            headers={"Accept-Language": chosen(), "User-Agent": "custody-cli/1"},
            timeout=httpx2.Timeout(60, connect=10),
            transport=transport,
        )
        self.token: str | None = None
        self.sign_in: Callable[[], str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str | int | None) -> Json:
        """Return the JSON of a GET."""
        return parsed(self.send("GET", path, query=query))

    def get_text(self, path: str, **query: str | int | None) -> str:
        """Return the text of a GET."""
        return self.send("GET", path, query=query).text

    def post(self, path: str, body: Json, idempotency_key: str | None = None) -> Json:
        """Return the JSON answer to a POST of JSON."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
        }
        # Sorted, so that a request that is repeated after a crash is the same byte for byte.
        content = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        return parsed(self.send("POST", path, content=content, headers=headers))

    def pages(self, path: str, **query: str | int | None) -> Iterator[Json]:
        """Yield the items of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, cursor=cursor, limit=200, **query)
            yield from answers.items(page, "items")
            cursor = answers.optional_text(page, "next_cursor")
            if not cursor:
                return

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | None] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send one request and return the answer of a success; every other end is a Fault.

        A session that the server has forgotten is renewed once, when the keys are at hand.
        """
        try:
            return self._once(method, path, query, content, headers)
        except SessionEnded:
            if self.sign_in is None or path == "/sessions":
                raise
        self.token = self.sign_in()
        return self._once(method, path, query, content, headers)

    def _once(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | None] | None,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> httpx2.Response:
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {**bearer, **(headers or {})}
        wanted = {name: str(value) for name, value in (query or {}).items() if value is not None}
        address = path if path.startswith(f"{BASE}/") else BASE + path
        try:
            answer = self._client.request(method, address, params=wanted, content=content, headers=sent)
        except (httpx2.RequestError, httpx2.InvalidURL) as fault:
            raise _unreachable(self.server, fault) from fault
        if answer.status_code >= 400:
            raise problem_of(answer)
        return answer

    def stream(
        self, path: str, headers: Mapping[str, str], *, block: int | None = 1 << 20
    ) -> Iterator[bytes]:
        """Yield the body of a GET in pieces of `block` bytes, or as they come: then a break loses none."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        try:
            with self._client.stream("GET", BASE + path, headers=sent) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    raise problem_of(answer)
                yield from answer.iter_bytes(block)
        except httpx2.RequestError as fault:
            raise _unreachable(self.server, fault) from fault


def _unreachable(server: str, fault: Exception) -> Unreachable:
    """Return the fault of a request without an answer; the system's own words tell a name from a port from TLS."""
    cause = output.clean(str(fault)) or type(fault).__name__
    return Unreachable("server.unreachable", server=server, reason=cause)


def parsed(answer: httpx2.Response) -> Json:
    """Return the JSON of an answer; IntegrityFault when it is none."""
    try:
        value: Json = json.loads(answer.content)
    except ValueError as fault:
        raise IntegrityFault("answer.shape", path=answer.url.path) from fault
    return value


def problem_of(answer: httpx2.Response) -> Fault:
    """Return the fault that an answer of failure tells (application/problem+json, or whatever came)."""
    try:
        problem = json.loads(answer.content)
    except ValueError:
        problem = {}
    told = problem if isinstance(problem, dict) else {}
    kind = _kind(answer.status_code, str(told.get("code", "")))
    return refusals.fault(kind, told, status=answer.status_code, phrase=answer.reason_phrase)


def _kind(status: int, code: str) -> type[Fault]:
    if code in _ALARMS:
        return IntegrityFault
    if status == 401:
        return SessionEnded
    return _BY_STATUS.get(status, Unreachable if status >= 500 else Misuse)
