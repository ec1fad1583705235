"""Vectors of small things: canonical form, strings, commitments, keys, messages, references."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from custody import values
from custody.act import ACTS_PREFIX, ENROL_PREFIX, SESSION_PREFIX, Disclosure
from custody.canonical import Json, canonical, parse
from custody.errors import Malformed
from custody.keys import read_key, weakness
from custody.references import write_reference
from custody.values import to_base64, to_base64url
from tests.support import examples
from tests.support.composing import Officer, SigningKey, seed, tree_root
from tests.support.entry_vectors.whole_story import FILE, REASON
from tests.support.story import CASE, Story


def as_base64(data: bytes) -> str:
    """Return base64."""
    return base64.b64encode(data).decode()


_CANONICAL: Final[list[tuple[str, bytes]]] = [
    ("all kinds", b'{"a":[null,true,false,-1,0,9007199254740991,"x"],"b":{}}'),
    ("text of two alphabets", '{"b":"Київ","c":"é"}'.encode()),
    ("short escapes", rb'"\b\t\n\f\r\"\\/"'),
    ("long escape", b'"\\u001f\x7f"'),
    ("empty object", b"{}"),
    ("white space", b'{"a": 1}'),
    ("trailing newline", b"{}\n"),
    ("byte order mark", b"\xef\xbb\xbf{}"),
    ("names out of order", b'{"b":1,"a":2}'),
    ("a name twice", b'{"a":1,"a":1}'),
    ("name that is not ASCII", '{"é":1}'.encode()),
    ("decimal number", b"1.5"),
    ("exponent", b"1e3"),
    ("minus zero", b"-0"),
    ("integer too large", b"9007199254740992"),
    ("not a number", b"NaN"),
    ("NUL", b'"\\u0000"'),
    ("lone surrogate", b'"\\ud800"'),
    ("not NFC", '"e\u0301"'.encode()),
    ("needless escape", b'"\\u0041"'),
    ("upper-case escape", b'"\\u001F"'),
    ("escaped slash", b'"\\/"'),
    ("not UTF-8", b'"\xff"'),
    ("not ended", b'{"a":1'),
    ("depth 32", b"[" * 32 + b"]" * 32),
    ("depth 33", b"[" * 33 + b"]" * 33),
]


def canonical_forms() -> Iterator[Json]:
    """Yield bytes that are a canonical form, or are not."""
    for name, data in _CANONICAL:
        yield {"bytes": as_base64(data), "name": name, "verdict": _verdict(data)}


def _verdict(data: bytes) -> str:
    try:
        parse(data)
    except Malformed:
        return "refused"
    return "canonical"


_STRINGS: Final[dict[str, list[str]]] = {
    "claimed instant": [
        "2026-11-22T10:14:00+02:00",
        "2026-11-22T10:14:00.5-03:30",
        "2026-11-22T10:14:00+00:00",
        "2026-11-22T10:14:00Z",
        "2026-11-22T10:14:00-00:00",
        "2026-11-22T10:14:60+02:00",
        "2026-02-30T10:14:00+02:00",
        "2026-11-22t10:14:00+02:00",
        "2026-11-22 10:14:00+02:00",
        "2026-11-22T10:14:00.1234567+02:00",
        "2026-11-22T10:14:00+24:00",
        "0999-12-31T23:59:59+02:00",
        "1000-01-01T00:00:00+14:00",
        "9998-12-31T23:59:59-12:00",
        "9999-01-01T00:00:00+02:00",
    ],
    "recorded instant": [
        "2026-11-22T08:15:02.123456Z",
        "2026-11-22T08:15:02Z",
        "2026-11-22T08:15:02.123456+00:00",
        "2026-11-31T08:15:02.123456Z",
    ],
    "decimal": ["0", "-0.50", "10", "01", "1.", ".5", "+1", "1e3", "1,5"],
    "uuid": [FILE, FILE.upper(), FILE.replace("-", "")],
    "act type": [
        "exhibit.received.v1",
        "person.key-added.v12",
        "exhibit.received",
        "Exhibit.received.v1",
        "a.b.v0",
    ],
    "member name": ["title", f"files/{FILE}/found", "Title", "files//found", "a" * 101],
    "stream": [CASE, CASE.upper(), "case/1", "/" + FILE],
    "base64url of 16 bytes": [
        to_base64url(bytes(16)),
        "AAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAAAA==",
        "AAAA",
    ],
    "base64": ["", "AA==", "AB==", "AA", "AA==\n", "A A=", "-_8="],
}


def strings() -> Iterator[Json]:
    """Yield texts that fit a grammar, or do not."""
    readers: dict[str, Callable[[object, str], object]] = {
        "act type": values.act_type,
        "base64": values.from_base64,
        "base64url of 16 bytes": lambda text, path: values.from_base64url(text, path, 16),
        "claimed instant": values.claimed_instant,
        "decimal": values.decimal,
        "member name": values.member_name,
        "recorded instant": values.recorded_instant,
        "stream": values.stream,
        "uuid": values.uuid,
    }
    for grammar, texts in sorted(_STRINGS.items()):
        for text in texts:
            yield {"grammar": grammar, "text": text, "verdict": _fits(readers[grammar], text)}


def _fits(reader: Callable[[object, str], object], text: str) -> str:
    try:
        reader(text, "")
    except Malformed:
        return "refused"
    return "fits"


def commitments() -> Iterator[Json]:
    """Yield disclosures with their commitments."""
    salt = to_base64url(seed("salt")[:16])
    found: list[tuple[str, Json]] = [
        ("title", "Mobile telephone, black"),
        ("title", "Мобільний телефон, чорний"),
        ("protection", None),
        ("quantity", {"unit": "piece", "value": "1"}),
        (f"files/{FILE}/digests", examples.digests(b"")),
    ]
    for name, value in found:
        disclosure = Disclosure(salt, name, value)
        yield {"commitment": disclosure.commitment(), "disclosure": [salt, name, value]}


def keys() -> Iterator[Json]:
    """Yield keys: sound, weak, or of no known form."""
    prefix = SigningKey.of("taras").spki[:12]
    curve = SigningKey.of("taras", "es256").spki
    prime = 2**255 - 19
    found: list[tuple[str, str, bytes]] = [
        ("ed25519", "ed25519", SigningKey.of("taras").spki),
        ("es256", "es256", curve),
        ("neutral point", "ed25519", prefix + b"\1" + bytes(31)),
        ("order 2", "ed25519", prefix + (prime - 1).to_bytes(32, "little")),
        ("order 4", "ed25519", prefix + bytes(32)),
        (
            "order 8",
            "ed25519",
            prefix + bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        ),
        ("y not below the prime", "ed25519", prefix + prime.to_bytes(32, "little")),
        ("not on the curve", "ed25519", prefix + b"\2" + bytes(31)),
        ("x is 0 with sign", "ed25519", prefix + b"\1" + bytes(30) + b"\x80"),
        ("not on P-256", "es256", curve[:-1] + bytes([curve[-1] ^ 1])),
        ("another algorithm's form", "es256", SigningKey.of("taras").spki),
        ("too long", "ed25519", SigningKey.of("taras").spki + b"\0"),
        ("another curve's identifier", "ed25519", prefix[:8] + b"\x6e" + SigningKey.of("taras").spki[9:]),
    ]
    for name, algorithm, spki in found:
        key: dict[str, Json] = {"algorithm": algorithm, "spki": to_base64(spki), "use": "act"}
        yield {
            "fingerprint": hashlib.sha256(spki).hexdigest(),
            "key": key,
            "name": name,
            "verdict": _soundness(key),
        }


def _soundness(key: dict[str, Json]) -> str:
    try:
        found = read_key(key, "key")
    except Malformed:
        return "refused"
    return "sound" if weakness(found) is None else "weak"


def messages(story: Story) -> Iterator[Json]:
    """Yield signed messages under every prefix."""
    taras = story.person("taras")
    assert taras.ledger is not None
    act, _opened = taras.act("case.closed.v1", CASE, {}, REASON)
    other = Officer.of("taras", "es256")
    session: Json = {
        "expires": "2026-11-22T08:20:00.000000Z",
        "key": taras.session.fingerprint,
        "ledger": taras.ledger,
        "nonce": to_base64url(seed("nonce")[:16]),
        "person": taras.person,
        "server": "https://custody.example",
    }
    enrol: Json = {"key": taras.session.fingerprint, "ledger": taras.ledger, "person": taras.person}
    root = tree_root([act.message, act.message, act.message])
    yield _message("act", taras.key, act.message)
    yield _message("act, es256", other.key, act.message)
    yield _message("batch of three", taras.key, ACTS_PREFIX + to_base64(root).encode() + b"\n")
    yield _message("session", taras.session, SESSION_PREFIX + canonical(session))
    yield _message("enrol", taras.session, ENROL_PREFIX + canonical(enrol))


def _message(name: str, key: SigningKey, message: bytes) -> Json:
    return {
        "algorithm": key.algorithm,
        "key": key.public(),
        "message": as_base64(message),
        "name": name,
        "signature": as_base64(key.sign(message)),
    }


def references() -> Iterator[Json]:
    """Yield references with their check characters."""
    for case, ordinal in [
        ("UKR2-25", 7),
        ("UKR2-25", 8),
        ("A", 1),
        ("X-1-Y", 999),
        ("X-1-Y", 1000),
        ("0", 36),
    ]:
        yield {"case_reference": case, "ordinal": ordinal, "reference": write_reference(case, ordinal)}
