"""The publisher: brings a log's places up to the newest head, witnesses asked, `checkpoint` last (log-v1 section 3)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from custody.errors import (
    AlreadyTaken,
    ForkSeen,
    IntegrityFailure,
    Malformed,
    NotProven,
    Unavailable,
    WritesRefused,
)
from custody.ports import StoredObject
from custody.values import to_base64
from events.checkpoint import Checkpoint, open_checkpoint
from events.ledger import StoredLedger
from events.log_keys import LogKeys
from events.merkle import EMPTY_ROOT
from events.note import parse_note
from events.policy import Policy, Witness
from events.proving import StoredNodes
from events.publishing.clocks import amiss
from events.publishing.places import Places, read_if_any, write_once
from events.publishing.record import PublishedRecord
from events.publishing.rows import LedgerRows
from events.publishing.stream_keys import StreamKeyObjects
from events.publishing.writing import TreeWriting
from events.rows import TreeRow
from events.tiles import CHECKPOINT
from events.web import DirectWeb, Web
from events.witnessing import Ahead, Cosigned, OtherHistory, Outcome, Silent, Witnessing

ATTEMPTS: Final = 4  # runs against another publisher
PAUSE: Final = (5.0, 300.0)  # seconds until a silent witness is asked again: first, and at most
RESTORED: Final = (
    "{who} holds a checkpoint of {size} entries, and this database ends at {head}: it is a restored backup. "
    "Restore the newest backup, or rebuild from the published log into an empty database, then start again. "
    "The receipts of the missing entries prove them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a run left: the published size and root, who cosigned it, and who did not, with the reason.

    `is_new` when `checkpoint` was written. Size 0: the ledger is not founded. `faults`: of reasons that nobody foresaw,
    the exception.
    """

    size: int
    root: bytes
    is_new: bool
    cosigned: tuple[str, ...] = ()
    silent: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Exception] = field(default_factory=dict)
    quorum_met: bool = False


@dataclass(slots=True)
class _Patience:
    """When a witness that was silent is asked again."""

    pause: float
    until: float
    reason: str
    fault: Exception | None


class Publisher:
    """One per process; `run_once` may be called from any thread, and by several processes at once."""

    def __init__(
        self,
        ledger: StoredLedger,
        keys: LogKeys,
        places: Places,
        policy: Policy,
        *,
        web: Web | None = None,
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger, self._keys, self._places, self._policy = ledger, keys, places, policy
        self._now, self._clock = now, clock
        self._database = database = ledger.database
        self._rows = LedgerRows(database)
        self._nodes = StoredNodes(database)
        self.record = PublishedRecord(database, keys)
        self.key_objects = StreamKeyObjects(database, places.keys)
        self._writing = TreeWriting(database, places, self.key_objects)
        self.witnessing = Witnessing(web or DirectWeb(), self._nodes.consistency)
        self._patience: dict[str, _Patience] = {}
        self._one = Lock()

    @property
    def policy(self) -> Policy:
        """The witnesses that are asked, and the quorum that is shown."""
        return self._policy

    def run_once(self) -> Publication:
        """Publish the newest head if it is not, and ask the witnesses that are missing.

        Raises Unavailable (nothing is lost: run again), WritesRefused (this database is a restored backup), and
        IntegrityFailure (a fork, or rows that do not fit together). Both stop the ledger from taking acts.
        """
        with self._one:
            for _ in range(ATTEMPTS):
                try:
                    return self._run()
                except AlreadyTaken:  # another publisher was first: look again
                    continue
                except IntegrityFailure as fault:
                    self._ledger.refuse_writes(f"publishing was stopped by an alarm: {fault.message}")
                    raise
        raise Unavailable("log", "other publishers write without a pause")

    def require_ours(self, note: bytes, who: str) -> Checkpoint:
        """Return a checkpoint that somebody holds if our tree continues it.

        Raises NotProven (not of our key), ForkSeen, and WritesRefused when it is newer than our head.
        """
        found = open_checkpoint(note, self._keys.ed25519.verifier, f"checkpoint of {who}")
        head = self._rows.head()
        if found.size > head.size:
            raise self.refused(who, found.size)
        root = self._nodes.root(found.size) if found.size else EMPTY_ROOT
        if found.root != root:
            theirs = f"{to_base64(found.root)}, held by {who}"
            raise ForkSeen(size=found.size, ours=to_base64(root), theirs=theirs)
        return found

    def refused(self, who: str, size: int) -> WritesRefused:
        """Stop the ledger from taking acts because somebody is ahead of it, and return the error to raise."""
        reason = RESTORED.format(who=who, size=size, head=self._rows.head().size)
        self._ledger.refuse_writes(reason)
        return WritesRefused(reason)

    def stop(self, reason: str) -> None:
        """Let the ledger take no more acts."""
        self._ledger.refuse_writes(reason)

    def _run(self) -> Publication:
        """One run; the numbers are those of log-v1 section 3."""
        outside = read_if_any(self._places.log, CHECKPOINT)  # 1
        head = self._rows.head()
        old = 0 if outside is None else self.require_ours(outside.data, "the published log").size
        if not head.size:
            return Publication(size=0, root=head.root, is_new=False)
        if old > head.size:  # the head grew while we looked, and another publisher has seen it
            raise AlreadyTaken("checkpoint")
        if old < head.size:
            self._writing.write(old, head)  # 2, 3
        is_same = outside is not None and old == head.size
        own = self.record.record(head, outside.data if outside is not None and is_same else None)  # 4
        quiet = self._cosign(own, head)  # 5
        is_new = self._write_checkpoint(outside, head)  # 6
        if old < head.size:
            self._writing.remove_partials(old, head.size)  # 7
        return self._publication(head, quiet, is_new=is_new)

    def _write_checkpoint(self, outside: StoredObject | None, head: TreeRow) -> bool:
        note = self.record.note(head.size)
        if outside is not None and not _adds(note, outside.data):
            return False
        tag = None if outside is None else outside.tag
        try:
            write_once(self._places.rebuild, f"checkpoints/{head.size}", note)
        except IntegrityFailure:  # with fewer or other cosignatures; the log's lines are the same
            self._keep_more(f"checkpoints/{head.size}", note)
        self._places.log.replace(CHECKPOINT, note, tag)
        return True

    def _keep_more(self, name: str, note: bytes) -> None:
        found = self._places.rebuild.read(name)
        self.require_ours(found.data, "the rebuild place")
        if _adds(note, found.data):
            self._places.rebuild.replace(name, note, found.tag)

    def _cosign(self, own: bytes, head: TreeRow) -> dict[str, _Patience]:
        """Ask the witnesses that have not cosigned the head; return those that are silent, by name."""
        checkpoint = Checkpoint(self._keys.origin, head.size, head.root)
        done = self.record.cosigners(head.size)
        missing = [each for each in self._policy.witnesses if _cosigner(each) not in done]
        asked = [(each, self.record.last_cosigned(_cosigner(each))) for each in missing if self._is_due(each)]
        for outcome in self.witnessing.collect(own, checkpoint, asked):
            self._take(outcome, checkpoint)
        return {each.name: self._patience[each.name] for each in missing if each.name in self._patience}

    def _is_due(self, witness: Witness) -> bool:
        waiting = self._patience.get(witness.name)
        return waiting is None or self._now() >= waiting.until

    def _take(self, outcome: Outcome, checkpoint: Checkpoint) -> None:
        name = outcome.witness.name
        if isinstance(outcome, Cosigned):
            self._accept(outcome, checkpoint.size)
        elif isinstance(outcome, Silent):
            self._quiet(name, outcome.reason, outcome.fault)
        elif isinstance(outcome, Ahead):
            if outcome.size > self._rows.head().size:
                raise self.refused(f"the witness {name}", outcome.size)
            raise AlreadyTaken("checkpoint")  # another publisher of this ledger is ahead of this run
        else:
            self._quiet(name, self._contradicted(outcome))

    def _accept(self, came: Cosigned, size: int) -> None:
        """Keep a cosignature, unless its time is off (log-v1 5.2): then it is asked for again later."""
        name = came.witness.name
        reason = amiss(self._database, size, came.time, self._clock())
        if reason is not None:
            self._quiet(name, reason)
            return
        self.record.add(size, [came.line])
        self._patience.pop(name, None)

    def _quiet(self, name: str, reason: str, fault: Exception | None = None) -> None:
        known = self._patience.get(name)
        pause = PAUSE[0] if known is None else min(known.pause * 2, PAUSE[1])
        self._patience[name] = _Patience(pause, self._now() + pause, reason, fault)

    def _contradicted(self, outcome: OtherHistory) -> str:
        """Raise ForkSeen if the witness shows a checkpoint of our key that is not ours; else say what it claims.

        What only a witness says is no proof against the ledger; what our key has signed is.
        """
        who = f"the witness {outcome.witness.name}"
        claim = f"claims another history at size {outcome.size}, and shows none that our key has signed"
        if outcome.note is None:
            return claim
        try:
            self.require_ours(outcome.note, who)
        except (Malformed, NotProven):
            return claim
        return f"refuses our proof from size {outcome.size}, though it shows our own checkpoint"

    def _publication(self, head: TreeRow, quiet: dict[str, _Patience], *, is_new: bool) -> Publication:
        done = self.record.cosigners(head.size)
        names = tuple(each.name for each in self._policy.witnesses if _cosigner(each) in done)
        return Publication(
            size=head.size,
            root=head.root,
            is_new=is_new,
            cosigned=names,
            silent={name: each.reason for name, each in quiet.items()},
            faults={name: each.fault for name, each in quiet.items() if each.fault is not None},
            quorum_met=self._policy.is_met(names),
        )


def _cosigner(witness: Witness) -> str:
    return f"{witness.key.name}+{witness.key.key_id.hex()}"


def _adds(note: bytes, outside: bytes) -> bool:
    """Whether a note says more than the one outside: another text, or a line that is not there."""
    ours, theirs = parse_note(note), parse_note(outside)
    return ours.text != theirs.text or bool(set(ours.signatures) - set(theirs.signatures))
