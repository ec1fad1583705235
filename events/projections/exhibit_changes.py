"""What entries of exhibit and fixity streams change in the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from custody.canonical import Json
from custody.catalogue.exhibit import IN_ERROR
from custody.history import OpenEntry, current, exhibit_record
from custody.ports import Recorded
from events.database import Value

_Change = tuple[str, tuple[Value, ...]]


_RECEIVED: Final = (
    "INSERT INTO listed_exhibit (exhibit, first, changed, case_id, ordinal, kind, title, site, custodian, "
    "intake, in_error, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
)
_NUMBERED: Final = "INSERT INTO listed_number VALUES (?, ?, ?)"
_FILE: Final = "INSERT INTO listed_file VALUES (?, ?, ?, ?, ?, ?)"
_TITLE: Final = "UPDATE listed_exhibit SET title = ? WHERE exhibit = ?"
_SITE: Final = "UPDATE listed_exhibit SET site = ? WHERE exhibit = ?"
_CHANGED: Final = "UPDATE listed_exhibit SET changed = ? WHERE exhibit = ?"
_IN_ERROR: Final = "UPDATE listed_exhibit SET in_error = 1 WHERE exhibit = ? AND intake = ?"
_CASE: Final = "UPDATE listed_exhibit SET case_id = ?, ordinal = ? WHERE exhibit = ?"
_OFFERED: Final = (
    "UPDATE listed_exhibit SET offer = ?, offered_by = ?, offered_to = ?, offered_at = ? WHERE exhibit = ?"
)
_ANSWERED: Final = (
    "UPDATE listed_exhibit SET offer = NULL, offered_by = NULL, offered_to = NULL, offered_at = NULL "
    "WHERE exhibit = ?"
)
_CUSTODIAN: Final = "UPDATE listed_exhibit SET custodian = ? WHERE exhibit = ?"
_CHECKED: Final = "UPDATE listed_exhibit SET checked = ?, checked_at = ? WHERE exhibit = ?"


def _received(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    act, index = recorded.entry.act, recorded.index
    case, kind = (cast(str, act.public[name]) for name in ("case", "kind"))
    ordinal = recorded.entry.ordinal or 0
    title, site = cast(str, opened.get("title", "")), _site(opened)
    stamp = recorded.entry.recorded_at
    yield (
        _RECEIVED,
        (act.stream, index, index, case, ordinal, kind, title, site, act.person, act.hash, stamp),
    )
    yield _NUMBERED, (case, ordinal, act.stream)
    for file in cast(list[str], act.public["files"]):
        digests = opened.get(f"files/{file}/digests")
        if digests is not None:
            yield _FILE, _file(act.stream, file, digests, opened.get(f"files/{file}/found"))


def _site(opened: Mapping[str, Json]) -> str:
    place = opened.get("place")
    return cast(str, place["site"]) if isinstance(place, dict) else ""


def _file(exhibit: str, file: str, digests: Json, found: Json) -> tuple[Value, ...]:
    known = cast(dict[str, str], digests)
    name = cast(str, found["name"]) if isinstance(found, dict) else ""
    return file, exhibit, name, known["size"], known["sha256"], known["sha512"]


def _amended(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    if "title" in act.body:
        yield _TITLE, (cast(str, opened.get("title", "")), act.stream)
    yield _CHANGED, (recorded.index, act.stream)


def _moved(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    yield _SITE, (_site(opened), recorded.entry.act.stream)
    yield _CHANGED, (recorded.index, recorded.entry.act.stream)


def _in_error(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield _IN_ERROR, (act.stream, cast(str, act.public["act"]))
    yield _CHANGED, (recorded.index, act.stream)


def restored(entries: Sequence[OpenEntry]) -> Iterator[_Change]:
    """Yield what brings title and place back to their newest values that are not recorded in error."""
    record = exhibit_record(entries)
    if record is None:
        return
    for name, statement in (("title", _TITLE), ("place", _SITE)):
        value = current(record.fields.get(name, ()))
        found = None if value is None else value.value
        shown = _site({"place": found}) if name == "place" else found
        yield statement, (cast(str, shown or ""), record.state.stream)


def _case_corrected(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act, ordinal = recorded.entry.act, recorded.entry.ordinal or 0
    case = cast(str, act.public["case"])
    yield _CASE, (case, ordinal, act.stream)
    yield _NUMBERED, (case, ordinal, act.stream)
    yield _CHANGED, (recorded.index, act.stream)


def _offered(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield (
        _OFFERED,
        (act.hash, act.person, cast(str, act.public["to"]), recorded.entry.recorded_at, act.stream),
    )
    yield _CHANGED, (recorded.index, act.stream)


def _accepted(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[_Change]:
    act = recorded.entry.act
    yield _CUSTODIAN, (act.person, act.stream)
    yield _SITE, (_site(opened), act.stream)
    yield from _answered(recorded, opened)


def _answered(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    yield _ANSWERED, (recorded.entry.act.stream,)
    yield _CHANGED, (recorded.index, recorded.entry.act.stream)


def _checked(recorded: Recorded, _opened: Mapping[str, Json]) -> Iterator[_Change]:
    public = recorded.entry.act.public
    exhibit, outcome = cast(str, public["exhibit"]), cast(str, public["outcome"])
    yield _CHECKED, (outcome, recorded.entry.recorded_at, exhibit)


CHANGES: Final = {
    "exhibit.received.v1": _received,
    "exhibit.amended.v1": _amended,
    "exhibit.moved.v1": _moved,
    IN_ERROR: _in_error,
    "exhibit.case-corrected.v1": _case_corrected,
    "transfer.offered.v1": _offered,
    "transfer.accepted.v1": _accepted,
    "transfer.declined.v1": _answered,
    "transfer.withdrawn.v1": _answered,
    "fixity.checked.v1": _checked,
}
