"""Verification: six questions about an exhibit, a case or the ledger, answered from stored bytes alone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from custody.errors import Malformed, NotFound
from custody.states import LedgerState
from custody.verdict import (
    Answer,
    Basis,
    Finding,
    Grade,
    Question,
    QuestionAnswer,
    Verdict,
    Weight,
    answer,
    verdict,
)
from events.database import Database
from events.note import VerifierKey, parse_vkey
from events.stream_keys import StreamKeys
from events.verification import exhibits
from events.verification.exhibits import CheckFile, NamedFile
from events.verification.fold import Fold
from events.verification.heads import no_outside_head, outside_heads, seen_heads, stored_heads
from events.verification.openings import Openings
from events.verification.scopes import Scope, concerning, missing, shortened
from events.verification.sealings import sealings
from events.verification.stored import Stored
from events.verification.workers import checked

Progress: TypeAlias = Callable[[int, int], None]
"""Told how much is done, and of how much: entries, then files."""

_RARELY: Final = 200_000  # objects made between two looks of Python for cycles
_CLAUSE: Final = "continuity-v1 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What did not come from the ledger that is verified: all trust that the verdict rests on.

    `checkpoints` are signed notes that somebody kept; `log` the key that must have signed them, by default
    the one that entry 0 names, so that only a note of the same ledger counts.
    """

    checkpoints: Sequence[bytes] = ()
    log: VerifierKey | None = None


@dataclass(slots=True)
class _Run:
    """A verification under way: how far it is, and what it found."""

    progress: Progress
    total: int
    done: int = 0
    checks: dict[Question, int] = field(default_factory=lambda: dict.fromkeys(Question, 0))

    def more(self, count: int = 1) -> None:
        self.done += count
        self.progress(self.done, self.total)


def _silent(_done: int, _total: int) -> None:
    return None


def verify(
    database: Database,
    keys: StreamKeys,
    scope: Scope,
    *,
    outside: Outside | None = None,
    check_file: CheckFile | None = None,
    progress: Progress = _silent,
    processes: int | None = None,
) -> Verdict:
    """Answer the six questions for a scope. Authority always rests on the whole ledger, which is read once.

    1. Every entry is checked by itself, on all cores, and folded in order. 2. Heads are held against the
    recomputed tree. 3. The exhibits in scope are judged on their steps. 4. Their files are checked with
    `check_file`; without it question 6 is *not checked*. In the scope of the ledger, remarks on continuity
    that fail nothing are left out. Raises NotFound for a case or exhibit that the ledger does not know, and
    Unavailable; whatever stored bytes hold becomes a finding.
    """
    stored, given = Stored(database), outside or Outside()
    size = stored.head().size
    run = _Run(progress, size)
    openings = Openings(keys)
    fold = Fold(openings, note_actors=scope.stream is not None)
    with _rare_collections():
        for piece, found in checked(stored.pieces(size), size, processes):
            fold.take(piece, found)
            run.more(len(piece.entries))
    if missing(scope, fold):
        raise NotFound(*str(scope.stream).split("/", 1))
    streams = scope.streams(fold)
    inside = list(
        chain(
            _of_ledger(stored, fold, given, size),
            sealings(stored, fold, streams),
            _of_exhibits(stored, openings, fold, scope, check_file, run),
        )
    )
    return _verdict(run, fold, list(shortened(concerning(inside, streams, stored.stream_of))), given)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look for cycles less often: the fold makes none, and each look walks the whole ledger's states."""
    before = gc.get_threshold()
    gc.set_threshold(_RARELY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _of_ledger(stored: Stored, fold: Fold, given: Outside, size: int) -> Iterator[Finding]:
    yield from fold.finished()
    yield from stored_heads(stored, fold.trees, size)
    yield from seen_heads(fold.world.seen, fold.trees)
    if not given.checkpoints:
        yield no_outside_head()
        return
    log = given.log or _own_log(fold)
    if log is None:
        text = "entry 0 names no log key, and none was given"
        yield Finding(question=Question.ORDER, code="order.no-log-key", clause="ledger-v1 5", text=text)
    else:
        yield from outside_heads(given.checkpoints, log, fold.trees)


def _own_log(fold: Fold) -> VerifierKey | None:
    stream = fold.world.ledger_stream
    state = None if stream is None else fold.world.states.get(stream)
    for vkey in state.log if isinstance(state, LedgerState) else ():
        try:
            return parse_vkey(vkey)
        except Malformed:
            continue  # of a type that is read elsewhere
    return None


def _of_exhibits(
    stored: Stored, openings: Openings, fold: Fold, scope: Scope, check_file: CheckFile | None, run: _Run
) -> Iterator[Finding]:
    files: list[NamedFile] = []
    for state in scope.exhibits(fold):
        run.checks[Question.CONTINUITY] += state.version
        judged = scope.stream is not None or state.stream in fold.worth_judging
        if not judged and not state.files:
            continue
        entries = exhibits.open_entries(stored, openings, state)
        files += exhibits.named_files(entries)
        if judged:
            yield from exhibits.continuity(state, entries)
    yield from _of_files(stored, files, check_file, run)


def _of_files(
    stored: Stored, files: Sequence[NamedFile], check_file: CheckFile | None, run: _Run
) -> Iterator[Finding]:
    if check_file is None or not files:
        text = "the files were not to be checked" if files else "no file is in scope"
        yield _not_checked(Question.FILES, "file.not-asked" if files else "file.none", text)
        return
    run.total += len(files)
    run.checks[Question.FILES] = len(files)
    yield from exhibits.check_files(files, stored, check_file, run.more)


def _not_checked(question: Question, code: str, text: str) -> Finding:
    return Finding(question=question, code=code, clause=_CLAUSE, text=text, weight=Weight.NOT_CHECKED)


def _verdict(run: _Run, fold: Fold, findings: list[Finding], given: Outside) -> Verdict:
    checks = run.checks
    checks[Question.INTEGRITY] = fold.trees.size + fold.opened
    for question in (Question.AUTHORSHIP, Question.ORDER):
        checks[question] = fold.world.checks[question]
    text = "no time-stamping authority vouches for any entry of this ledger yet"
    findings.append(_not_checked(Question.TIME, "time.not-vouched", text))
    basis = {Question.ORDER: Basis.CHECKED if given.checkpoints else Basis.ATTESTED}
    answers = [
        answer(each, checks=checks[each], findings=findings, basis=basis.get(each, Basis.CHECKED))
        for each in Question
    ]
    return verdict(_grade(answers), answers)


def _grade(answers: Iterable[QuestionAnswer]) -> Grade:
    """Say how far the evidence reaches: signatures of people beyond the operator's own word, so far."""
    signed = any(each.question is Question.AUTHORSHIP and each.answer is Answer.HOLDS for each in answers)
    return Grade.SIGNED if signed else Grade.SELF_ATTESTED
