"""The sentences in English."""

from __future__ import annotations

from typing import Final

from api.messages import en_rules
from api.messages.words import Words

_TITLES: Final = {
    "error": "Something went wrong",
    "malformed": "The request is not of the format",
    "too-large": "Too large",
    "rule-broken": "A rule forbids this",
    "signature-refused": "The signature was refused",
    "unauthenticated": "Not signed in",
    "not-permitted": "Not permitted",
    "not-found": "Not found",
    "not-yet": "Not yet",
    "digest-mismatch": "The bytes are not those that were declared",
    "idempotency-key-reused": "The idempotency key belongs to another request",
    "seen-too-old": "The checkpoint you signed on is too old",
    "stale-stream": "Someone was first",
    "already-taken": "Already in use",
    "offset-mismatch": "The deposit stands elsewhere",
    "busy": "Not now",
    "unavailable": "Temporarily unavailable",
    "clock-behind": "The server's clock is behind",
    "no-room": "No room for the file",
    "writes-refused": "Open for reading only",
    "outcome-unknown": "It is not known whether this was recorded",
    "content-altered": "Stored bytes were altered",
    "chain-broken": "The ledger is broken",
    "not-proven": "A proof does not hold",
    "fork-seen": "This is not the ledger that you have seen",
    "method-not-allowed": "This address does not have that method",
    "unsupported-media-type": "The body is in another format",
    "tus-version": "Another version of the upload protocol",
    "too-many-requests": "Too many requests",
    "range": "The range is beyond the file",
    "internal": "A fault of ours",
    "rejected": "Refused",
    "conflict": "Someone was first",
    "integrity-failure": "What is stored is not what was recorded",
}

_DETAILS: Final = {
    "error": "Nothing more is known. The server's log has a line with this request's number.",
    "malformed": "A member is missing, unknown, or not of the form that the specification gives for it.",
    "too-large": "There are more bytes or members than the format allows.",
    "rule-broken": "A rule of the specification forbids this act. Nothing was recorded.",
    "signature-refused": "The signature does not fit the message, or its key is not good for it. Nothing was recorded.",
    "unauthenticated": "Sign in and try again.",
    "not-permitted": "You may not see or do this.",
    "not-found": "There is no such thing here, or none that you may know of.",
    "not-yet": "There is no such thing yet. Ask again later.",
    "digest-mismatch": "What arrived differs from what was declared. Check the file and send it again.",
    "idempotency-key-reused": "Use a new idempotency key for a new request.",
    "seen-too-old": "Fetch the newest checkpoint, check it, and sign again; or mark the act as late.",
    "stale-stream": "The record has moved on. Read it again, decide again, and sign again.",
    "already-taken": "A value that must be unique (a case reference, a seal number, a file, a key) is in use already.",
    "busy": "Something that is under way has to end first. Ask again then.",
    "offset-mismatch": "Ask where the deposit stands and go on from there.",
    "unavailable": "A part that is needed did not answer. Nothing was recorded; try again later.",
    "clock-behind": "The server's clock is behind the newest entry. Nothing was recorded; tell the administrator.",
    "no-room": (
        "The server's disk has no room for this file: {needed} bytes are needed, {free} may be taken. What arrived is "
        "kept. Tell the administrator, and go on when there is room."
    ),
    "writes-refused": "The server is open for reading only until its administrator has looked at it.",
    "outcome-unknown": "It may or may not have been recorded. Look before you send it again, with the same key.",
    "content-altered": "Stored bytes differ from their digest. Nothing was changed; tell the administrator.",
    "chain-broken": "Entries do not follow one another as recorded. Tell the administrator.",
    "not-proven": "A proof or a signature of the ledger does not show what it should. Tell the administrator.",
    "fork-seen": "You hold a checkpoint that this ledger cannot confirm. Keep it, stop, and compare with others.",
    "method-not-allowed": "The header Allow lists the methods of this address.",
    "unsupported-media-type": "The documentation names the format that this address reads.",
    "tus-version": "Send the header Tus-Resumable: 1.0.0.",
    "too-many-requests": "Too many sign-ins in a short time. Try again in {seconds} seconds.",
    "range": "Ask for bytes that the file has.",
    "internal": "The server's log has a line with this request's number. Nothing is known to be recorded.",
    "rejected": "Nothing was recorded.",
    "conflict": "Read again, then decide again.",
    "integrity-failure": "Nothing was changed. Tell the administrator.",
}

_CAUSES: Final = {
    "unavailable": "A part that is needed did not answer, or the server was stopped.",
    "clock-behind": "The server's clock is behind the newest entry: tell the administrator.",
    "writes-refused": "The server is open for reading only until its administrator has looked at it.",
    "content-altered": "Stored bytes differ from their digest: tell the administrator.",
    "integrity-failure": "What is stored is not what was recorded: tell the administrator.",
    "internal": "A fault of ours: the server's log has a line with this operation's number.",
    "rejected": "It was refused.",
    "signature-refused": "A signature does not fit, or its key is not good for it.",
    "conflict": "Something else was recorded first.",
    "stale-stream": "Something else was recorded first.",
}

_KEPT: Final = {
    "operation": "What it did until then stays. It can be begun again.",
    "verify": "What it recorded of files until then stays recorded. Begin it again.",
    "store": "Bytes that arrived are kept for a while. The act of intake is not recorded by this; store them again.",
    "bundle": (
        "The request stays recorded, and so does a sealing or an issue if it came to that. "
        "Ask for this bundle again: the making goes on from there, and nothing is recorded twice."
    ),
}

_CONSOLE: Final = {
    "unfounded": "This ledger is not founded yet. On the founder's machine, run:",
    "founding-token": "One-time founding token",
    "token-kept": "It is kept in {path} until the ledger is founded.",
    "token-in-file": "The one-time founding token is in {path}, readable by you alone; it is shown on a terminal only.",
    "already-founded": "This ledger is founded; there is no token any more.",
    "verify-page": "SHA-256 of {url}, as in the release notes: {digest}",
    "listening": "Custody listens on {url}",
    "reading-only": "Open for reading only: {reason}",
    "prepared": "The tables are made; {role} may read and append, and change nothing that the ledger holds.",
    "backup-done": "Backup of {size} entries written to {path}",
    "restore-done": "Restored {size} entries into {path}",
    "restore-checked": "The restored ledger holds the checkpoint that was given.",
    "restore-unchecked": "No checkpoint was given: whether newer entries are missing was not checked.",
    "published": "Published: {size} entries, cosigned by {count} of {asked} witnesses",
    "not-cosigned": "Not cosigned by {who}: {reason}",
    "not-compared": "Not compared with {who}: {reason}",
    "stamped": "Time-stamp {number} of {tsa}: {time}",
    "not-stamped": "No time-stamp of {tsa}: {reason}",
    "nothing-to-stamp": "Nobody was asked: all have stamped the newest published checkpoint, or there are none.",
    "rebuilt": "Rebuilt: {size} entries; {gone} keys are gone, and what they sealed stays unreadable",
    "rebuilt-root": "Root, the same as published: {root}",
    "court-key-made": "A court key for trying is in {path}: {subject}. For courts, use a key that they know.",
    "court-key-root": "Readers trust {path}; SHA-256 of the certificate: {digest}",
    "doctor-no-court-key": "none: statements go unsigned",
    "projections-rebuilt": "Lists and search are made anew from {size} entries.",
    "doctor-one-key": "no ML-DSA-44 key: entry 0 names one log key, so published checkpoints have one line",
    "doctor-no-page": "verify.html is not installed: bundles are made without it",
    "doctor-good": "good",
    "doctor-bad": "bad",
    "doctor-unknown": "not checked",
    "bad-setting": "Setting {setting}: {reason}",
    "stopped": "{reason}",
}

WORDS: Final = Words(
    titles=_TITLES, details=_DETAILS, rules=en_rules.RULES, console=_CONSOLE, causes=_CAUSES, kept=_KEPT
)
