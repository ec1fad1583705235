"""Sessions: short, opaque, kept here by the hash of their token, ended at once when their key or person ends."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Final, cast

from api.identity import Who
from api.rates import Rate
from api.sign_in import SignIn, judge
from api.tables import change
from custody.errors import Unauthenticated
from custody.ports import Clock
from custody.states import View, person_of
from custody.values import Fingerprint, PersonId
from events.database import Database

PERSON_PER_MINUTE: Final = 30  # sessions that one person may begin
IDLE_SECONDS: Final = 30 * 60
ABSOLUTE_SECONDS: Final = 12 * 60 * 60
_TOUCH_SECONDS: Final = 60  # how stale `used` may be, to spare a write per request
_RECENT_SECONDS: Final = (
    2.0  # how long a check of a session counts for sending acts, which are judged themselves
)
_MOST_RECENT: Final = 10_000

_token = re.compile(r"[A-Za-z0-9_-]{43}").fullmatch


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session: its token, told once, and its absolute end in seconds since 1970."""

    token: str
    expires: int


class Sessions:
    """The table of sessions of one deployment."""

    def __init__(self, database: Database, view: View, clock: Clock, servers: frozenset[str]) -> None:
        self._database = database
        self._view = view
        self._clock = clock
        self._servers = servers
        self._recent: dict[bytes, tuple[Who, float]] = {}
        self._rate = Rate(PERSON_PER_MINUTE)

    def begin(self, sign_in: SignIn) -> Begun:
        """Return a new session for a signed message. Raises Unauthenticated, and Refused for one too many.

        A person is counted once the signature holds, so that nobody else can use up what is theirs.
        """
        judge(sign_in, self._view, servers=self._servers, now=self._clock.now())
        self._rate.take(sign_in.person)
        self._use_up(sign_in)
        token, now = secrets.token_urlsafe(32), self._now()
        change(self._database, "DELETE FROM session WHERE used < ? OR begun < ?", self._limits(now))
        change(
            self._database,
            "INSERT INTO session (token, id, person, key, begun, used) VALUES (?, ?, ?, ?, ?, ?)",
            (_digest(token), secrets.token_hex(8), sign_in.person, sign_in.key, now, now),
        )
        return Begun(token, now + ABSOLUTE_SECONDS)

    def who(self, authorization: str | None) -> Who:
        """Return who holds the token of an Authorization header. Raises Unauthenticated."""
        digest, now = _digest(bearer(authorization)), self._now()
        found = self._database.read(
            "SELECT id, person, key, begun, used FROM session WHERE token = ?", (digest,)
        )
        if not found:
            raise Unauthenticated("there is no such session")
        session, person, key, begun, used = cast(tuple[str, PersonId, Fingerprint, int, int], found[0])
        idle_limit, absolute_limit = self._limits(now)
        if used < idle_limit or begun < absolute_limit:
            change(self._database, "DELETE FROM session WHERE token = ?", (digest,))
            raise Unauthenticated("the session has ended")
        roles, confirmed = self._standing(person, key)
        if now - used > _TOUCH_SECONDS:
            change(self._database, "UPDATE session SET used = ? WHERE token = ?", (now, digest))
        return Who(
            person=person,
            roles=roles,
            session=session,
            confirmed=confirmed,
            expires=begun + ABSOLUTE_SECONDS,
        )

    def recent(self, authorization: str | None) -> Who | None:
        """Return who holds a token by a check at most two seconds old, or None: for sending signed acts only.

        What its person may do is judged on the acts themselves, under the lock, and not by the session.
        """
        known = self._recent.get(_digest(bearer(authorization)))
        return known[0] if known is not None and known[1] > time.monotonic() else None

    def sender(self, authorization: str | None) -> Who:
        """Return who holds a token, as `who` does, and remember it for `recent`."""
        who = self.who(authorization)
        if len(self._recent) >= _MOST_RECENT:
            self._recent.clear()
        if who.confirmed:
            self._recent[_digest(bearer(authorization))] = who, time.monotonic() + _RECENT_SECONDS
        return who

    def person(self, person: PersonId) -> Who:
        """Return a person as if signed in, for judging what they may know of."""
        state = person_of(self._view, person)
        held = () if state is None else state.roles
        roles = frozenset(role for role in held if state is not None and state.holds(role))
        return Who(person=person, roles=roles, session="", confirmed=True, expires=0)

    def end(self, authorization: str | None) -> None:
        """End the session of an Authorization header."""
        self._recent.pop(_digest(bearer(authorization)), None)
        change(self._database, "DELETE FROM session WHERE token = ?", (_digest(bearer(authorization)),))

    def _standing(self, person: PersonId, key: Fingerprint) -> tuple[frozenset[str], bool]:
        """Return a person's roles as of now, and whether the session's key is confirmed.

        Raises Unauthenticated when the person or the key has ended since.
        """
        state = person_of(self._view, person)
        if state is None or not state.active or key not in state.keys or state.keys[key].ended is not None:
            raise Unauthenticated("the session has ended")
        confirmed = state.keys[key].good
        roles = frozenset(role for role in state.roles if state.holds(role)) if confirmed else frozenset()
        return roles, confirmed

    def _use_up(self, sign_in: SignIn) -> None:
        """Note the nonce, once: a second use within its life finds the row. Raises Unauthenticated."""
        now = self._now()
        change(self._database, "DELETE FROM session_nonce WHERE expires < ?", (now,))
        fresh = change(
            self._database,
            "INSERT INTO session_nonce (nonce, expires) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
            (hashlib.sha256(sign_in.message).digest(), int(sign_in.expires.timestamp()) + 1),
        )
        if not fresh:
            raise Unauthenticated("the message was used before")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    @staticmethod
    def _limits(now: int) -> tuple[int, int]:
        return now - IDLE_SECONDS, now - ABSOLUTE_SECONDS


def bearer(authorization: str | None) -> str:
    """Return the token of an Authorization header. Raises Unauthenticated."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not _token(token):
        raise Unauthenticated("the header Authorization has no token")
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
