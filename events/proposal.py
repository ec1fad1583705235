"""What one caller wants recorded: acts with their boxes, judged before the lock, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from custody.act import opened, write_entry
from custody.canonical import Json
from custody.errors import CustodyError
from custody.ports import IdempotencyKey, Recorded, StoredFile, Submission
from custody.rules import Decision, judge, require_next
from custody.states import View, evolve
from custody.values import StreamName
from events.committed import Written
from events.rows import TreeRow
from events.sealing import DataKey
from events.views import Noting

SealedBox = tuple[DataKey, bytes]


@dataclass(slots=True, kw_only=True)
class Proposal:
    """Acts of one append, recorded all or none. `written` or `fault` is set once a group has settled it."""

    submissions: Sequence[Submission]
    idempotency: IdempotencyKey | None
    files: Sequence[StoredFile]
    boxes: list[SealedBox | None] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    reads: dict[StreamName, int] = field(default_factory=dict)
    judged_on: TreeRow | None = None  # the head that was known before the streams were read
    written: Written | None = None
    found: range | None = None  # where the acts stand, when only reading back showed that they are recorded
    fault: CustodyError | None = None

    def judge(self, view: View, size: int) -> None:
        """Judge the acts in order on `view`, a ledger of `size` entries, and note what was read.

        Raises StaleStream, RuleBroken, Malformed.
        """
        noting = Noting(view)
        self.decisions = [self._judged(place, noting, size) for place in range(len(self.submissions))]
        self.reads = noting.reads

    def _judged(self, place: int, view: Noting, size: int) -> Decision:
        submission = self.submissions[place]
        act = submission.act
        state = view.state(act.stream)
        require_next(act, state)
        decision = judge(act, self._values(submission), view)
        if place + 1 < len(self.submissions):  # what follows is judged after this one
            recorded_at = act.occurred  # rules on states read no server clock
            entry = write_entry(act, submission.signature, recorded_at=recorded_at, ordinal=None)
            view.changed[act.stream] = evolve(state, Recorded(size + place, entry))
        return decision

    @staticmethod
    def _values(submission: Submission) -> dict[str, Json]:
        return opened(submission.disclosures)

    @property
    def streams(self) -> set[StreamName]:
        """The streams that the acts are of."""
        return {each.act.stream for each in self.submissions}
