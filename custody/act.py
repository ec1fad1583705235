"""Acts, entries and disclosures: what a person signed, and how the ledger recorded it (entry-v1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from custody import values
from custody.canonical import Json, canonical, canonical_trusted, check, parse
from custody.drafts import draft_of
from custody.errors import Malformed, TooLarge
from custody.values import ActHash, Digest, Fingerprint, LedgerId, PersonId, StreamName

FORMAT: Final = "custody-entry/1"
ACT_PREFIX: Final = b"custody-act/1\n"
ACTS_PREFIX: Final = b"custody-acts/1\n"
SESSION_PREFIX: Final = b"custody-session/1\n"
ENROL_PREFIX: Final = b"custody-enrol/1\n"
DISCLOSURE_PREFIX: Final = b"custody-disclosure/1\n"
MAX_ENTRY: Final = 65_535  # bytes; c2sp.org/tlog-tiles entry bundles have a 16-bit length
MAX_VALUE: Final = 1 << 20  # canonical bytes of one body value
MAX_BATCH: Final = 1_000  # acts under one signature
SALT_BYTES: Final = 16
ALGORITHMS: Final = frozenset({"ed25519", "es256"})


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint that the signer's client verified: `size` entries, 32-byte `root`."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The place of an act among those signed together: `index` of `size`, with its inclusion path."""

    index: int
    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as bytes, with its algorithm; `batch` when one signature covers several acts."""

    algorithm: str
    value: bytes
    batch: Batch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person did, as they signed it. `message` is the act message, `hash` its SHA-256 in hex."""

    person: PersonId
    key: Fingerprint
    body: Mapping[str, str]  # member name -> commitment
    ledger: LedgerId | None
    occurred_at: str
    occurred: datetime
    previous: ActHash | None
    public: Mapping[str, Json]
    seen: Seen | None
    stream: StreamName
    type: str
    version: int
    message: bytes
    hash: ActHash

    @property
    def kind(self) -> str:
        """The kind of its stream, such as `exhibit`, `case` or `person`."""
        return self.stream.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An act as the ledger recorded it. `data` is the canonical entry: the Merkle leaf's input."""

    act: Act
    ordinal: int | None
    recorded_at: str
    recorded: datetime
    signature: Signature
    data: bytes

    @property
    def digest(self) -> Digest:
        """Hex SHA-256 of the entry's bytes; of entry 0 it is the ledger's id."""
        return Digest(hashlib.sha256(self.data).hexdigest())


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened member of a body: 16 bytes of salt (base64url), the member's name and its value."""

    salt: str
    name: str
    value: Json

    def commitment(self) -> str:
        """The commitment that the act holds under `name` (entry-v1, section 5)."""
        opened = canonical([self.salt, self.name, self.value])
        return values.to_base64url(hashlib.sha256(DISCLOSURE_PREFIX + opened).digest())


def _members(value: object, names: frozenset[str], path: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise Malformed(path, "is not an object")
    if value.keys() != names:
        odd = min(value.keys() ^ names)
        fault = "is missing" if odd in names else "is not a member of this format"
        raise Malformed(f"{path}.{odd}" if path else odd, fault)
    return cast(dict[str, Json], value)


def _whole(value: object, path: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise Malformed(path, f"is not an integer from {least}")
    return value


_ACT = frozenset(
    {"actor", "body", "ledger", "occurred_at", "previous", "public", "seen", "stream", "type", "version"}
)
_ACTOR = frozenset({"key", "person"})
_SEEN = frozenset({"root", "size"})
_ENTRY = frozenset({"act", "assigned", "recorded_at", "signature"})
_BATCH = frozenset({"index", "path", "size"})


def read_act(value: Json, path: str = "act") -> Act:
    """Return the act of a parsed value (entry-v1, section 4). Raises Malformed with the path at fault."""
    check(value, path)
    return _read_checked_act(value, path)


def _read_checked_act(value: Json, path: str, data: bytes | None = None) -> Act:
    """Return the act of a checked value, whose canonical bytes are `data` where they are at hand."""
    act = _members(value, _ACT, path)
    actor = _members(act["actor"], _ACTOR, f"{path}.actor")
    public = act["public"]
    if not isinstance(public, dict):
        raise Malformed(f"{path}.public", "is not an object")
    previous, ledger = act["previous"], act["ledger"]
    message = ACT_PREFIX + (canonical_trusted(value) if data is None else data)
    version = _whole(act["version"], f"{path}.version", 1)
    if (previous is None) != (version == 1):
        raise Malformed(f"{path}.previous", "is null at version 1 and only there")
    return Act(
        person=values.person(actor["person"], f"{path}.actor.person"),
        key=Fingerprint(values.hex256(actor["key"], f"{path}.actor.key")),
        body=_read_body(act["body"], f"{path}.body"),
        ledger=None if ledger is None else LedgerId(values.hex256(ledger, f"{path}.ledger")),
        occurred_at=values.text(act["occurred_at"], f"{path}.occurred_at"),
        occurred=values.claimed_instant(act["occurred_at"], f"{path}.occurred_at"),
        previous=None if previous is None else ActHash(values.hex256(previous, f"{path}.previous")),
        public=public,
        seen=_read_seen(act["seen"], f"{path}.seen"),
        stream=values.stream(act["stream"], f"{path}.stream"),
        type=values.act_type(act["type"], f"{path}.type"),
        version=version,
        message=message,
        hash=ActHash(hashlib.sha256(message).hexdigest()),
    )


def _read_body(value: Json, path: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise Malformed(path, "is not an object")
    body: dict[str, str] = {}
    for name, commitment in value.items():
        values.member_name(name, f"{path}.{name}")
        body[name] = values.commitment(commitment, f"{path}.{name}")
    return body


def _read_seen(value: Json, path: str) -> Seen | None:
    if value is None:
        return None
    seen = _members(value, _SEEN, path)
    return Seen(_whole(seen["size"], f"{path}.size", 1), values.from_base64(seen["root"], f"{path}.root", 32))


def read_signature(value: Json, path: str = "signature") -> Signature:
    """Return a signature of a parsed value (entry-v1, section 6)."""
    has_batch = isinstance(value, dict) and "batch" in value
    names = frozenset({"algorithm", "value"} | ({"batch"} if has_batch else set()))
    signature = _members(value, names, path)
    algorithm = values.text(signature["algorithm"], f"{path}.algorithm")
    if algorithm not in ALGORITHMS:
        raise Malformed(f"{path}.algorithm", "is not a known algorithm")
    batch = _read_batch(signature["batch"], f"{path}.batch") if has_batch else None
    return Signature(algorithm, values.from_base64(signature["value"], f"{path}.value"), batch)


def _read_batch(value: Json, path: str) -> Batch:
    batch = _members(value, _BATCH, path)
    size = _whole(batch["size"], f"{path}.size", 1)
    index = _whole(batch["index"], f"{path}.index", 0)
    hashes = batch["path"]
    if index >= size or size > MAX_BATCH:
        raise Malformed(path, f"has an index that is not below its size, or a size over {MAX_BATCH}")
    if not isinstance(hashes, list):
        raise Malformed(f"{path}.path", "is not a list")
    found = tuple(values.from_base64(each, f"{path}.path[{at}]", 32) for at, each in enumerate(hashes))
    return Batch(index, size, found)


def write_signature(signature: Signature) -> dict[str, Json]:
    """Return the member of an entry for a signature."""
    written: dict[str, Json] = {
        "algorithm": signature.algorithm,
        "value": values.to_base64(signature.value),
    }
    if signature.batch is not None:
        written["batch"] = {
            "index": signature.batch.index,
            "path": [values.to_base64(each) for each in signature.batch.path],
            "size": signature.batch.size,
        }
    return written


def read_entry(data: bytes, path: str = "entry") -> Entry:
    """Return the entry of canonical bytes. Raises Malformed or TooLarge; never anything else."""
    if len(data) > MAX_ENTRY:
        raise TooLarge(path, size=len(data), limit=MAX_ENTRY)
    entry = _members(parse(data, path), _ENTRY, path)
    return Entry(
        # Members are sorted, and no text after the act can hold this quoted name: the act is what is before it.
        act=_read_checked_act(
            entry["act"], f"{path}.act", data[len(b'{"act":') : data.rfind(b',"assigned":')]
        ),
        ordinal=_read_assigned(entry["assigned"], f"{path}.assigned"),
        recorded_at=values.text(entry["recorded_at"], f"{path}.recorded_at"),
        recorded=values.recorded_instant(entry["recorded_at"], f"{path}.recorded_at"),
        signature=read_signature(entry["signature"], f"{path}.signature"),
        data=data,
    )


def _read_assigned(value: Json, path: str) -> int | None:
    if value == {}:
        return None
    return _whole(_members(value, frozenset({"ordinal"}), path)["ordinal"], f"{path}.ordinal", 1)


def write_entry(
    act: Act, signature: Signature, *, recorded_at: datetime, ordinal: int | None, stamp: str | None = None
) -> Entry:
    """Return the entry that records `act` at an aware instant. Raises TooLarge over 65,535 bytes.

    `stamp` is the text of the instant, where a group has it at hand already.
    """
    stamp = stamp or values.write_recorded(recorded_at)
    assigned = b"{}" if ordinal is None else b'{"ordinal":%d}' % ordinal
    # The members' names are sorted already, and each part is canonical by itself (entry-v1, section 2).
    data = b'{"act":%b,"assigned":%b,"recorded_at":"%b","signature":%b}' % (
        act.message[len(ACT_PREFIX) :],
        assigned,
        stamp.encode(),
        _signature_bytes(signature),
    )
    if len(data) > MAX_ENTRY:
        raise TooLarge("entry", size=len(data), limit=MAX_ENTRY)
    entry = _Draft()  # an entry is made under the ledger's lock
    entry.act, entry.ordinal, entry.signature, entry.data = act, ordinal, signature, data
    entry.recorded_at, entry.recorded = stamp, recorded_at
    entry.__class__ = Entry
    return cast(Entry, entry)


_Draft: Final = draft_of(Entry)


def _signature_bytes(signature: Signature) -> bytes:
    """Return the canonical bytes of `write_signature`; without a batch they need no escape and no sorting."""
    if signature.batch is not None:
        return canonical_trusted(write_signature(signature))
    value = values.to_base64(signature.value)
    return f'{{"algorithm":"{signature.algorithm}","value":"{value}"}}'.encode()


def read_disclosures(value: Json, act: Act, path: str = "disclosures") -> tuple[Disclosure, ...]:
    """Return the disclosures sent with an act: exactly one for each member of its body, each opening it.

    Raises Malformed with the path of the first that is missing, extra or does not open its commitment.
    """
    if not isinstance(value, list):
        raise Malformed(path, "is not a list")
    found = [read_disclosure(each, f"{path}[{at}]") for at, each in enumerate(value)]
    names = [each.name for each in found]
    if len(set(names)) != len(names) or set(names) != set(act.body):
        odd = min((set(names) ^ set(act.body)) or set(names))
        raise Malformed(path, f"does not open each member of the body exactly once: {odd}")
    for at, each in enumerate(found):
        require_opening(act, each, f"{path}[{at}]")
    return tuple(found)


def read_disclosure(value: Json, path: str) -> Disclosure:
    """Return the disclosure of a parsed `[salt, name, value]`. Raises Malformed with the path at fault, TooLarge."""
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(path, "is not [salt, name, value]")
    values.from_base64url(value[0], f"{path}.salt", SALT_BYTES)
    name = values.member_name(value[1], f"{path}.name")
    check(value[2], f"{path}[2]")
    opened = canonical_trusted(value[2]) if isinstance(value[2], str | list | dict) else b""
    if len(opened) > MAX_VALUE:
        raise TooLarge(f"{path}.value ({name})", size=len(opened), limit=MAX_VALUE)
    return Disclosure(cast(str, value[0]), name, value[2])


def require_opening(act: Act, disclosure: Disclosure, path: str) -> None:
    """Raise Malformed unless `disclosure` opens the commitment that `act` holds under its name."""
    if act.body.get(disclosure.name) != disclosure.commitment():
        raise Malformed(path, f"does not open the commitment of {disclosure.name}")


def opened(disclosures: Sequence[Disclosure]) -> dict[str, Json]:
    """Return the values of disclosures by name."""
    return {each.name: each.value for each in disclosures}
