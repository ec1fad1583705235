"""What entries of case streams change in the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

from custody.canonical import Json
from custody.ports import Recorded
from events.database import Value

_Change = tuple[str, tuple[Value, ...]]

_OPENED: Final = "INSERT INTO listed_case VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
_TITLE: Final = "UPDATE listed_case SET title = ? WHERE case_id = ?"
_CLOSED: Final = "UPDATE listed_case SET closed = ? WHERE case_id = ?"
_CHANGED: Final = "UPDATE listed_case SET changed = ? WHERE case_id = ?"
_ADDED: Final = "INSERT INTO listed_member VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REMOVED: Final = "DELETE FROM listed_member WHERE case_id = ? AND person = ? AND role = ?"


def _opened(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    act, index = recorded.entry.act, recorded.index
    reference, title = (cast(str, opened.get(name, "")) for name in ("reference", "title"))
    yield _OPENED, (act.stream, index, index, reference, title, recorded.entry.recorded_at, act.person)
    yield _ADDED, (act.stream, act.person, "officer")


def _amended(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    if "title" in act.body:
        yield _TITLE, (cast(str, opened.get("title", "")), act.stream)
    yield _CHANGED, (recorded.index, act.stream)


def _closed(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield _CLOSED, (int(act.type == "case.closed.v1"), act.stream)
    yield _CHANGED, (recorded.index, act.stream)


def _member(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    statement = _ADDED if act.type == "case.member-added.v1" else _REMOVED
    yield statement, (act.stream, cast(str, act.public["person"]), cast(str, act.public["role"]))
    yield _CHANGED, (recorded.index, act.stream)


CHANGES: Final = {
    "case.opened.v1": _opened,
    "case.amended.v1": _amended,
    "case.closed.v1": _closed,
    "case.reopened.v1": _closed,
    "case.member-added.v1": _member,
    "case.member-removed.v1": _member,
}
