"""What was found of an entry as `marshal` writes it: numbers, bytes, text and containers of them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, cast

from custody_verifier.canonical import Json
from custody_verifier.checking import Checked, Fault
from custody_verifier.entry import Act, Batch, Entry, Signature
from custody_verifier.errors import Malformed
from custody_verifier.rules import WHOLE, Broken, Formed

_Batch: TypeAlias = tuple[int, int, tuple[bytes, ...]]
_Entry: TypeAlias = tuple[
    str,
    str,
    tuple[str, ...],
    str | None,
    str,
    str | None,
    dict[str, Json],
    tuple[int, bytes] | None,
    str,
    str,
    int,
    str,
    bytes,
    int | None,
    str,
    str,
    bytes,
    _Batch | None,
    str,
]
_Form: TypeAlias = tuple[bool, tuple[str, ...]]
Packed: TypeAlias = tuple[
    int,
    bytes,
    list[Fault],
    _Entry | None,
    tuple[str, ...],
    dict[str, Json],
    _Form | None,
    str | None,
]


def pack(found: Checked) -> Packed:
    """Return all that was found but commitments, and messages whose signature was looked at: nobody needs them again.

    `form` is None where it is as it must be, and where there is no entry.
    """
    return (
        found.index,
        found.leaf,
        found.faults,
        None if found.entry is None else _told(found.entry, signed=found.refused is not None),
        tuple(found.hidden),
        cast("dict[str, Json]", found.opened),
        _faulty(found.form),
        found.refused,
    )


def unpack(packed: Packed) -> Checked:
    """Return what was packed; the body of an entry has names alone."""
    index, leaf, faults, entry, hidden, opened, form, refused = packed
    if entry is None:
        return Checked(index, leaf, faults)
    formed = WHOLE if form is None else _form(*form)
    return Checked(index, leaf, faults, _entry(entry), hidden, opened, formed, refused)


def _told(entry: Entry, *, signed: bool) -> _Entry:
    act, signature, batch = entry.act, entry.signature, entry.signature.batch
    return (
        act.person,
        act.key,
        tuple(act.body),
        act.ledger,
        act.occurred_at.isoformat(),
        act.previous,
        cast("dict[str, Json]", act.public),
        act.seen,
        act.stream,
        act.type,
        act.version,
        act.hash,
        b"" if signed else act.message,
        entry.ordinal,
        entry.recorded_at.isoformat(),
        signature.algorithm,
        signature.value,
        None if batch is None else (batch.index, batch.size, batch.path),
        entry.digest,
    )


def _entry(told: _Entry) -> Entry:
    (person, key, names, ledger, occurred_at, previous, public, seen, stream, kind, version, *_) = told
    (hashed, message, ordinal, recorded_at, algorithm, value, batch, digest) = told[11:]
    return Entry(
        act=Act(
            person=person,
            key=key,
            body=dict.fromkeys(names, ""),
            ledger=ledger,
            occurred_at=datetime.fromisoformat(occurred_at),
            previous=previous,
            public=public,
            seen=seen,
            stream=stream,
            type=kind,
            version=version,
            message=message,
            hash=hashed,
        ),
        ordinal=ordinal,
        recorded_at=datetime.fromisoformat(recorded_at),
        signature=Signature(algorithm, value, None if batch is None else Batch(*batch)),
        digest=digest,
    )


def _faulty(form: Formed | None) -> _Form | None:
    fault = None if form is None else form.fault
    if form is None or fault is None:
        return None
    return form.whole, (fault.path, fault.reason) if isinstance(fault, Malformed) else (fault.code,)


def _form(whole: bool, told: tuple[str, ...]) -> Formed:  # noqa: FBT001 - as it was packed
    return Formed(whole, Broken(*told) if len(told) == 1 else Malformed(*told))
