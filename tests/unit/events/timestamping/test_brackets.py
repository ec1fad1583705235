"""Brackets: after the last cosignature before an entry, before the first token after it."""

from __future__ import annotations

from datetime import UTC, datetime

from custody.values import write_recorded
from events.database import Database
from events.note import NoteSignature
from events.timestamping.brackets import Bracket, Brackets, cosigned_at
from events.timestamping.record import Kept, TokenRecord
from tests.support import publishing


def cosignature(name: str, time: int) -> NoteSignature:
    """Return a line of a witness with a time; its signature is of no matter here."""
    return NoteSignature(name, b"\1\2\3\4", time.to_bytes(8, "big") + bytes(64))


def token(number: int, tsa: str, size: int, time: datetime) -> Kept:
    """Return a kept token; its response is of no matter here."""
    return Kept(
        number=number,
        tsa=tsa,
        size=size,
        covered=0 if size else 1,
        leaf=bytes([number]) * 32,
        time=time,
        came_at=time,
        until=time,
        response=b"response",
    )


def at(minute: int) -> datetime:
    """Return a moment."""
    return datetime(2026, 11, 22, 10, minute, tzinfo=UTC)


def test_others_say_when_an_entry_came(database: Database) -> None:
    """The latest cosignature over a tree without it, the earliest token over one with it; renewals say nothing."""
    press = publishing.open_press(database)
    record = press.publisher.record
    for size, name, minute in ((3, "w1", 1), (3, "w2", 4), (5, "w1", 3), (8, "w1", 9)):
        record.add(size, [cosignature(name, int(at(minute).timestamp()))])
    tokens = TokenRecord(database)
    for number, (tsa, size, minute) in enumerate(
        [("a", 4, 5), ("b", 4, 6), ("a", 7, 12), ("b", 7, 11), ("a", 0, 0)], 1
    ):
        assert tokens.insert(token(number, tsa, size, at(minute)))

    brackets = Brackets(database)

    assert [
        Bracket(None, at(5)),
        Bracket(at(4), at(5)),
        Bracket(at(4), at(11)),
        Bracket(at(4), at(11)),
        Bracket(at(9), None),
    ] == [brackets.of(index) for index in (2, 3, 4, 5, 8)]
    assert {"after": write_recorded(at(4)), "before": write_recorded(at(5))} == brackets.of(3).told()
    assert {"after": None, "before": None} == Bracket(None, None).told()


def test_a_time_that_is_no_time_says_nothing() -> None:
    """A witness may write any number; what is no line is none."""
    assert at(1) == cosigned_at(cosignature("w1", int(at(1).timestamp())).line())
    for time in (0, 2**62, 253_370_764_800):
        assert None is cosigned_at(cosignature("w1", time).line())
    assert None is cosigned_at("no line")
