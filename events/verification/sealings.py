"""Sealings of bundles, held against the entries below them: who left something out is found (bundle-v1, 8.1 rule 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from custody.act import Act, read_entry
from custody.catalogue import read_public
from custody.errors import IntegrityFailure, Malformed, TooLarge
from custody.states import BundleState
from custody.values import ActHash, StreamName
from custody.verdict import Finding, Question
from events.bundling.guard import RULE, inexact, wrong_members
from events.verification.fold import Fold
from events.verification.stored import Stored

_Acts = dict[ActHash, tuple[int, Act]]


def sealings(stored: Stored, fold: Fold, streams: Collection[StreamName] | None) -> Iterator[Finding]:
    """Yield a finding for each sealing, of the bundles in `streams` or of all, that is not exact at its `at`."""
    for state in fold.world.states.values():
        inside = streams is None or state.stream in streams
        if inside and isinstance(state, BundleState) and state.sealed is not None:
            acts = _acts(stored, state)
            if state.request in acts and state.sealed in acts:
                yield from _judged(stored, acts[state.request][1], *acts[state.sealed])


def _acts(stored: Stored, state: BundleState) -> _Acts:
    """Return request and sealing with their indexes, as far as they are of their forms; the fold has found the rest."""
    found: _Acts = {}
    for index, data in stored.stream(state.stream):
        try:
            act = read_entry(data).act
            if act.hash in {state.request, state.sealed}:
                read_public(act)
                found[act.hash] = index, act
        except (Malformed, TooLarge):
            continue
    return found


def _judged(stored: Stored, request: Act, index: int, sealing: Act) -> Iterator[Finding]:
    at = sealing.public["at"]
    if not isinstance(at, int) or at > index:
        return  # `bundle.at` has been found
    try:
        wrong = wrong_members(stored, request, sealing)
    except (IntegrityFailure, TooLarge) as fault:
        yield _finding(index, f"the entries below it cannot be gathered: {fault.message}")
        return
    if wrong:
        yield _finding(index, inexact(wrong))


def _finding(index: int, text: str) -> Finding:
    return Finding(question=Question.ORDER, code=RULE, clause="bundle-v1 8", text=text, entries=(index,))
