"""What the rules would say of acts that are not signed yet: judged on the present, nothing kept (POST /acts/check)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, cast

from api import bodies, messages
from api.problems import of_error
from custody import clocks, values
from custody.act import MAX_BATCH, SALT_BYTES, Act, Disclosure, Signature, read_act, write_entry
from custody.canonical import Json, check
from custody.errors import CustodyError, Malformed
from custody.ports import Recorded, TreeHead
from custody.rules import judge
from custody.states import State, View, evolve, person_of
from custody.values import PersonId, StreamName
from events.views import Overlay

_ENVELOPE: Final = frozenset({"acts"})
_PLANNED: Final = frozenset({"type", "stream", "public", "opened", "occurred_at"})
_NO_SALT: Final = values.to_base64url(bytes(SALT_BYTES))
_NO_SIGNATURE: Final = Signature("ed25519", bytes(64), None)
_NO_KEY: Final = "0" * 64

Further: TypeAlias = Callable[[Act, Mapping[str, Json]], None]
"""A further condition of this deployment's doors: raises CustodyError when an act does not meet it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An act that somebody thinks of doing."""

    type: str
    stream: StreamName
    public: dict[str, Json]
    opened: dict[str, Json]
    occurred_at: str


def read_check(body: bytes) -> tuple[list[Planned], int | None]:
    """Return the planned acts of a request and the tree size that its client knows. Raises Malformed."""
    envelope = bodies.chosen(bodies.read_json(body), _ENVELOPE, frozenset({"seen"}), "")
    check(envelope)
    acts = bodies.listed(envelope["acts"], "acts", most=MAX_BATCH)
    seen = envelope.get("seen")
    size = None if seen is None else bodies.whole(seen, "seen", 1)
    return [_read(each, f"acts[{place}]") for place, each in enumerate(acts)], size


def _read(value: Json, path: str) -> Planned:
    found = bodies.members(value, _PLANNED, path)
    public, opened = found["public"], found["opened"]
    if not isinstance(public, dict) or not isinstance(opened, dict):
        raise Malformed(f"{path}.{'opened' if isinstance(public, dict) else 'public'}", "is not an object")
    for name in opened:
        values.member_name(name, f"{path}.opened.{name}")
    values.claimed_instant(found["occurred_at"], f"{path}.occurred_at")
    return Planned(
        type=values.act_type(found["type"], f"{path}.type"),
        stream=values.stream(found["stream"], f"{path}.stream"),
        public=public,
        opened=opened,
        occurred_at=cast(str, found["occurred_at"]),
    )


class Checks:
    """The checks of one request; each act is judged after those before it in the list.

    `further` is asked of an act that the rules allow.
    """

    def __init__(
        self, view: View, head: TreeHead, person: PersonId, now: datetime, language: str, further: Further
    ) -> None:
        self._further = further
        self._view = Overlay(view)
        self._head = head
        self._person = person
        self._now = now
        self._language = language
        self._last: dict[StreamName, int] = {}
        self._done = 0

    def judge(self, planned: Planned) -> dict[str, object]:
        """Return what the rules say, and the version and previous that the act must carry."""
        place, state = self._done, self._view.state(planned.stream)
        after = self._last.get(planned.stream)
        self._done += 1
        self._last[planned.stream] = place
        told = _next(state, after)
        try:
            act = self._act(planned, state)
            judge(act, planned.opened, self._view)
            clocks.require_occurred(act, self._now)
            self._further(act, planned.opened)
        except CustodyError as error:
            return {"allowed": False, **self._refusal(error), **told}
        entry = write_entry(act, _NO_SIGNATURE, recorded_at=self._now, ordinal=None)
        self._view.changed[planned.stream] = evolve(state, Recorded(self._head.size + place, entry))
        return {"allowed": True, **told}

    def hidden(self, error: CustodyError) -> dict[str, object]:
        """Return what is told of an act on a stream that the person may not know of: nothing of the stream."""
        self._done += 1
        return {"allowed": False, **self._refusal(error), "version": 1, "previous": None}

    def _act(self, planned: Planned, state: State | None) -> Act:
        found = (Disclosure(_NO_SALT, name, value) for name, value in planned.opened.items())
        return read_act(
            {
                "actor": {"key": self._key(planned), "person": self._person},
                "body": {each.name: each.commitment() for each in found},
                "ledger": self._view.ledger_id,
                "occurred_at": planned.occurred_at,
                "previous": None if state is None else state.previous,
                "public": planned.public,
                "seen": {"root": values.to_base64(self._head.root), "size": self._head.size},
                "stream": planned.stream,
                "type": planned.type,
                "version": 1 if state is None else state.version + 1,
            }
        )

    def _key(self, planned: Planned) -> str:
        """Return the key that would sign: the one that is confirmed, or else a good one of the person."""
        named = planned.public.get("key")
        if planned.type == "person.confirmed.v1" and isinstance(named, str):
            return named
        state = person_of(self._view, self._person)
        keys = () if state is None else state.keys.values()
        return next((key.fingerprint for key in keys if key.good and key.use == "act"), _NO_KEY)

    def _refusal(self, error: CustodyError) -> dict[str, object]:
        problem = of_error(error)
        told: dict[str, object] = {"code": problem.code}
        told.update({n: v for n, v in (("rule", problem.rule), ("path", problem.path)) if v is not None})
        facts: Mapping[str, object] = problem.facts or {}
        reason = messages.detail(problem.code, problem.rule, problem.reason, facts, self._language)
        return told | {"reason": reason}


def _next(state: State | None, after: int | None) -> dict[str, object]:
    version = 1 if state is None else state.version + 1
    if after is not None:
        return {"version": version, "previous": None, "after": after}
    return {"version": version, "previous": None if state is None else state.previous}
