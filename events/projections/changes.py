"""What each entry changes in the rows, as statements with values. A type that is not listed changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from custody.canonical import Json
from custody.ports import Recorded
from events.database import Value
from events.projections import bundles, case_changes, exhibit_changes, person_changes
from events.projections.words import words_of

Change = tuple[str, tuple[Value, ...]]
Changing = Callable[[Recorded, Mapping[str, Json]], Iterator[Change]]

_CHANGES: Final[Mapping[str, Changing]] = {
    **bundles.CHANGES,
    **case_changes.CHANGES,
    **exhibit_changes.CHANGES,
    **person_changes.CHANGES,
}
_SEARCHED: Final = frozenset({"case", "exhibit", "person"})

_SUBJECT: Final = "INSERT INTO listed_subject VALUES (?, ?)"
_WORD: Final = (
    "INSERT INTO listed_word SELECT ?, first FROM listed_subject WHERE stream = ? ON CONFLICT DO NOTHING"
)


def changes(recorded: Recorded, opened: Mapping[str, Json]) -> Iterator[Change]:
    """Yield what an entry changes, given its opened values by name; withheld ones are simply not there."""
    act = recorded.entry.act
    if act.kind in _SEARCHED and act.version == 1:
        yield _SUBJECT, (recorded.index, act.stream)
    changing = _CHANGES.get(act.type)
    if changing is not None:
        yield from changing(recorded, opened)
    if act.kind in _SEARCHED:
        found = {word for value in opened.values() for word in words_of(value)}
        for word in sorted(found):
            yield _WORD, (word.encode(), act.stream)
