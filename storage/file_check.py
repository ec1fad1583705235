"""The three outcomes of checking a stored file: match, mismatch, not checked (docs/spec/vault-v1.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from custody.errors import ContentAltered, CustodyError, NotFound, Unavailable
from custody.ports import FileCheck, MasterKey, Outcome, StoredFile
from storage.file_keys import data_key
from storage.measuring import MeasuredFile, measure, measure_plain, measure_stored
from storage.naming import FileNames
from storage.streaming import Source

Opening = Callable[[], AbstractContextManager[Source]]
"""Opens the stored bytes of one file. Raises NotFound, Unavailable."""

Compared = dict[str, tuple[object, object]]
"""What was compared: recorded, measured."""


def check_plain(opening: Opening, stored: StoredFile, master: MasterKey, *, thorough: bool) -> FileCheck:
    """Fetch, decrypt and compare SHA-256 and size; never raises for what it finds.

    `thorough` compares SHA-512 and the stored digest as well, which were compared with the same
    bytes when the file was stored, and takes three times as long.
    """
    try:
        key = data_key(master, stored)
    except CustodyError as fault:  # the bytes may be as they were: without the key nobody can say
        return _outcome(stored, Outcome.NOT_CHECKED, f"key: {fault.message}")
    bound = FileNames.of(stored).associated_data()
    try:
        with opening() as source:
            compared = (
                _all(stored, measure(source, key, bound)) if thorough else _some(stored, source, key, bound)
            )
    except ContentAltered as fault:
        return _outcome(stored, Outcome.MISMATCH, fault.message)
    except (NotFound, Unavailable) as fault:
        return _outcome(stored, Outcome.NOT_CHECKED, fault.message)
    return _judge(stored, compared)


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


def _some(stored: StoredFile, source: Source, key: bytes, bound: bytes) -> Compared:
    sha256, size = measure_plain(source, key, bound)
    return {"SHA-256": (stored.plain.sha256, sha256), "size": (stored.plain.size, size)}


def _all(stored: StoredFile, found: MeasuredFile) -> Compared:
    return {
        "SHA-256": (stored.plain.sha256, found.plain.sha256),
        "size": (stored.plain.size, found.plain.size),
        "SHA-512": (stored.plain.sha512, found.plain.sha512),
        "CRC-32": (stored.crc32, found.plain.crc32),
        "stored SHA-256": (stored.stored_sha256, found.stored_sha256),
        "stored size": (stored.stored_size, found.stored_size),
    }


def _judge(stored: StoredFile, compared: Compared) -> FileCheck:
    differing = [name for name, (recorded, measured) in compared.items() if recorded != measured]
    sha256 = str(compared["SHA-256"][1])
    if differing:
        return _outcome(stored, Outcome.MISMATCH, f"differs: {', '.join(differing)}", sha256)
    return _outcome(stored, Outcome.MATCH, None, sha256)


def _outcome(stored: StoredFile, found: Outcome, cause: str | None, sha256: str | None = None) -> FileCheck:
    return FileCheck(file=stored.file, outcome=found, cause=cause, measured_sha256=sha256)
