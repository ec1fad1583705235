"""Looks beside the recorded version of a file: was another written over it (docs/spec/vault-v1.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from custody.errors import CustodyError
from custody.ports import FileCheck, Outcome, StoredFile
from storage.reading import Reading

OVERWRITTEN = "another version was written over it; the recorded version is intact"
GONE = "the recorded version is gone, and other bytes stand in its place"
RESTORED = "the recorded version is gone, and the same bytes stand in its place"

Check = Callable[[StoredFile], FileCheck]
"""Checks a file at the version that it names, or at the newest where it names none."""


def look_beside(reading: Reading, stored: StoredFile, check: Check) -> FileCheck:
    """Check a file, and say when its key holds another version than the recorded one.

    1. The recorded version decides wherever it is there. 2. Where it is gone and something stands under the same
    key, that is no missing file: what stands there is checked in its place.
    """
    found = check(stored)
    if stored.version_id is None or found.outcome is Outcome.MISMATCH:
        return found
    try:
        newest = reading.newest(stored.object_key)
    except CustodyError:  # nothing stands there now, or nobody can say: what was found is all that is known
        return found
    if newest == stored.version_id:
        return found
    if found.outcome is Outcome.MATCH:
        return replace(found, cause=OVERWRITTEN)
    return _in_its_place(found, check(replace(stored, version_id=newest)))


def _in_its_place(missing: FileCheck, other: FileCheck) -> FileCheck:
    if other.outcome is Outcome.NOT_CHECKED:
        return missing
    cause = RESTORED if other.outcome is Outcome.MATCH else GONE
    return replace(other, cause=cause)
