"""Entries: structure, act message, commitments and signature of format custody-entry/1 (entry-v1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from custody_verifier import keys, text
from custody_verifier.canonical import Json, read, write
from custody_verifier.errors import Failed, Malformed, NotKnown
from custody_verifier.merkle import leaf_hash, root_by_path

MAX_ENTRY = 65_535
MAX_BATCH = 1_000
MAX_VALUE = 1 << 20
ALGORITHMS = frozenset({"ed25519", "es256"})

_ENTRY = frozenset({"act", "assigned", "recorded_at", "signature"})
_ACT = frozenset(
    {"actor", "body", "ledger", "occurred_at", "previous", "public", "seen", "stream", "type", "version"}
)
_ACTOR = frozenset({"key", "person"})
_SEEN = frozenset({"root", "size"})
_NOTHING: frozenset[str] = frozenset()
_ASSIGNED = frozenset({"ordinal"})
_SIGNATURE = frozenset({"algorithm", "value"})
_BATCHED = _SIGNATURE | {"batch"}
_BATCH = frozenset({"index", "path", "size"})


@dataclass(frozen=True, slots=True)
class Batch:
    """The place of an act among those signed together."""

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(slots=True)  # not frozen, as an act is not
class Signature:
    """The signature of an entry; `batch` when it covers several acts."""

    algorithm: str
    value: bytes
    batch: Batch | None


@dataclass(slots=True, kw_only=True)  # not frozen: each is made in two processes, and freezing takes time
class Act:
    """What a person signed. `hash` is the hex SHA-256 of `message`; `seen` is (size, root)."""

    person: str
    key: str
    body: Mapping[str, str]
    ledger: str | None
    occurred_at: datetime
    previous: str | None
    public: Mapping[str, Json]
    seen: tuple[int, bytes] | None
    stream: str
    type: str
    version: int
    message: bytes
    hash: str


@dataclass(slots=True, kw_only=True)  # not frozen, as an act is not
class Entry:
    """An act as the ledger recorded it; `digest` is the hex SHA-256 of its bytes, those of the Merkle leaf."""

    act: Act
    ordinal: int | None
    recorded_at: datetime
    signature: Signature
    digest: str


def read_entry(data: bytes, path: str = "entry", *, newer: bool = False) -> Entry:
    """Return the entry of its canonical bytes.

    Raises Malformed with the path at fault, NotKnown for a signature algorithm of a later version unless
    `newer` says that the caller looks at it itself.
    """
    if len(data) > MAX_ENTRY:
        raise Malformed(path, f"is longer than {MAX_ENTRY} bytes")
    entry = _object(read(data, path), path, _ENTRY)
    assigned = _object(entry["assigned"], f"{path}.assigned", _ASSIGNED if entry["assigned"] else _NOTHING)
    return Entry(
        # `act` is the first member and `assigned` the next; quotes inside of texts are escaped, and what comes
        # after has no member of that name: so the last ,"assigned": ends the act's canonical bytes.
        act=_read_act(entry["act"], f"{path}.act", data[7 : data.rindex(b',"assigned":')]),
        ordinal=_integer(assigned["ordinal"], f"{path}.assigned.ordinal", 1) if assigned else None,
        recorded_at=text.instant(entry["recorded_at"], f"{path}.recorded_at", "a recorded time"),
        signature=_read_signature(entry["signature"], f"{path}.signature", newer=newer),
        digest=sha256(data).hexdigest(),
    )


def signed_message(act_message: bytes, batch: Batch | None) -> bytes:
    """Return what the signature is over; raises Failed when the batch's path cannot belong to its place."""
    if batch is None:
        return act_message
    root = root_by_path(leaf_hash(act_message), batch.index, batch.size, batch.path)
    return b"custody-acts/1\n" + text.base64_text(root).encode() + b"\n"


def check_signature(entry: Entry, algorithm: str, spki: bytes) -> None:
    """Raise Failed unless the entry's signature is by the key with this SPKI DER, the one that its act names.

    `algorithm` is the one that the key was enrolled with; NotKnown when this verifier does not know it.
    """
    if entry.act.key != keys.fingerprint(spki):
        raise Failed("the act names another key")
    if entry.signature.algorithm != algorithm:
        raise Failed("the signature is of another algorithm than the key")
    message = signed_message(entry.act.message, entry.signature.batch)
    keys.check_signature(algorithm, spki, message, entry.signature.value)


def commitment(salt: str, name: str, value: Json) -> str:
    """Return the commitment to a value under a name: unpadded base64url of SHA-256 (entry-v1, section 5)."""
    return _committed(write([salt, name, value]))


def _committed(disclosure: bytes) -> str:
    return text.base64url_text(sha256(b"custody-disclosure/1\n" + disclosure).digest())


def check_disclosure(act: Act, disclosure: Json, path: str = "disclosure") -> tuple[str, Json]:
    """Return name and value of a parsed `[salt, name, value]` that opens a member of the act's body.

    Raises Malformed, and Failed when it does not open the commitment that the act holds under the name.
    """
    if not isinstance(disclosure, list) or len(disclosure) != 3:
        raise Malformed(path, "is not [salt, name, value]")
    salt, name, value = disclosure
    salted = text.grammar(salt, f"{path}.salt", "unpadded base64url of 16 bytes")
    named = text.grammar(name, f"{path}.name", "the name of a body's member")
    data = write([salted, named, value])
    if len(data) > MAX_VALUE and len(write(value)) > MAX_VALUE:
        raise Malformed(f"{path}.value", f"is longer than {MAX_VALUE} bytes")
    if act.body.get(named) != _committed(data):
        raise Failed(f"the disclosure does not open the commitment of {named}")
    return named, value


def _read_act(value: Json, path: str, canonical: bytes) -> Act:
    act = _object(value, path, _ACT)
    actor = _object(act["actor"], f"{path}.actor", _ACTOR)
    version = _integer(act["version"], f"{path}.version", 1)
    if (version == 1) != (act["previous"] is None):
        raise Malformed(f"{path}.previous", "is null at version 1, and only there")
    message = b"custody-act/1\n" + canonical
    return Act(
        person=text.grammar(actor["person"], f"{path}.actor.person", "person/<uuid>"),
        key=text.grammar(actor["key"], f"{path}.actor.key", "64 lower-case hex digits"),
        body=_read_body(act["body"], f"{path}.body"),
        ledger=_hash_or_null(act["ledger"], f"{path}.ledger"),
        occurred_at=text.instant(act["occurred_at"], f"{path}.occurred_at", "a claimed time"),
        previous=_hash_or_null(act["previous"], f"{path}.previous"),
        public=_object(act["public"], f"{path}.public", None),
        seen=_read_seen(act["seen"], f"{path}.seen"),
        stream=text.grammar(act["stream"], f"{path}.stream", "<kind>/<uuid>"),
        type=text.grammar(act["type"], f"{path}.type", "an act type"),
        version=version,
        message=message,
        hash=sha256(message).hexdigest(),
    )


def _read_body(value: Json, path: str) -> Mapping[str, str]:
    body = {}
    for name, member in _object(value, path, None).items():
        text.grammar(name, f"{path}.{name}", "the name of a body's member")
        body[name] = text.grammar(member, f"{path}.{name}", "unpadded base64url of 32 bytes")
    return body


def _read_seen(value: Json, path: str) -> tuple[int, bytes] | None:
    if value is None:
        return None
    seen = _object(value, path, _SEEN)
    return _integer(seen["size"], f"{path}.size", 1), text.base64_bytes(seen["root"], f"{path}.root", 32)


def _read_signature(value: Json, path: str, *, newer: bool) -> Signature:
    batched = isinstance(value, dict) and "batch" in value
    signature = _object(value, path, _BATCHED if batched else _SIGNATURE)
    algorithm = text.grammar(signature["algorithm"], f"{path}.algorithm", "an algorithm")
    if algorithm not in ALGORITHMS and not newer:
        raise NotKnown(f"{path}.algorithm", algorithm)
    batch = _read_batch(signature["batch"], f"{path}.batch") if batched else None
    return Signature(algorithm, text.base64_bytes(signature["value"], f"{path}.value"), batch)


def _read_batch(value: Json, path: str) -> Batch:
    batch = _object(value, path, _BATCH)
    size = _integer(batch["size"], f"{path}.size", 1)
    index = _integer(batch["index"], f"{path}.index", 0)
    if index >= size or size > MAX_BATCH:
        raise Malformed(path, f"is not a place among at most {MAX_BATCH} acts")
    if not isinstance(batch["path"], list):
        raise Malformed(f"{path}.path", "is not a list")
    hashes = [text.base64_bytes(each, f"{path}.path.{at}", 32) for at, each in enumerate(batch["path"])]
    return Batch(index, size, tuple(hashes))


def _object(value: Json, path: str, names: frozenset[str] | None) -> dict[str, Json]:
    """Return an object with exactly the members `names` (any, for None)."""
    if not isinstance(value, dict):
        raise Malformed(path, "is not an object")
    if names is not None and value.keys() != names:
        odd = min(value.keys() ^ names)
        raise Malformed(f"{path}.{odd}", "is unknown" if odd in value else "is missing")
    return value


def _integer(value: Json, path: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Malformed(path, f"is not an integer from {least} on")
    return value


def _hash_or_null(value: Json, path: str) -> str | None:
    return None if value is None else text.grammar(value, path, "64 lower-case hex digits")
