"""Reads entries that are proved: in the tree that was seen, in their stream, at their version, with opened values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custody_cli import answers
from custody_cli.compose import FIRST, Place
from custody_cli.contact import Contact
from custody_cli.faults import IntegrityFault
from custody_verifier.canonical import Json
from custody_verifier.entry import Entry, check_disclosure, read_entry
from custody_verifier.errors import Failed, VerifierError
from custody_verifier.merkle import check_inclusion, leaf_hash


@dataclass(frozen=True, slots=True)
class Proved:
    """An entry that stands at `index` of the tree that was seen; `opened` are the values that were disclosed."""

    index: int
    entry: Entry
    opened: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream stands: the indices of its entries in order, and the place of the next act."""

    stream: str
    entries: list[int]
    next: Place


def fetch(contact: Contact, index: int) -> Proved:
    """Return the entry at an index after proof that it stands there in the tree that was seen.

    Raises IntegrityFault when it does not, or when a disclosed value does not open its commitment.
    """
    told = contact.door.get(f"/entries/{index}")
    data = answers.from_base64(answers.text(told, "entry"), "entry")
    size = contact.seen.size
    path = answers.hashes(contact.door.get("/inclusion", index=index, size=size), "path")
    try:
        entry = read_entry(data)
        check_inclusion(leaf_hash(data), index, size, path, contact.seen.root)
        opened = dict(check_disclosure(entry.act, each) for each in answers.items(told, "disclosures"))
    except Failed as fault:
        raise IntegrityFault("entry.not-proven", index=index, reason=fault.reason) from fault
    except VerifierError as fault:
        raise IntegrityFault("entry.malformed", index=index, reason=str(fault)) from fault
    if index > 0 and entry.act.ledger != contact.pin.ledger:
        raise IntegrityFault("entry.other-ledger", index=index)
    return Proved(index, entry, opened)


def head(contact: Contact, stream: str) -> Head:
    """Return where a stream stands, taken from its last entry after its proof; what the server says is not used.

    Raises IntegrityFault when that entry is of another stream, or when entries are missing before it.
    """
    told = contact.door.get(f"/streams/{stream}")
    entries = [each for each in answers.items(told, "entries") if isinstance(each, int)]
    if answers.text(told, "stream") != stream or entries != sorted(set(entries)):
        raise IntegrityFault("stream.other", stream=stream)
    if not entries:
        return Head(stream, [], FIRST)
    last = of_stream(contact, stream, entries[-1]).entry.act
    if len(entries) != last.version:
        raise IntegrityFault("stream.place", stream=stream)
    return Head(stream, entries, Place(last.version + 1, last.hash))


def of_stream(contact: Contact, stream: str, index: int) -> Proved:
    """Return the proved entry at an index; raises IntegrityFault when it is of another stream."""
    if index >= contact.seen.size:
        raise IntegrityFault("entry.unseen", index=index, size=contact.seen.size)
    found = fetch(contact, index)
    if found.entry.act.stream != stream:
        raise IntegrityFault("stream.other", stream=stream)
    return found


def backwards(contact: Contact, at: Head) -> Iterator[Proved]:
    """Yield the proved entries of a stream from the last to the first; each must follow the one before it."""
    expected = at.next
    for index in reversed(at.entries):
        found = of_stream(contact, at.stream, index)
        act = found.entry.act
        if Place(act.version + 1, act.hash) != expected:
            raise IntegrityFault("stream.place", stream=at.stream)
        expected = Place(act.version, act.previous)
        yield found
    if expected != FIRST:
        raise IntegrityFault("stream.place", stream=at.stream)


def forwards(contact: Contact, at: Head) -> list[Proved]:
    """Return the proved entries of a stream from the first to the last."""
    return list(backwards(contact, at))[::-1]
