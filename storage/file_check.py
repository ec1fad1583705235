"""The three outcomes of checking a stored file: match, mismatch, not checked (docs/spec/vault-v1.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from custody.errors import ContentAltered, CustodyError, NotFound, Unavailable
from custody.ports import FileCheck, MasterKey, Outcome, StoredFile
from storage import naming
from storage.file_keys import data_key
from storage.measuring import MeasuredFile, measure, measure_stored
from storage.streaming import Source

Opening = Callable[[], AbstractContextManager[Source]]
"""Opens the stored bytes of one file. Raises NotFound, Unavailable."""


def check_plain(opening: Opening, stored: StoredFile, master: MasterKey) -> FileCheck:
    """Fetch, decrypt, and compare every digest that was recorded; never raises for what it finds."""
    try:
        key = data_key(master, stored)
    except CustodyError as fault:  # the bytes may be as they were: without the key nobody can say
        return _outcome(stored, Outcome.NOT_CHECKED, f"key: {fault.message}")
    bound = naming.associated_data(stored.file, stored.exhibit, stored.ledger)
    try:
        with opening() as source:
            found = measure(source, key, bound)
    except ContentAltered as fault:
        return _outcome(stored, Outcome.MISMATCH, fault.message)
    except (NotFound, Unavailable) as fault:
        return _outcome(stored, Outcome.NOT_CHECKED, fault.message)
    return _judge(stored, found)


def check_stored(opening: Opening, stored: StoredFile) -> FileCheck:
    """Fetch, and compare the digest of the stored bytes: needs no key, measures no plain byte."""
    try:
        with opening() as source:
            digest, size = measure_stored(source)
    except (NotFound, Unavailable) as fault:
        return _outcome(stored, Outcome.NOT_CHECKED, fault.message)
    if (digest, size) != (stored.stored_sha256, stored.stored_size):
        return _outcome(stored, Outcome.MISMATCH, "differs: stored SHA-256")
    return _outcome(stored, Outcome.MATCH, None)


def _judge(stored: StoredFile, found: MeasuredFile) -> FileCheck:
    compared = {
        "size": (stored.plain.size, found.plain.size),
        "SHA-256": (stored.plain.sha256, found.plain.sha256),
        "SHA-512": (stored.plain.sha512, found.plain.sha512),
        "stored SHA-256": (stored.stored_sha256, found.stored_sha256),
    }
    differing = [name for name, (recorded, measured) in compared.items() if recorded != measured]
    if differing:
        return _outcome(stored, Outcome.MISMATCH, f"differs: {', '.join(differing)}", found.plain.sha256)
    return _outcome(stored, Outcome.MATCH, None, found.plain.sha256)


def _outcome(stored: StoredFile, found: Outcome, cause: str | None, sha256: str | None = None) -> FileCheck:
    return FileCheck(file=stored.file, outcome=found, cause=cause, measured_sha256=sha256)
