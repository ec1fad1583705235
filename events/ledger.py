"""The ledger: the one door through which acts become entries (custody.ports.Ledger; docs/spec/ledger-v1.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custody.act import MAX_BATCH, Seen
from custody.errors import (
    AlreadyTaken,
    CustodyError,
    ForkSeen,
    NotProven,
    OutcomeUnknown,
    Rejected,
    RuleBroken,
    SeenTooOld,
    SignatureRefused,
    StaleStream,
    TooLarge,
    WritesRefused,
)
from custody.ports import Appended, Clock, IdempotencyKey, MasterKey, StoredFile, Submission
from custody.rules import FOUNDED
from events.application import LedgerApplication
from events.bundling.guard import require_exact
from events.checkpoint import LogKey, open_checkpoint
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

# What an act is refused for when it comes again after it was recorded: its stream has moved on, its files wait
# no more, its numbers are taken, its checkpoint has aged.
_OF_THE_SECOND_TIME: Final = (StaleStream, RuleBroken, AlreadyTaken, SeenTooOld)

AHEAD_OF_US: Final = (
    "a newer head was signed than this database holds: it is a restored backup; restore the newest one"
)
NOT_SHOWN: Final = "the act names a newer head than this ledger has; show the checkpoint of that head"
FORKED: Final = (
    "a head was signed with this ledger's key that is not this ledger's: find out who else holds the key"
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
        self._suspension: str | None = None
        standing.open()

    @property
    def refusal(self) -> str | None:
        """Why the ledger is open for reading only, or None while it takes acts."""
        return self._refusal or self._suspension

    @property
    def database(self) -> Database:
        """The database, for tables that stand beside the ledger's."""
        return self._database

    def refuse_writes(self, reason: str) -> None:
        """Take no more acts until the process is started anew: what we hold cannot be the newest state."""
        self._refusal = reason

    def suspend_writes(self, reason: str) -> None:
        """Take no acts until `resume_writes`: it is not known yet whether what we hold is the newest state."""
        self._suspension = reason

    def resume_writes(self) -> None:
        """End a suspension; what `refuse_writes` has said stays."""
        self._suspension = None

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
        proposal = Proposal(submissions=submissions, idempotency=idempotency, files=files)
        came = self._prepared(proposal)
        if came is None:
            self._groups.submit(proposal)
            came = self._settled(proposal)
        if isinstance(came, CustodyError):
            raise came
        return came

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
        except _OF_THE_SECOND_TIME as fault:
            return self._before_or(proposal, fault)
        except CustodyError as fault:
            return fault
        return None

    def _settled(self, proposal: Proposal) -> Appended | CustodyError:
        if isinstance(proposal.fault, _OF_THE_SECOND_TIME):
            return self._before_or(proposal, proposal.fault)
        if proposal.fault is not None:
            return proposal.fault
        if proposal.written is not None and proposal.written.group is not None:
            return Appended(proposal.written.receipts(), replayed=False)
        if proposal.found is None:  # the group ended in an error that nobody foresaw
            return OutcomeUnknown("the group of this act was not settled")
        return self._receipts(proposal.found, replayed=False)

    def _before_or(self, proposal: Proposal, refusal: CustodyError) -> Appended | CustodyError:
        try:
            return self._recorded_before(proposal, refusal)
        except CustodyError as fault:
            return fault

    def _require_open(self, proposal: Proposal) -> None:
        refusal = self.refusal
        if refusal is not None:
            raise WritesRefused(refusal)
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
            require_exact(
                self, submission.act
            )  # the rules and the signature hold, so it is the service that asks
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
        head = self._standing.head
        proposal.judge(self._standing, head.size)
        proposal.judged_on = head  # as it was before any stream was read
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
        """Refuse an act whose signer saw a tree that is not ours, or that we do not have (entry-v1, section 8)."""
        seen = submission.act.seen
        if seen is None:
            return
        if not self._holds(seen.size):
            raise WritesRefused(NOT_SHOWN)
        self._seen.require_ours(seen)

    def _holds(self, size: int) -> bool:
        if size > self._standing.head.size:
            self._standing.refresh()
        return size <= self._standing.head.size

    def show_checkpoint(self, note: bytes) -> int:
        """Return the size of a checkpoint that somebody keeps; stop writing if it proves us old, or forked.

        An act's own word would let any one signer stop everybody's work; a head signed with our own log key is
        proof. Raises Malformed, SignatureRefused (not signed by our log), WritesRefused (we are a restored
        backup), ForkSeen.
        """
        try:
            shown = open_checkpoint(note, self._log_key.verifier)
        except NotProven as fault:
            raise SignatureRefused("the checkpoint is not signed with this ledger's log key") from fault
        if not self._holds(shown.size):
            self.refuse_writes(AHEAD_OF_US)
            raise WritesRefused(AHEAD_OF_US)
        try:
            self._seen.require_ours(Seen(shown.size, shown.root))
        except ForkSeen:
            self.refuse_writes(FORKED)
            raise
        return shown.size

    def _sealed(self, submission: Submission, opened: list[bytes]) -> SealedBox | None:
        if not opened:
            return None
        key = self._keys.newest(submission.act.stream, begins=submission.act.version == 1)
        return key, seal(key, submission.act, opened)

    def _recorded_before(self, proposal: Proposal, refusal: CustodyError) -> Appended:
        """Return the first receipts of acts, or of a request, that were recorded before; else raise `refusal`."""
        lookups = Lookups(self._database)
        where = None
        if proposal.idempotency is not None:
            where = lookups.request(proposal.idempotency)
        where = where or lookups.recorded(proposal.submissions)
        if where is None:
            raise refusal
        return self._receipts(where, replayed=True)

    def _receipts(self, where: range, *, replayed: bool) -> Appended:
        return Appended(tuple(self.receipt(index) for index in where), replayed=replayed)
