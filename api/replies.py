"""Idempotency of requests that write no act: the first reply is kept and given again (as for acts, in the ledger)."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from api.tables import change
from custody.errors import Conflict, KeyReused, Malformed
from custody.values import PersonId
from events.database import Database

_visible = re.compile(r"[\x21-\x7e]{1,64}").fullmatch


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that can be given again."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def require_key(given: str | None) -> str:
    """Return the Idempotency-Key of a request: 1 to 64 visible ASCII characters. Raises Malformed."""
    if given is None:
        raise Malformed("header.Idempotency-Key", "is missing")
    if not _visible(given):
        raise Malformed("header.Idempotency-Key", "is not 1 to 64 visible ASCII characters")
    return given


def request_digest(route: str, body: bytes) -> str:
    """Return the hex SHA-256 by which two requests are the same: of the route and the body."""
    return hashlib.sha256(route.encode() + b"\n" + body).hexdigest()


class Replies:
    """The first replies of requests, by person and key; kept for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_unfinished(self) -> None:
        """Forget requests that a stopped server left without a reply, so that they can be sent again."""
        change(self._database, "DELETE FROM reply WHERE status IS NULL")

    def once(self, person: PersonId, key: str, request: str, make: Callable[[], Reply]) -> tuple[Reply, bool]:
        """Return the reply of `make`, or the first one and True. Raises KeyReused, and Conflict while under way."""
        digest = bytes.fromhex(request)
        claimed = change(
            self._database,
            "INSERT INTO reply (person, key, request, made) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            (person, key, digest, int(time.time())),
        )
        if not claimed:
            return self._first(person, key, digest), True
        made = False
        try:
            reply = make()
            made = True
        finally:
            if not made:  # whatever ended it, nothing came of it: the same key may be tried again
                change(self._database, "DELETE FROM reply WHERE person = ? AND key = ?", (person, key))
        change(
            self._database,
            "UPDATE reply SET status = ?, headers = ?, body = ? WHERE person = ? AND key = ?",
            (reply.status, json.dumps(dict(reply.headers)), reply.body, person, key),
        )
        return reply, False

    def _first(self, person: PersonId, key: str, digest: bytes) -> Reply:
        rows = self._database.read(
            "SELECT request, status, headers, body FROM reply WHERE person = ? AND key = ?", (person, key)
        )
        if not rows or rows[0][1] is None:
            if rows and rows[0][0] != digest:
                raise KeyReused(key)
            raise Conflict("the first request with this idempotency key is still under way")
        request, status, headers, body = cast(tuple[bytes, int, str, bytes], rows[0])
        if request != digest:
            raise KeyReused(key)
        return Reply(status, json.loads(headers), body)
