"""Heads: stored tree rows, what signers saw, and checkpoints kept outside, all held against the recomputed tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from custody.errors import Malformed, NotProven
from custody.verdict import Finding, Question, Weight
from events.checkpoint import open_checkpoint
from events.note import VerifierKey
from events.verification.stored import Stored
from events.verification.trees import Trees

_NAMED: Final = 100  # entries that a finding names one by one
_SEEN: Final = "ledger-v1 9"
_CHECKPOINT: Final = "ledger-v1 5"
_TREE: Final = "ledger-v1 2.2"


def stored_heads(stored: Stored, trees: Trees, size: int) -> Iterator[Finding]:
    """Yield findings on the tree rows: each is the root of its size, and the newest covers all entries."""
    events, events_end, rows, rows_end = stored.counts()
    if (events_end, rows_end) != (size, size) or (events, rows) != (size, size):
        text = f"the head covers {size} entries; {events} are stored, {rows} are indexed"
        yield _order("order.count", "ledger-v1 2.3", text)
    wrong = [tree for tree, root in stored.trees() if tree <= trees.size and root != trees.root(tree)]
    if wrong:
        text = f"{len(wrong)} stored roots, the first of size {wrong[0]}, are not those of the entries"
        yield Finding(question=Question.INTEGRITY, code="tree.root", clause=_TREE, text=text)


def seen_heads(seen: Mapping[tuple[int, bytes], int], trees: Trees) -> Iterator[Finding]:
    """Yield findings on what signers saw: (size, root) to the first entry that says so."""
    roots: dict[int, bytes] = {}
    wrong: list[tuple[int, int]] = []
    for (size, root), index in seen.items():
        if size > trees.size:
            continue  # an entry cannot have seen what comes after it: the fold says so
        ours = roots.get(size)
        if ours is None:
            ours = roots[size] = trees.root(size)
        if root != ours:
            wrong.append((index, size))
    if wrong:
        index, size = min(wrong)
        entries = tuple(index for index, _ in sorted(wrong)[:_NAMED])
        text = f"{len(wrong)} signers verified other trees, the first of {size} entries: the ledger was rewritten"
        yield _order("order.seen", _SEEN, text, entries)


def outside_heads(notes: Sequence[bytes], log: VerifierKey, trees: Trees) -> Iterator[Finding]:
    """Yield findings on checkpoints that somebody kept outside: the log signed them, and the ledger holds them."""
    for note in notes:
        try:
            checkpoint = open_checkpoint(note, log)
        except (Malformed, NotProven) as fault:
            yield _order(
                "order.checkpoint-not-ours", _CHECKPOINT, f"a checkpoint kept outside: {fault.message}"
            )
            continue
        if checkpoint.size > trees.size:
            text = (
                f"a checkpoint kept outside covers {checkpoint.size} entries, and only {trees.size} are here"
            )
            missing = tuple(range(trees.size, min(checkpoint.size, trees.size + _NAMED)))
            yield _order("order.cut-off", _CHECKPOINT, text, missing)
        elif trees.root(checkpoint.size) != checkpoint.root:
            text = f"a checkpoint kept outside has another tree of {checkpoint.size} entries"
            yield _order("order.fork", _CHECKPOINT, text)


def no_outside_head() -> Finding:
    """Return the note that nothing outside was compared."""
    text = "no checkpoint kept outside was given: that no newer entries existed is the ledger's own word"
    return _order("order.no-outside-checkpoint", _CHECKPOINT, text, weight=Weight.NOTED)


def _order(
    code: str, clause: str, text: str, entries: tuple[int, ...] = (), weight: Weight = Weight.FAILS
) -> Finding:
    return Finding(
        question=Question.ORDER, code=code, clause=clause, text=text, entries=entries, weight=weight
    )
