"""What is asked about: an exhibit, a case or the whole ledger; which streams bear on it, which findings concern it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from custody.states import BundleState, CaseState, ExhibitState
from custody.values import CaseId, ExhibitId, StreamName
from custody.verdict import Finding
from events.verification.fold import Fold

MOST: Final = 200  # findings of one code that a verdict names one by one


@dataclass(frozen=True, slots=True)
class Scope:
    """The stream of an exhibit or a case, or None for the ledger."""

    stream: StreamName | None

    @classmethod
    def ledger(cls) -> Scope:
        """Ask about every entry."""
        return cls(None)

    @classmethod
    def case(cls, case: CaseId) -> Scope:
        """Ask about a case and every exhibit that is or was in it."""
        return cls(StreamName(case))

    @classmethod
    def exhibit(cls, exhibit: ExhibitId) -> Scope:
        """Ask about one exhibit."""
        return cls(StreamName(exhibit))

    def exhibits(self, fold: Fold) -> list[ExhibitState]:
        """Return the exhibits in scope, in the order of their intake."""
        states = (state for state in fold.world.states.values() if isinstance(state, ExhibitState))
        return [state for state in states if self._holds(state)]

    def _holds(self, state: ExhibitState) -> bool:
        return self.stream is None or self.stream in {state.stream, state.case, *state.cases_before}

    def streams(self, fold: Fold) -> frozenset[StreamName] | None:
        """Return the streams that bear on the scope: its own, its cases, and all who acted on them; None for all."""
        if self.stream is None:
            return None
        found = {self.stream}
        for state in self.exhibits(fold):
            bare = state.stream.partition("/")[2]
            found |= {state.stream, StreamName(f"access/{bare}"), StreamName(f"fixity/{bare}")}
            found |= {StreamName(case) for case in (state.case, *state.cases_before)}
        found |= set(_bundles(found, fold))
        if fold.world.ledger_stream is not None:
            found.add(fold.world.ledger_stream)
        return frozenset(_with_actors(found, fold))


def _bundles(streams: set[StreamName], fold: Fold) -> Iterator[StreamName]:
    """Yield the bundles of these cases and exhibits."""
    for state in fold.world.states.values():
        if isinstance(state, BundleState) and not streams.isdisjoint(_asked(state)):
            yield state.stream


def _asked(bundle: BundleState) -> Iterator[StreamName]:
    yield from (StreamName(each) for each in (bundle.case, *bundle.exhibits) if each is not None)


def _with_actors(found: set[StreamName], fold: Fold) -> set[StreamName]:
    """Return the streams with those of all actors on them, and of all who enrolled those, and so on."""
    fresh = set(found)
    while fresh:
        fresh = {StreamName(actor) for stream in fresh for actor in fold.actors.get(stream, ())} - found
        found |= fresh
    return found


def missing(scope: Scope, fold: Fold) -> bool:
    """Tell whether the ledger knows nothing of the stream that is asked about."""
    kind = CaseState if scope.stream is not None and scope.stream.startswith("case/") else ExhibitState
    return scope.stream is not None and not isinstance(fold.world.states.get(scope.stream), kind)


def concerning(
    findings: Iterable[Finding],
    streams: frozenset[StreamName] | None,
    stream_of: Callable[[int], StreamName | None],
) -> Iterator[Finding]:
    """Yield the findings on entries of these streams, and those that concern the ledger as a whole, each once."""
    once: set[tuple[str, str, tuple[int, ...]]] = set()
    for finding in findings:
        name = (finding.question.value, finding.code, finding.entries)
        if name not in once and _concerns(finding, streams, stream_of):
            once.add(name)
            yield finding


def _concerns(
    finding: Finding,
    streams: frozenset[StreamName] | None,
    stream_of: Callable[[int], StreamName | None],
) -> bool:
    if streams is None or len(finding.entries) != 1 or finding.code.startswith("order.seen"):
        return True
    stream = stream_of(finding.entries[0])
    return stream is None or stream in streams


def shortened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield at most `MOST` findings of each code, and for the rest one that counts them."""
    counts: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        kind = (finding.question.value, finding.code)
        counts[kind] = counts.get(kind, 0) + 1
        last[kind] = finding
        if counts[kind] <= MOST:
            yield finding
    for kind, count in counts.items():
        if count > MOST:
            found = last[kind]
            yield Finding(
                question=found.question,
                code=found.code,
                clause=found.clause,
                text=f"and {count - MOST} more of this kind",
                weight=found.weight,
            )
