"""The ledger: the one door through which acts become entries (custody.ports.Ledger; docs/spec/ledger-v1.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custody.act import MAX_BATCH
from custody.errors import (
    CustodyError,
    OutcomeUnknown,
    Rejected,
    RuleBroken,
    StaleStream,
    TooLarge,
    WritesRefused,
)
from custody.ports import Appended, Clock, IdempotencyKey, MasterKey, StoredFile, Submission
from custody.rules import FOUNDED
from events.application import LedgerApplication
from events.checkpoint import LogKey
from events.database import Database
from events.files import require_durable_files
from events.group import Groups
from events.lookups import Lookups
from events.proposal import Proposal, SealedBox
from events.reader import Reader
from events.sealing import require_opened, seal
from events.seen import SeenTrees
from events.signatures import require_signed
from events.standing import Standing
from events.stream_keys import StreamKeys
from events.writer import Writer

AHEAD_OF_US: Final = (
    "a signer has verified a newer head: this database is a restored backup; restore the newest one"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one of several callers wants recorded: the arguments of `append`."""

    submissions: Sequence[Submission]
    idempotency: IdempotencyKey | None = None
    files: Sequence[StoredFile] = ()


class StoredLedger(Reader):
    """One per process. Thread-safe: concurrent appends share transactions."""

    def __init__(
        self, application: LedgerApplication, *, master: MasterKey, log_key: LogKey, clock: Clock
    ) -> None:
        database: Database = application.database
        standing, keys = Standing(database), StreamKeys(database, master)
        super().__init__(database, standing, keys, log_key)
        self.application = application
        self._seen = SeenTrees(database)
        writer = Writer(
            database=database,
            recorder=application.ledger_recorder,
            standing=standing,
            seen=self._seen,
            keys=keys,
            log_key=log_key,
            clock=clock,
        )
        self._groups: Groups[Proposal] = Groups(writer.write)
        self._refusal: str | None = None
        standing.open()

    @property
    def refusal(self) -> str | None:
        """Why the ledger is open for reading only, or None while it takes acts."""
        return self._refusal

    @property
    def database(self) -> Database:
        """The database, for tables that stand beside the ledger's."""
        return self._database

    def refuse_writes(self, reason: str) -> None:
        """Take no more acts until the process is started anew: what we hold cannot be the newest state."""
        self._refusal = reason

    def append(
        self,
        submissions: Sequence[Submission],
        idempotency: IdempotencyKey | None = None,
        files: Sequence[StoredFile] = (),
    ) -> Appended:
        """Record acts, all or none, in order, and return their receipts once they are durable.

        `files` are what the vault stored for the intakes among them. 1. Everything that needs no lock is done
        here: openings, rules, signatures, what was seen, boxes. 2. A group commits it. 3. Receipts are made.
        An act that is recorded already gives its receipt again. Raises Rejected, Conflict, Unavailable,
        OutcomeUnknown, ForkSeen.
        """
        if self._refusal is not None:
            raise WritesRefused(self._refusal)
        if not 1 <= len(submissions) <= MAX_BATCH:
            raise TooLarge("acts", size=len(submissions), limit=MAX_BATCH)
        proposal = Proposal(submissions=submissions, idempotency=idempotency, files=files)
        try:
            self._prepare(proposal)
            self._groups.submit(proposal)
            if proposal.fault is not None:
                raise proposal.fault
        except StaleStream as stale:
            return self._recorded_before(proposal, stale)
        if proposal.written is not None and proposal.written.group is not None:
            return Appended(proposal.written.receipts(), replayed=False)
        if proposal.found is None:  # the group ended in an error that nobody foresaw
            raise OutcomeUnknown("the group of this act was not settled")
        return self._receipts(proposal.found, replayed=False)

    def append_each(self, wanted: Sequence[Wanted]) -> list[Appended | CustodyError]:
        """Do for several callers what `append` does for one; each gets what came of its own acts.

        One thread can so serve all who wait at a door: it costs no change of threads per caller.
        """
        proposals = [
            Proposal(submissions=each.submissions, idempotency=each.idempotency, files=each.files)
            for each in wanted
        ]
        found = {place: self._prepared(each) for place, each in enumerate(proposals)}
        self._groups.submit_each([each for place, each in enumerate(proposals) if found[place] is None])
        return [found[place] or self._settled(each) for place, each in enumerate(proposals)]

    def _prepared(self, proposal: Proposal) -> Appended | CustodyError | None:
        """Prepare for a group; return what came of it already, or None when it is ready."""
        try:
            self._require_open(proposal)
            self._prepare(proposal)
        except StaleStream as stale:
            return self._before_or(proposal, stale)
        except CustodyError as fault:
            return fault
        return None

    def _settled(self, proposal: Proposal) -> Appended | CustodyError:
        if isinstance(proposal.fault, StaleStream):
            return self._before_or(proposal, proposal.fault)
        if proposal.fault is not None:
            return proposal.fault
        if proposal.written is not None and proposal.written.group is not None:
            return Appended(proposal.written.receipts(), replayed=False)
        if proposal.found is None:  # the group ended in an error that nobody foresaw
            return OutcomeUnknown("the group of this act was not settled")
        return self._receipts(proposal.found, replayed=False)

    def _before_or(self, proposal: Proposal, stale: StaleStream) -> Appended | CustodyError:
        try:
            return self._recorded_before(proposal, stale)
        except CustodyError as fault:
            return fault

    def _require_open(self, proposal: Proposal) -> None:
        if self._refusal is not None:
            raise WritesRefused(self._refusal)
        if not 1 <= len(proposal.submissions) <= MAX_BATCH:
            raise TooLarge("acts", size=len(proposal.submissions), limit=MAX_BATCH)

    def _prepare(self, proposal: Proposal) -> None:
        """Check all that can be checked before the lock, and seal what was opened."""
        for submission in proposal.submissions:
            require_durable_files(submission.act, submission.disclosures, proposal.files)
        opened = [require_opened(each.act, each.disclosures) for each in proposal.submissions]
        self._judge(proposal)
        require_signed(proposal.submissions, [each.key for each in proposal.decisions])
        for submission in proposal.submissions:
            self._require_seen(submission)
        proposal.boxes = [
            self._sealed(submission, each)
            for submission, each in zip(proposal.submissions, opened, strict=True)
        ]

    def _judge(self, proposal: Proposal) -> None:
        """Judge on what this process knows; a refusal counts only on the newest head."""
        for submission in proposal.submissions:
            if submission.act.version == 1:
                self._standing.assume_new(submission.act.stream)
        try:
            self._judge_once(proposal)
        except (Rejected, StaleStream):
            if not self._standing.refresh():
                raise
            self._judge_once(proposal)

    def _judge_once(self, proposal: Proposal) -> None:
        proposal.judge(self._standing, self._standing.head.size)
        for submission in proposal.submissions:
            if submission.act.type == FOUNDED:
                self._require_own_log(submission)

    def _require_own_log(self, submission: Submission) -> None:
        public = submission.act.public
        logs = public["log"]
        if (
            public["origin"] != self._log_key.origin
            or not isinstance(logs, list)
            or self._log_key.vkey not in logs
        ):
            raise RuleBroken("founding.log", "the origin and the log key are not those of this ledger")

    def _require_seen(self, submission: Submission) -> None:
        """Refuse a tree that is not ours: newer than ours means that ours is a restored backup, so writing stops."""
        seen = submission.act.seen
        if seen is None:
            return
        if seen.size > self._standing.head.size:
            self._standing.refresh()
        if seen.size > self._standing.head.size:
            self.refuse_writes(AHEAD_OF_US)
            raise WritesRefused(AHEAD_OF_US)
        self._seen.require_ours(seen)

    def _sealed(self, submission: Submission, opened: list[bytes]) -> SealedBox | None:
        if not opened:
            return None
        key = self._keys.newest(submission.act.stream, begins=submission.act.version == 1)
        return key, seal(key, submission.act, opened)

    def _recorded_before(self, proposal: Proposal, stale: StaleStream) -> Appended:
        """Return the first receipts of acts, or of a request, that were recorded before; else raise `stale`."""
        lookups = Lookups(self._database)
        where = None
        if proposal.idempotency is not None:
            where = lookups.request(proposal.idempotency)
        where = where or lookups.recorded(proposal.submissions)
        if where is None:
            raise stale
        return self._receipts(where, replayed=True)

    def _receipts(self, where: range, *, replayed: bool) -> Appended:
        return Appended(tuple(self.receipt(index) for index in where), replayed=replayed)
