"""What is checked of a piece of the records by itself: all that needs neither order nor other acts (verdict-v1 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from custody_verifier.canonical import Json
from custody_verifier.entry import Entry
from custody_verifier.errors import Malformed
from custody_verifier.merkle import leaf_hash
from custody_verifier.neighbours import Proofs
from custody_verifier.opening import Opened
from custody_verifier.pieces import Piece
from custody_verifier.plain import read_plain
from custody_verifier.rules import Formed, formed
from custody_verifier.signatures import refusal

Fault: TypeAlias = tuple[str, str]
"""Code and words of a finding."""


@dataclass(slots=True)
class Checked:
    """What a line of entries holds, and what was found. `entry` is None when it cannot be read.

    `hidden`: members that are not opened; `opened`: the values of others; `refused`: see `refusal`.
    """

    index: int
    leaf: bytes
    faults: list[Fault]
    entry: Entry | None = None
    hidden: Sequence[str] = ()
    opened: Mapping[str, Json] = field(default_factory=dict)
    form: Formed | None = None
    refused: str | None = None


def check_piece(piece: Piece, size: int, root: bytes) -> Iterator[Checked | int]:
    """Yield what is found of each entry; an index alone for disclosures of no entry. Raises Malformed."""
    opened = _opened(piece)
    read = list(_read(piece, Proofs(size, root), opened))
    for found in read:  # signatures last, one after the other: nothing else is then in their way
        if found.entry is not None and (spki := piece.keys.get(found.entry.act.key)) is not None:
            found.refused = refusal(found.entry, spki)
    yield from read
    yield from opened


def _read(piece: Piece, proofs: Proofs, opened: dict[int, Opened]) -> Iterator[Checked]:
    """Yield what is found of each entry before its signature; takes its disclosures out of `opened`."""
    before = piece.before
    for number, (data, line) in enumerate(zip(piece.entries, piece.proofs, strict=True), piece.number):
        path, leaf = f"proofs.jsonl:{number}", leaf_hash(data)
        index, fault = proofs.check(line, leaf, path)
        if index <= before:
            raise Malformed(path, "does not ascend")
        before = index
        faults = [] if fault is None else [("entry.proof", fault)]
        disclosures = opened.pop(index, None)
        try:
            entry = read_plain(data)
        except Malformed as unreadable:
            yield Checked(index, leaf, [*faults, ("entry.unreadable", str(unreadable))])
        else:
            yield _checked(index, leaf, faults, entry, disclosures)


def _opened(piece: Piece) -> dict[int, Opened]:
    found: dict[int, Opened] = {}
    for number, line in enumerate(piece.disclosures, piece.at):
        each = Opened(line, f"disclosures.jsonl:{number}")
        found[each.index] = each
    return found


def _checked(
    index: int,
    leaf: bytes,
    faults: list[Fault],
    entry: Entry,
    disclosures: Opened | None,
) -> Checked:
    act, opened = entry.act, dict[str, Json]()
    given: Collection[str] = ()
    if disclosures is not None:
        opened, given, words = disclosures.of(act)
        faults += [("disclosure.altered", each) for each in words]
    return Checked(
        index,
        leaf,
        faults,
        entry,
        [name for name in act.body if name not in given] if len(opened) < len(act.body) else (),
        opened,
        formed(act, opened),
    )
