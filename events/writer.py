"""Writes groups: plans on the head that is known, and commits if it still is the head; else under the lock."""

from __future__ import annotations

from collections.abc import Sequence

from custody.errors import ChainBroken, CustodyError, OutcomeUnknown, Unavailable
from custody.ports import Clock
from events.checkpoint import LogKey
from events.committed import Committed
from events.database import Database, Session
from events.edge import Edge
from events.lookups import Lookups
from events.plan import Plan
from events.proposal import Proposal
from events.recorder import NEWEST_TREE, LedgerRecorder, tree_row
from events.rows import CommitUncertain, HeadMoved, UniqueTaken
from events.seen import SeenTrees
from events.standing import Standing
from events.stream_keys import StreamKeys


class Writer:
    """One per process: `write` settles each proposal of a group, and never raises."""

    def __init__(
        self,
        *,
        database: Database,
        recorder: LedgerRecorder,
        standing: Standing,
        seen: SeenTrees,
        keys: StreamKeys,
        log_key: LogKey,
        clock: Clock,
    ) -> None:
        self._database, self._recorder, self._clock = database, recorder, clock
        self._standing, self._seen, self._keys = standing, seen, keys
        self._log_key = log_key

    def write(self, group: list[Proposal]) -> None:
        """Record what fits of a group, in one transaction."""
        try:
            try:
                self._write_on_known_head(group)
            except (HeadMoved, UniqueTaken):
                self._write_under_lock(group)
        except CommitUncertain as fault:
            self._read_back(group, fault)
        except CustodyError as fault:
            _settle(group, fault)
        except (HeadMoved, UniqueTaken) as fault:
            _settle(group, Unavailable("ledger", f"the group does not fit: {fault}"))

    def _write_on_known_head(self, group: Sequence[Proposal]) -> None:
        """Plan in memory and let the recorder compare the head: one round trip, no lock held while planning."""
        plan = self._planned(group)
        if plan.rows.events:
            rows = plan.finished()
            self._recorder.insert_events(rows.events, rows=rows)
            self._committed(plan)

    def _write_under_lock(self, group: Sequence[Proposal]) -> None:
        """Somebody else wrote, or a unique row exists: look at everything again with the lock held."""
        with self._recorder.locked() as locked:
            self._standing.refresh(locked.session)
            self._require_kept(locked.session)
            self._standing.forget({stream for each in group for stream in each.streams})
            fitting = [each for each in group if self._is_free(Lookups(locked.session), each)]
            plan = self._planned(fitting)
            if plan.rows.events:
                locked.write(plan.finished())
        if plan.rows.events:
            self._committed(plan)

    def _require_kept(self, session: Session) -> None:
        """Raise ChainBroken when the stored head is smaller than one that this process has seen."""
        stored = tree_row(session.execute(NEWEST_TREE))
        if stored.size < self._standing.head.size:
            raise ChainBroken(stored.size, "this entry and what follows it were here and are gone")

    def _is_free(self, lookups: Lookups, proposal: Proposal) -> bool:
        proposal.judged_on = None  # what was known then was wrong, be it for a stream that was taken for new
        try:
            lookups.require_free(proposal)
        except CustodyError as fault:
            proposal.fault, proposal.written = fault, None
            for stream in proposal.streams:  # a data key that another process made first
                self._keys.forget(stream)
            return False
        return True

    def _planned(self, group: Sequence[Proposal]) -> Plan:
        plan = Plan(self._standing, self._seen, self._clock.now())
        for proposal in group:
            plan.add(proposal)
        return plan

    def _committed(self, plan: Plan) -> None:
        """Only now, with the tree row durable, is it signed and are the states taken over."""
        rows, group = plan.rows, plan.group
        self._standing.advance(plan.head, rows.tree, plan.after, group.view.changed, group.ordinals)
        if rows.after.size == 0:
            self._standing.set_founded(group.written[0].entries[0].act.stream, rows.events[0].state)
        self._seen.grown(rows.after, rows.tree, plan.recorded_at)
        for key in group.keys.values():
            self._keys.recorded(key)
        checkpoint = self._log_key.sign(rows.tree.size, rows.tree.root)
        committed = Committed(rows.tree, checkpoint, Edge(plan.before, plan.after, plan.made))
        for written in group.written:
            written.group = committed

    def _read_back(self, group: Sequence[Proposal], fault: CommitUncertain) -> None:
        """Look, under the lock, whether the commit happened: the lock waits for whatever is still under way."""
        planned = [each for each in group if each.fault is None]
        try:
            with self._recorder.locked() as locked:
                there = [Lookups(locked.session).recorded(each.submissions) for each in planned]
            self._standing.open()
        except (CustodyError, CommitUncertain, HeadMoved, UniqueTaken):
            _settle(planned, OutcomeUnknown("the commit failed and the database does not answer"))
            return
        for proposal, where in zip(planned, there, strict=True):
            proposal.written = None
            if where is None:
                proposal.fault = Unavailable("database", f"the commit failed: {fault}")
            else:
                proposal.found = where


def _settle(group: Sequence[Proposal], fault: CustodyError) -> None:
    """Give the fault of the group to each proposal that has none of its own."""
    for proposal in group:
        proposal.written = None
        if proposal.fault is None:
            proposal.fault = fault
