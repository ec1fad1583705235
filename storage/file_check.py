"""The three outcomes of checking a stored file: match, mismatch, not checked (docs/spec/vault-v1.md, section 6)."""

from __future__ import annotations

from contextlib import closing

from custody.errors import ContentAltered, NotFound, Unavailable
from custody.ports import FileCheck, Outcome, StoredFile
from storage import naming
from storage.measuring import MeasuredFile, measure, measure_stored
from storage.reading import Reading


def check_plain(reading: Reading, stored: StoredFile, key: bytes) -> FileCheck:
    """Fetch, decrypt, and compare every digest that was recorded."""
    bound = naming.associated_data(stored.file, stored.exhibit, stored.ledger)
    try:
        with closing(reading.whole(stored.object_key, stored.version_id).body) as body:
            found = measure(body, key, bound)
    except ContentAltered as fault:
        return outcome(stored, Outcome.MISMATCH, fault.message)
    except (NotFound, Unavailable) as fault:
        return outcome(stored, Outcome.NOT_CHECKED, fault.message)
    return _judge(stored, found)


def check_stored(reading: Reading, stored: StoredFile) -> FileCheck:
    """Fetch, and compare the digest of the stored bytes; the plain digest stays unmeasured."""
    try:
        with closing(reading.whole(stored.object_key, stored.version_id).body) as body:
            digest, size = measure_stored(body)
    except (NotFound, Unavailable) as fault:
        return outcome(stored, Outcome.NOT_CHECKED, fault.message)
    if (digest, size) != (stored.stored_sha256, stored.stored_size):
        return outcome(stored, Outcome.MISMATCH, "stored bytes: not those that were recorded")
    return outcome(stored, Outcome.MATCH, None)


def _judge(stored: StoredFile, found: MeasuredFile) -> FileCheck:
    compared = {
        "size": (stored.plain.size, found.plain.size),
        "SHA-256": (stored.plain.sha256, found.plain.sha256),
        "SHA-512": (stored.plain.sha512, found.plain.sha512),
        "stored SHA-256": (stored.stored_sha256, found.stored_sha256),
    }
    differing = [name for name, (recorded, measured) in compared.items() if recorded != measured]
    if differing:
        return outcome(stored, Outcome.MISMATCH, f"differs: {', '.join(differing)}", found.plain.sha256)
    return outcome(stored, Outcome.MATCH, None, found.plain.sha256)


def outcome(stored: StoredFile, found: Outcome, cause: str | None, sha256: str | None = None) -> FileCheck:
    """Return the result of one check."""
    return FileCheck(file=stored.file, outcome=found, cause=cause, measured_sha256=sha256)
