"""The plan of one group: which proposals are recorded, in which order, and all rows that this makes.

It is made on one head of the ledger, in memory. A proposal that does not fit is settled with its fault and leaves
no trace in the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from custody import clocks, values
from custody.act import Act, Entry, write_entry
from custody.catalogue.exhibit import INTAKE
from custody.errors import AlreadyTaken, ClockBehind, CustodyError, KeyReused, StaleStream
from custody.ports import Recorded
from custody.rules import Decision
from custody.states import evolve
from custody.values import CaseId, ExhibitId, StreamName
from events.committed import Written
from events.files import file_rows
from events.mapper import stored_event
from events.merkle import Node, leaf_hash
from events.proposal import Proposal
from events.rows import GroupRows, TreeRow
from events.sealing import DataKey
from events.seen import SeenTrees
from events.standing import Standing
from events.views import Overlay, version_of


@dataclass(slots=True)
class Group:
    """What the accepted proposals of a group have claimed so far, beside their rows."""

    view: Overlay
    taken: set[tuple[str, bytes]] = field(default_factory=set)
    requests: dict[tuple[str, str], str] = field(default_factory=dict)
    ordinals: dict[CaseId, int] = field(default_factory=dict)
    keys: dict[StreamName, DataKey] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)


class Plan:
    """Plans one group on the head of `standing` at `now`; `before` and `made` serve the receipts."""

    def __init__(self, standing: Standing, seen: SeenTrees, now: datetime) -> None:
        self._standing, self._seen = standing, seen
        self.head, self.before = standing.at
        self.rows = GroupRows(after=self.head)
        self.group = Group(Overlay(standing))
        self.after = self.before
        self.made: list[Node] = []
        self.recorded_at, self._behind = self._instant(now)
        self._stamp = values.write_recorded(self.recorded_at)

    def _instant(self, now: datetime) -> tuple[datetime, ClockBehind | None]:
        if not self.head.size:
            return now, None
        try:
            return clocks.require_order_of_clock(self._seen.recorded_at(self.head), now), None
        except ClockBehind as fault:
            return now, fault

    def add(self, proposal: Proposal) -> None:
        """Take a proposal into the group, or settle it with the fault that keeps it out."""
        proposal.fault = proposal.written = None
        try:
            if self._behind is not None:
                self._require_correction(proposal, self._behind)
            self._require_standing(proposal)
            entries, ordinals, taken = self._entries(proposal)
        except CustodyError as fault:
            proposal.fault = fault
            return
        self._accept(proposal, entries, ordinals, taken)

    def _require_correction(self, proposal: Proposal, behind: ClockBehind) -> None:
        """With the clock behind, nothing is recorded but one correction of the clock, alone."""
        types = [each.act.type for each in proposal.submissions]
        if types != [clocks.CLOCK_CORRECTED] or self.rows.events:
            raise behind

    def _require_standing(self, proposal: Proposal) -> None:
        """The rules were judged on these versions; if one moved, they are judged again, on what is there now.

        None can have moved while the head is still the one that they were judged on, and the group is empty.
        """
        view = self.group.view
        if (proposal.judged_on is not self.head or view.changed) and self._has_moved(proposal.reads):
            proposal.judge(view, self._size)
        claim = proposal.idempotency
        if claim is not None and (claim.person, claim.key) in self.group.requests:
            raise KeyReused(claim.key)
        self._require_keys(proposal)

    def _has_moved(self, reads: Mapping[StreamName, int]) -> bool:
        state = self.group.view.state
        return any(version_of(state(stream)) != version for stream, version in reads.items())

    @property
    def _size(self) -> int:
        return self.head.size + len(self.rows.events)

    def _require_keys(self, proposal: Proposal) -> None:
        """A key that is not recorded yet must be the one that its stream gets in this group."""
        for place, box in enumerate(proposal.boxes):
            if box is None or box[0].unrecorded is None:
                continue
            known = self.group.keys.get(box[0].stream)
            if known is not None and known.cipher is not box[0].cipher:
                act = proposal.submissions[place].act
                raise StaleStream(act.stream, version=act.version - 1, previous=act.previous)

    def _entries(self, proposal: Proposal) -> tuple[list[Entry], dict[CaseId, int], set[tuple[str, bytes]]]:
        entries: list[Entry] = []
        ordinals: dict[CaseId, int] = {}
        taken: set[tuple[str, bytes]] = set()
        for submission, decision in zip(proposal.submissions, proposal.decisions, strict=True):
            self._require_instants(submission.act, follows=bool(entries))
            if decision.unique:
                taken |= self._claimed(decision, taken)
            ordinal = self._ordinal(decision, ordinals)
            entries.append(
                write_entry(
                    submission.act,
                    submission.signature,
                    recorded_at=self.recorded_at,
                    ordinal=ordinal,
                    stamp=self._stamp,
                )
            )
        return entries, ordinals, taken

    def _require_instants(self, act: Act, *, follows: bool) -> None:
        clocks.require_occurred(act, self.recorded_at)
        if act.type == clocks.CLOCK_CORRECTED:
            inside = follows or self.rows.events
            newest = self._stamp if inside else self.head.recorded_at
            clocks.require_correction(act, newest)
        if act.seen is not None:
            outgrown = self._seen.outgrown_at(act.seen.size, self.head.size)
            clocks.require_fresh(act, outgrown, self.recorded_at)

    def _claimed(self, decision: Decision, own: set[tuple[str, bytes]]) -> set[tuple[str, bytes]]:
        claimed = {(kind, sha256(value.encode()).digest()) for kind, value in decision.unique}
        for claim in claimed:
            if claim in self.group.taken or claim in own:
                raise AlreadyTaken(claim[0])
        return claimed

    def _ordinal(self, decision: Decision, own: dict[CaseId, int]) -> int | None:
        case = decision.ordinal_for
        if case is None:
            return None
        number = own.get(case) or self.group.ordinals.get(case) or self._standing.next_ordinal(case)
        own[case] = number + 1
        return number

    def _accept(
        self,
        proposal: Proposal,
        entries: list[Entry],
        ordinals: dict[CaseId, int],
        taken: set[tuple[str, bytes]],
    ) -> None:
        group, first = self.group, self._size
        for place, entry in enumerate(entries):
            self._add_rows(proposal, place, entry, first + place)
        group.ordinals.update(ordinals)
        group.taken |= taken
        if proposal.idempotency is not None:
            claim = proposal.idempotency
            group.requests[claim.person, claim.key] = claim.request
            request = bytes.fromhex(claim.request)
            self.rows.idempotency.append((claim.person, claim.key, request, first, len(entries)))
        proposal.written = Written(first, entries)
        group.written.append(proposal.written)

    def _add_rows(self, proposal: Proposal, place: int, entry: Entry, index: int) -> None:
        rows, view, act, decision = self.rows, self.group.view, entry.act, proposal.decisions[place]
        view.changed[act.stream] = evolve(view.state(act.stream), Recorded(index, entry))
        rows.events.append(stored_event(entry))
        rows.leaves.append(leaf_hash(entry.data))
        rows.acts.append(bytes.fromhex(act.hash))
        if entry.ordinal is not None and decision.ordinal_for is not None:
            rows.ordinals.append((decision.ordinal_for, entry.ordinal, index))
        for kind, value in decision.unique:
            rows.taken.append((kind, sha256(value.encode()).digest(), index))
        box = proposal.boxes[place]
        if box is not None:
            self._add_box(box[0], box[1], index)
        if act.type == INTAKE:
            self._add_files(proposal, act.stream, index)

    def _add_box(self, key: DataKey, box: bytes, index: int) -> None:
        self.rows.boxes.append((index, key.generation, box))
        if key.unrecorded is not None and key.stream not in self.group.keys:
            self.group.keys[key.stream] = key
            self.rows.stream_keys.append(key.unrecorded)

    def _add_files(self, proposal: Proposal, exhibit: StreamName, index: int) -> None:
        for stored in proposal.files:
            if stored.exhibit == ExhibitId(exhibit):
                row, key = file_rows(stored, index)
                self.rows.files.append(row)
                self.rows.file_keys.append(key)

    def finished(self) -> GroupRows:
        """Return the rows with the tree that they make; nothing can be added afterwards."""
        self.after, made = self.before.grown(self.rows.leaves)
        self.made = made
        self.rows.nodes = [node for node in made if node.level]
        after = self.after
        self.rows.tree = TreeRow(after.size, after.root, after.to_bytes(), self._stamp)
        return self.rows
