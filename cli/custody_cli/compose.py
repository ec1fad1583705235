"""Composes acts and signs them: salts, commitments, act messages and batches are all made here (entry-v1, 4 to 6)."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from custody_cli.faults import Misuse
from custody_cli.keys import Key
from custody_verifier import canonical
from custody_verifier.canonical import Json
from custody_verifier.entry import commitment
from custody_verifier.errors import Malformed
from custody_verifier.merkle import leaf_hash, node_hash, root_of
from custody_verifier.note import Checkpoint
from custody_verifier.text import base64_text, base64url_text, instant

ACT_PREFIX: Final = b"custody-act/1\n"
ACTS_PREFIX: Final = b"custody-acts/1\n"
SALT_BYTES: Final = 16
MAX_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer wants to record, before it has a place: `opened` are the values of the body.

    `first` says that this act begins its stream.
    """

    type: str
    stream: str
    public: Mapping[str, Json] = field(default_factory=dict)
    opened: Mapping[str, Json] = field(default_factory=dict)
    first: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an act follows in its stream: its version, and the hash of the act before it."""

    version: int
    previous: str | None


FIRST: Final = Place(1, None)


@dataclass(frozen=True, slots=True)
class Composed:
    """An act that is ready to be signed; `disclosures` open its body."""

    act: dict[str, Json]
    disclosures: list[Json]

    @property
    def message(self) -> bytes:
        """The act message."""
        return ACT_PREFIX + canonical.write(self.act)

    @property
    def hash(self) -> str:
        """The hash of the act message, that the next act of the stream carries."""
        return hashlib.sha256(self.message).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs, into which ledger (None for its founding), having seen what, at what claimed time."""

    person: str
    key: Key
    ledger: str | None
    seen: Checkpoint | None
    occurred_at: str


def compose(draft: Draft, place: Place, signer: Signer) -> Composed:
    """Return the act of a draft at a place of its stream. Raises Misuse with the path of a value at fault."""
    disclosures = [_disclose(name, normal(value)) for name, value in sorted(draft.opened.items())]
    opened: list[Json] = [[salt, name, value] for salt, name, value in disclosures]
    _require_canonical(opened, "disclosures")
    act: dict[str, Json] = {
        "actor": {"key": signer.key.fingerprint, "person": signer.person},
        "body": {str(name): commitment(salt, name, value) for salt, name, value in disclosures},
        "ledger": signer.ledger,
        "occurred_at": signer.occurred_at,
        "previous": place.previous,
        "public": normal(dict(draft.public)),
        "seen": _seen(signer.seen),
        "stream": draft.stream,
        "type": draft.type,
        "version": place.version,
    }
    _require_canonical(act, "act")
    return Composed(act, opened)


def sign(acts: Sequence[Composed], key: Key) -> list[dict[str, Json]]:
    """Return the acts as they are sent: each with its disclosures and signature; several under one signature."""
    if not 1 <= len(acts) <= MAX_BATCH:
        raise Misuse("batch.size", most=MAX_BATCH)
    messages = [each.message for each in acts]
    batched = len(acts) > 1
    signature = key.sign(batch_message(messages) if batched else messages[0])
    return [
        {
            "act": each.act,
            "disclosures": each.disclosures,
            "signature": {**signature, **({"batch": _batch(messages, at)} if batched else {})},
        }
        for at, each in enumerate(acts)
    ]


def batch_message(messages: Sequence[bytes]) -> bytes:
    """Return what is signed for acts signed together (entry-v1, section 6)."""
    return ACTS_PREFIX + base64_text(root_of(map(leaf_hash, messages))).encode() + b"\n"


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the inclusion path of a leaf hash, nearest sibling first (RFC 6962, 2.1.1)."""
    path, level = [], list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = above + level[len(level) - len(level) % 2 :]
        index //= 2
    return path


def new_stream(kind: str) -> str:
    """Return the name of a new stream."""
    return f"{kind}/{uuid.uuid4()}"


def now() -> str:
    """Return the officer's clock as acts carry it: local time, with its offset."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def claimed(text: str | None) -> str:
    """Return a claimed time that the officer gave, or now. A time without an offset is local time."""
    if text is None:
        return now()
    try:
        given = datetime.fromisoformat(text)
        written = (given if given.tzinfo else given.astimezone()).isoformat()
        instant(written, "at", "a claimed time")
    except (ValueError, OverflowError, Malformed) as fault:
        raise Misuse("time.bad", text=text) from fault
    return written


def in_utc(text: str) -> str:
    """Return a time that the officer gave as a recorded instant: UTC, six digits. Raises Misuse (entry-v1)."""
    try:
        given = datetime.fromisoformat(claimed(text)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise Misuse("time.bad", text=text) from fault
    return f"{given:%Y-%m-%dT%H:%M:%S.%f}Z"


def normal(value: Json) -> Json:
    """Return a value with all its text in Unicode normal form C: the client's duty, the server refuses others."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(each) for each in value]
    if isinstance(value, dict):
        return {name: normal(each) for name, each in value.items()}
    return value


def _disclose(name: str, value: Json) -> tuple[str, str, Json]:
    return base64url_text(secrets.token_bytes(SALT_BYTES)), name, value


def _seen(seen: Checkpoint | None) -> Json:
    return None if seen is None else {"root": base64_text(seen.root), "size": seen.size}


def _batch(messages: Sequence[bytes], index: int) -> Json:
    path = path_of([leaf_hash(each) for each in messages], index)
    return {"index": index, "path": [base64_text(each) for each in path], "size": len(messages)}


def _require_canonical(value: Json, path: str) -> None:
    try:
        canonical.read(canonical.write(value), path)
    except Malformed as fault:
        raise Misuse("value.form", path=fault.path, reason=fault.reason) from fault
    except (TypeError, UnicodeError) as fault:
        raise Misuse("value.form", path=path, reason=str(fault)) from fault
