"""The error tree: what can go wrong, told apart by what the caller must do next.

CustodyError
├─ Rejected               the rules forbid it; nothing was recorded; sending it again will not help
│  ├─ Malformed           the input is not of the format; names the path of the member at fault
│  ├─ TooLarge            the input is over a limit
│  ├─ RuleBroken          a rule of docs/spec forbids it; names the rule
│  ├─ SignatureRefused    the signature, or the key behind it, is not good for this act
│  ├─ Unauthenticated     no session, or one that has ended
│  ├─ NotPermitted        the person may not see or do this
│  ├─ NotFound            there is no such thing here, or none that this person may know of
│  ├─ NotYet              there is no such thing yet, and may be later; says what it waits for
│  ├─ DigestMismatch      the bytes that arrived are not the bytes that were declared
│  ├─ KeyReused           the same idempotency key came with another request
│  └─ SeenTooOld          the signer's checkpoint is older than 15 minutes and the act is not marked late
├─ Conflict               someone was first; read again, then decide again
│  ├─ StaleStream         the stream has moved on; carries its version and previous
│  ├─ AlreadyTaken        a value that must be unique (case reference, seal number, file) is in use
│  ├─ OffsetMismatch      a deposit's bytes do not continue where the deposit stands
│  └─ Busy                something that is under way has to end first; names the rule of the doors
├─ Unavailable            a dependency did not answer; nothing was recorded; try again later
│  ├─ ClockBehind         this machine's clock is behind the newest entry
│  ├─ NoRoom              bytes would take of the disk what is kept free for the ledger
│  └─ WritesRefused       the service is open for reading only, and says why
├─ OutcomeUnknown         it may or may not have been recorded: stop, look, compare
└─ IntegrityFailure       what we hold is not what we recorded; alert, never retried
   ├─ ContentAltered      stored bytes differ from their digest
   ├─ ChainBroken         entries do not follow one another as recorded
   ├─ NotProven           a proof, or the signature of a log, does not show what it should
   └─ ForkSeen           somebody holds a checkpoint of this ledger that is not ours

Constructors take facts and build the message, so that a message is written once.
The HTTP status of each leaf is in `api/problems.py` and nowhere else.
"""

from __future__ import annotations

from typing import ClassVar


class CustodyError(Exception):
    """Root of the tree. `code` is stable and public; `facts` are what the message is made of."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Rejected(CustodyError):
    """The rules forbid it; nothing was recorded."""

    code: ClassVar[str] = "rejected"


class Malformed(Rejected):
    """The input is not of the format. `path` is a dotted path to the member at fault."""

    code: ClassVar[str] = "malformed"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'input'}: {reason}", path=path, reason=reason)
        self.path = path
        self.reason = reason


class TooLarge(Rejected):
    """`what` has `size` bytes (or members) and at most `limit` are allowed."""

    code: ClassVar[str] = "too-large"

    def __init__(self, what: str, *, size: int, limit: int) -> None:
        super().__init__(f"{what}: {size} is over the limit of {limit}", what=what, size=size, limit=limit)


class RuleBroken(Rejected):
    """A rule of docs/spec/acts-v1.md or continuity-v1.md forbids the act. `rule` is its stable name."""

    code: ClassVar[str] = "rule-broken"

    def __init__(self, rule: str, reason: str, **facts: object) -> None:
        super().__init__(f"{rule}: {reason}", rule=rule, reason=reason, **facts)
        self.rule = rule
        self.reason = reason


class SignatureRefused(Rejected):
    """The signature or its key is not good for this message."""

    code: ClassVar[str] = "signature-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, reason=reason)
        self.reason = reason


class Unauthenticated(Rejected):
    """There is no session, or it has ended: sign in."""

    code: ClassVar[str] = "unauthenticated"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, reason=reason)


class NotPermitted(Rejected):
    """The person may not do or see this; `rule` names what forbids it."""

    code: ClassVar[str] = "not-permitted"

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}", rule=rule, reason=reason)
        self.rule = rule


class NotFound(Rejected):
    """There is no such thing here, or none that this person may know of."""

    code: ClassVar[str] = "not-found"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} {name}", kind=kind, name=name)


class NotYet(Rejected):
    """There is no such thing yet, and may be later; `rule` names what it waits for."""

    code: ClassVar[str] = "not-yet"

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}", rule=rule, reason=reason)
        self.rule = rule


class DigestMismatch(Rejected):
    """The bytes that arrived are not the bytes that were declared; digests are lower-case hex."""

    code: ClassVar[str] = "digest-mismatch"

    def __init__(self, what: str, *, expected: str, measured: str) -> None:
        super().__init__(
            f"{what}: declared {expected}, measured {measured}",
            what=what,
            expected=expected,
            measured=measured,
        )


class KeyReused(Rejected):
    """The same idempotency key came before with another request."""

    code: ClassVar[str] = "idempotency-key-reused"

    def __init__(self, key: str) -> None:
        super().__init__(f"the idempotency key {key} belongs to another request", key=key)


class SeenTooOld(Rejected):
    """The signer's checkpoint is too old for an act that is not marked late (entry-v1, "seen")."""

    code: ClassVar[str] = "seen-too-old"

    def __init__(self, *, size: int, seconds: int) -> None:
        super().__init__(
            f"the act was signed on tree size {size}, which was outgrown {seconds} s ago",
            size=size,
            seconds=seconds,
        )


class Conflict(CustodyError):
    """Someone was first; read again."""

    code: ClassVar[str] = "conflict"


class StaleStream(Conflict):
    """The stream stands at `version` with act hash `previous` (None: it has no entry yet)."""

    code: ClassVar[str] = "stale-stream"

    def __init__(self, stream: str, *, version: int, previous: str | None) -> None:
        super().__init__(
            f"{stream} stands at version {version}", stream=stream, version=version, previous=previous
        )
        self.stream = stream
        self.version = version
        self.previous = previous


class AlreadyTaken(Conflict):
    """A value that must be unique is in use. `kind` is e.g. `case-reference`, `seal`, `file`."""

    code: ClassVar[str] = "already-taken"

    def __init__(self, kind: str) -> None:
        super().__init__(f"this {kind} is already in use", kind=kind)
        self.kind = kind


class OffsetMismatch(Conflict):
    """A deposit stands at byte `offset`; bytes for another place are refused."""

    code: ClassVar[str] = "offset-mismatch"

    def __init__(self, *, offset: int, given: int) -> None:
        super().__init__(f"the deposit stands at byte {offset}, not {given}", offset=offset, given=given)
        self.offset = offset


class Busy(Conflict):
    """Something that is under way has to end first, or there is enough of it. `rule` names which, for people."""

    code: ClassVar[str] = "busy"

    def __init__(self, rule: str, reason: str, **facts: object) -> None:
        super().__init__(f"{rule}: {reason}", rule=rule, **facts)
        self.rule = rule
        self.reason = reason


class Unavailable(CustodyError):
    """A dependency did not answer; nothing was recorded."""

    code: ClassVar[str] = "unavailable"

    def __init__(self, what: str, reason: str = "did not answer") -> None:
        super().__init__(f"{what}: {reason}", what=what, reason=reason)


class ClockBehind(Unavailable):
    """This machine's clock is `seconds` behind the newest entry (entry-v1, "recorded_at")."""

    code: ClassVar[str] = "clock-behind"

    def __init__(self, seconds: float) -> None:
        super().__init__("clock", f"{seconds:.0f} s behind the newest entry")
        self.seconds = seconds


class NoRoom(Unavailable):
    """`needed` bytes would take of the disk what is kept free for the ledger; `free` could still be taken."""

    code: ClassVar[str] = "no-room"

    def __init__(self, *, needed: int, free: int) -> None:
        reason = f"{needed} bytes do not fit beside what is kept free; {free} would"
        super().__init__("disk of the deposits", reason)
        self.facts = {"needed": needed, "free": free}


class WritesRefused(Unavailable):
    """The service is open for reading only; `reason` says why and what to do."""

    code: ClassVar[str] = "writes-refused"

    def __init__(self, reason: str) -> None:
        super().__init__("ledger", reason)


class OutcomeUnknown(CustodyError):
    """It may or may not have been recorded: stop, look, compare."""

    code: ClassVar[str] = "outcome-unknown"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: it is not known whether this was recorded", what=what)


class IntegrityFailure(CustodyError):
    """What we hold is not what we recorded."""

    code: ClassVar[str] = "integrity-failure"


class ContentAltered(IntegrityFailure):
    """Stored bytes differ from their digest."""

    code: ClassVar[str] = "content-altered"

    def __init__(self, what: str, *, expected: str, measured: str) -> None:
        super().__init__(
            f"{what}: recorded {expected}, found {measured}", what=what, expected=expected, measured=measured
        )


class ChainBroken(IntegrityFailure):
    """Entries do not follow one another as recorded; `index` is the first entry at fault."""

    code: ClassVar[str] = "chain-broken"

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"entry {index}: {reason}", index=index, reason=reason)
        self.index = index


class NotProven(IntegrityFailure):
    """A proof, or the signature of a log, does not show what it should."""

    code: ClassVar[str] = "not-proven"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, reason=reason)
        self.reason = reason


class ForkSeen(IntegrityFailure):
    """Somebody holds a checkpoint of this ledger, of `size` entries, that is not ours."""

    code: ClassVar[str] = "fork-seen"

    def __init__(self, *, size: int, ours: str, theirs: str) -> None:
        super().__init__(
            f"tree size {size}: our root is {ours}, theirs {theirs}", size=size, ours=ours, theirs=theirs
        )
