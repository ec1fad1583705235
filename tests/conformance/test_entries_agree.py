"""Entries through both implementations: the same ones are read, the same ones refused, the same numbers come out."""

import copy
import dataclasses
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

import custody.act
import custody.errors
import custody_verifier.entry
from custody.act import Batch
from custody.canonical import canonical
from custody.values import to_base64
from custody_verifier.errors import Failed, Malformed, NotKnown
from events.batch import batch_message, batch_places, signed_message
from events.public_keys import verify

UUID = "00000000-0000-4000-8000-000000000001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SPKI = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
SALT = "AAAAAAAAAAAAAAAAAAAAAA"
DESCRIPTION = custody.act.Disclosure(SALT, "description", {"text": "Оксана", "weight": "0.50"})


def _act(**members: object) -> dict[str, Any]:
    act: dict[str, Any] = {
        "actor": {"key": sha256(SPKI).hexdigest(), "person": f"person/{UUID}"},
        "body": {"description": DESCRIPTION.commitment()},
        "ledger": "ab" * 32,
        "occurred_at": "2026-11-22T10:14:00+02:00",
        "previous": None,
        "public": {"case": f"case/{UUID}"},
        "seen": {"root": to_base64(bytes(32)), "size": 1207},
        "stream": f"exhibit/{UUID}",
        "type": "exhibit.received.v1",
        "version": 1,
    }
    return act | members


def _entry(act: dict[str, Any], **members: object) -> dict[str, Any]:
    message = b"custody-act/1\n" + canonical(act)
    entry: dict[str, Any] = {
        "act": act,
        "assigned": {"ordinal": 7},
        "recorded_at": "2026-11-22T08:15:02.123456Z",
        "signature": {"algorithm": "ed25519", "value": to_base64(KEY.sign(message))},
    }
    return entry | members


def _bytes(entry: object) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


BATCH = {"index": 2, "path": [to_base64(bytes(32))], "size": 3}

GOOD = {
    "plain": _entry(_act()),
    "empty body": _entry(_act(body={})),
    "entry 0": _entry(_act(ledger=None, seen=None)),
    "a second act": _entry(_act(version=2, previous="cd" * 32)),
    "nothing assigned": _entry(_act(), assigned={}),
    "a fraction of a second": _entry(_act(occurred_at="2026-11-22T10:14:00.5-09:30")),
    "an unknown type and kind": _entry(_act(type="drone-flight.taken-over.v12", stream=f"drone/{UUID}")),
    "in a batch": _entry(_act(), signature={"algorithm": "es256", "batch": BATCH, "value": "AA=="}),
    "texts and members that look like the entry's own": _entry(
        _act(public={"assigned": {"ordinal": 1}, "note": '{"act":{},"assigned":{}', "signature": 1})
    ),
    "a name with slashes": _entry(_act(body={f"files/{UUID}/digests": DESCRIPTION.commitment()})),
}


@pytest.mark.parametrize("entry", GOOD.values(), ids=GOOD.keys())
def test_both_read_the_same_entry(entry: dict[str, Any]) -> None:
    """Both readers take the entry and get the same act hash, message and members out of it."""
    ours, theirs = custody.act.read_entry(_bytes(entry)), custody_verifier.entry.read_entry(_bytes(entry))
    assert (ours.act.message, ours.act.hash) == (theirs.act.message, theirs.act.hash)
    assert (ours.act.person, ours.act.key, ours.act.stream) == (
        theirs.act.person,
        theirs.act.key,
        theirs.act.stream,
    )
    assert (ours.act.type, ours.act.version) == (theirs.act.type, theirs.act.version)
    assert (ours.act.previous, ours.act.ledger) == (theirs.act.previous, theirs.act.ledger)
    assert (ours.act.body, ours.act.public) == (theirs.act.body, theirs.act.public)
    assert (ours.act.occurred, ours.recorded) == (theirs.act.occurred_at, theirs.recorded_at)
    assert (ours.ordinal, sha256(ours.data).hexdigest()) == (theirs.ordinal, theirs.digest)
    assert (ours.signature.algorithm, ours.signature.value) == (
        theirs.signature.algorithm,
        theirs.signature.value,
    )
    assert (ours.act.seen and (ours.act.seen.size, ours.act.seen.root)) == theirs.act.seen
    if ours.signature.batch and theirs.signature.batch:
        assert ours.signature.batch.path == theirs.signature.batch.path
    assert (ours.signature.batch is None) == (theirs.signature.batch is None)


def _with(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for name in parents:
            entry = entry[name]
        entry[last] = value

    return change


def _without(path: str) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for name in parents:
            entry = entry[name]
        del entry[last]

    return change


BAD: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("act", _with("act", [])),
    ("act.extra", _with("act.extra", 1)),
    ("act.type", _without("act.type")),
    ("entry.extra", _with("extra", 1)),
    ("entry.signature", _without("signature")),
    ("act.actor", _with("act.actor", None)),
    ("act.actor.person", _with("act.actor.person", f"case/{UUID}")),
    ("act.actor.person", _with("act.actor.person", f"person/{UUID}".upper())),
    ("act.actor.key", _with("act.actor.key", "AB" * 32)),
    ("act.actor.key", _with("act.actor.key", 7)),
    ("act.body", _with("act.body", [])),
    ("act.body", _with("act.body", {"Upper": DESCRIPTION.commitment()})),
    ("act.body", _with("act.body", {"a" * 101: DESCRIPTION.commitment()})),
    ("act.body.x", _with("act.body", {"x": "AAAA"})),
    ("act.body.x", _with("act.body", {"x": DESCRIPTION.commitment() + "="})),
    ("act.body.x", _with("act.body", {"x": "A" * 42 + "B"})),
    ("act.body.x", _with("act.body", {"x": None})),
    ("act.body.x", _with("act.body", {"x": "+" * 43})),
    ("act.body.x", _with("act.body", {"x": "A" * 45})),
    ("act.ledger", _with("act.ledger", "ab")),
    ("act.ledger", _with("act.ledger", False)),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00Z")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00-00:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:60+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T24:00:00+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-02-30T10:14:00+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "0000-01-01T10:14:00+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00+02:60")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00+24:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22 10:14:00+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00.1234567+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "٢026-11-22T10:14:00+02:00")),
    ("act.occurred_at", _with("act.occurred_at", "2026-11-22T10:14:00+02:00\n")),
    ("act.previous", _with("act.previous", "cd" * 32)),
    ("act.previous", _with("act.version", 2)),
    ("act.public", _with("act.public", None)),
    ("act.seen", _with("act.seen", 7)),
    ("act.seen.size", _with("act.seen.size", 0)),
    ("act.seen.size", _with("act.seen.size", True)),
    ("act.seen.root", _with("act.seen.root", "AA==")),
    ("act.seen.root", _with("act.seen.root", "é")),
    ("act.seen.extra", _with("act.seen.extra", 1)),
    ("act.stream", _with("act.stream", "exhibit")),
    ("act.type", _with("act.type", "exhibit.received")),
    ("act.type", _with("act.type", "exhibit.received.v0")),
    ("act.type", _with("act.type", "a" * 60 + ".b.v1")),
    ("act.version", _with("act.version", 0)),
    ("act.version", _with("act.version", "1")),
    ("assigned", _with("assigned", None)),
    ("assigned", _with("assigned", [])),
    ("assigned.ordinal", _with("assigned", {"ordinal": 0})),
    ("assigned.other", _with("assigned", {"other": 1})),
    ("recorded_at", _with("recorded_at", "2026-11-22T08:15:02Z")),
    ("recorded_at", _with("recorded_at", "2026-11-31T08:15:02.123456Z")),
    ("recorded_at", _with("recorded_at", 5)),
    ("signature", _with("signature", None)),
    ("signature.algorithm", _with("signature.algorithm", None)),
    ("signature.algorithm", _with("signature.algorithm", "rsa")),
    ("signature.value", _with("signature.value", "A")),
    ("signature.value", _with("signature.value", None)),
    ("signature.extra", _with("signature.extra", 1)),
    ("signature.batch", _with("signature.batch", None)),
    ("signature.batch.index", _with("signature.batch", BATCH | {"index": 3})),
    ("signature.batch.index", _with("signature.batch", BATCH | {"index": -1})),
    ("signature.batch.size", _with("signature.batch", BATCH | {"size": 0})),
    ("signature.batch.size", _with("signature.batch", BATCH | {"size": 1001})),
    ("signature.batch.path", _with("signature.batch", BATCH | {"path": None})),
    ("signature.batch.path", _with("signature.batch", BATCH | {"path": ["AA=="]})),
    ("size", _with("act.public", {"x": "a" * 65_000})),
]


@pytest.mark.parametrize(("name", "change"), BAD, ids=[name for name, _ in BAD])
def test_both_refuse_the_same_entry(name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """An entry with one member changed against the format is refused by both, never with another error."""
    entry = copy.deepcopy(GOOD["plain"])
    change(entry)
    with pytest.raises((custody.errors.Malformed, custody.errors.TooLarge)):
        custody.act.read_entry(_bytes(entry))
    with pytest.raises((Malformed, NotKnown)):
        custody_verifier.entry.read_entry(_bytes(entry))


@given(st.integers(0, len(_bytes(GOOD["in a batch"])) - 1), st.integers(0, 255))
def test_both_agree_on_an_entry_with_one_byte_changed(at: int, byte: int) -> None:
    """Whatever single byte is changed, both refuse, or both read the same act."""
    data = bytearray(_bytes(GOOD["in a batch"]))
    data[at] = byte
    try:
        ours: str = custody.act.read_entry(bytes(data)).act.hash
    except custody.errors.Rejected:
        ours = "refused"
    try:
        theirs = custody_verifier.entry.read_entry(bytes(data)).act.hash
    except (Malformed, NotKnown):
        theirs = "refused"
    assert ours == theirs


def test_a_signature_holds_under_its_key_only() -> None:
    """The verifier takes an entry's own signature, and names what is wrong with another key or algorithm."""
    entry = custody_verifier.entry.read_entry(_bytes(GOOD["plain"]))
    custody_verifier.entry.check_signature(entry, "ed25519", SPKI)
    verify("ed25519", SPKI, entry.act.message, entry.signature.value)
    with pytest.raises(Failed, match="another key"):
        custody_verifier.entry.check_signature(entry, "ed25519", SPKI + b"\0")
    with pytest.raises(Failed, match="another algorithm"):
        custody_verifier.entry.check_signature(entry, "es256", SPKI)


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_one_signature_covers_a_batch(count: int) -> None:
    """Each act of a batch is verified by the one signature, and by no other place in the batch."""
    key = ec.derive_private_key(12345, ec.SECP256R1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    acts = [
        _act(actor={"key": sha256(spki).hexdigest(), "person": f"person/{UUID}"}, public={"n": number})
        for number in range(count)
    ]
    messages = [b"custody-act/1\n" + canonical(act) for act in acts]
    value = key.sign(batch_message(messages), ec.ECDSA(SHA256()))
    for act, message, place in zip(acts, messages, batch_places(messages), strict=True):
        signature = custody.act.Signature("es256", value, place)
        entry = _entry(act, signature=custody.act.write_signature(signature))
        read = custody_verifier.entry.read_entry(_bytes(entry))
        assert batch_message(messages) == signed_message(message, place)
        custody_verifier.entry.check_signature(read, "es256", spki)
        moved = dataclasses.replace(place, index=(place.index + 1) % count) if count > 1 else Batch(0, 2, ())
        signature = custody.act.Signature("es256", value, moved)
        read = custody_verifier.entry.read_entry(
            _bytes(_entry(act, signature=custody.act.write_signature(signature)))
        )
        with pytest.raises(Failed):
            custody_verifier.entry.check_signature(read, "es256", spki)
        with pytest.raises(custody.errors.SignatureRefused):
            verify("es256", spki, signed_message(message, moved), value)


def test_a_disclosure_opens_the_same_commitment_in_both() -> None:
    """Both compute one commitment, and the verifier refuses what does not open it."""
    act = custody_verifier.entry.read_entry(_bytes(GOOD["plain"])).act
    opened = [DESCRIPTION.salt, DESCRIPTION.name, DESCRIPTION.value]
    assert ("description", DESCRIPTION.value) == custody_verifier.entry.check_disclosure(act, opened)
    with pytest.raises(Failed):
        custody_verifier.entry.check_disclosure(act, [DESCRIPTION.salt, DESCRIPTION.name, {"text": "Other"}])
    with pytest.raises(Failed):
        custody_verifier.entry.check_disclosure(act, [DESCRIPTION.salt, "other", DESCRIPTION.value])
    for malformed in (None, [], [SALT, "description"], ["", "description", 1], [SALT, "Bad", 1], [1, "a", 1]):
        with pytest.raises(Malformed):
            custody_verifier.entry.check_disclosure(act, malformed)  # type: ignore[arg-type]
