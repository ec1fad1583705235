"""Vectors of bundle-v1 in which somebody changed a bundle after it was made, with or without new manifests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from custody.canonical import Json, canonical
from tests.support.bundles import Parts, Told, anchor, bagged, issue, parts, usual, zipped
from tests.support.composing import uuid_of
from tests.support.trees import LOG, ORIGIN, WITNESS, Log, Signer

Made = dict[str, Any]
ENTRIES, PROOFS = "data/entries.jsonl", "data/proofs.jsonl"
PROOF = {("integrity", "entry.proof"), ("order", "entry.proof")}
LOST = ("order", "entry.left-out")
FACTS = ("integrity", "bundle.facts")


def changed() -> Iterator[Made]:
    """Yield vectors of changed bundles."""
    for make in (_bytes, _records, _order, _checkpoints, _payload):
        for name, about, _, data, found, *more in make():
            yield {"name": name, "about": about, "data": data, "found": set(found)} | dict(*more)


Change = tuple[Any, ...]


def _whole() -> tuple[Told, Parts]:
    told = usual()
    return told, parts(told, anchors=[told.at - 3, len(told.story.entries)])


def _swap(some: Parts, name: str, old: bytes, new: bytes) -> bytes:
    """Return the zip with a part of a file replaced, and manifests that match."""
    assert old in some.files[name], name
    assert old != new
    some.files[name] = some.files[name].replace(old, new, 1)
    return some.zip()


def _line(some: Parts, name: str, at: int) -> bytes:
    return some.files[name].split(b"\n")[at]


def _bytes() -> Iterator[Change]:
    told, some = _whole()
    file = next(iter(told.files))
    good = some.zip()
    at = good.index(f"data/files/{file}".encode() + told.files[file]) + len(f"data/files/{file}") + 3
    data = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
    found = [("integrity", "zip.crc"), ("integrity", "bag.digest"), ("files", "file.mismatch")]
    yield "file-byte", "One bit of a file, nothing else.", told, data, found
    data = _swap(some, f"data/files/{file}", told.files[file][:4], b"0000")
    found = [("files", "file.mismatch")]
    yield "file-byte-manifests", "A file is another one, with manifests that match.", told, data, found
    at = good.index(b"PK\1\2") + 12
    data = good[:at] + b"\1" + good[at + 1 :]
    yield "zip-time", "A header says another time.", told, data, [("integrity", "zip.profile")]
    at = good.index(b"How to check")
    data = good[:at] + b"W" + good[at + 1 :]
    found = [("integrity", "zip.crc"), ("integrity", "bag.digest")]
    yield "readme-byte", "The instructions are changed, nothing else.", told, data, found
    told, some = _whole()
    data = _swap(some, "README.txt", b"How", b"Who")
    words = "The instructions are changed, with manifests that match: without the receipt nothing shows it."
    yield "readme-manifests", words, told, data, [], {"exit": 0}
    receipt = issue(told, good)
    more = {"receipts": {"bundle.zip.receipt": receipt}}
    words = "The same; the receipt of the issue shows it."
    yield "readme-manifests-receipt", words, told, data, [("integrity", "bundle.altered")], more
    yield "cut-off", "The zip is cut off.", told, good[:-100], [], {"exit": 2}
    yield "no-zip", "Not a zip at all.", told, b"%PDF-1.7\n" * 20, [], {"exit": 2}


def _records() -> Iterator[Change]:
    told, some = _whole()
    line = _line(some, ENTRIES, 9)
    recorded = json.loads(line)["recorded_at"].encode()
    other = line.replace(recorded, recorded.replace(b"000000Z", b"000001Z"))
    data = _swap(some, ENTRIES, line, other)
    yield "entry-byte", "An entry was recorded a microsecond later.", told, data, {*PROOF, LOST}

    told, some = _whole()
    line = _line(some, ENTRIES, 9)
    other = line.replace(b'"size":9}', b'"size":8}')
    found = {*PROOF, LOST, ("authorship", "signature.refused")}
    data = _swap(some, ENTRIES, line, other)
    yield "act-byte", "What was signed is another.", told, data, found

    told, some = _whole()
    line = _line(some, ENTRIES, 9)
    value = json.loads(line)["signature"]["value"].encode()
    other = line.replace(value, value[:10] + (b"A" if value[10:11] != b"A" else b"B") + value[11:])
    data = _swap(some, ENTRIES, line, other)
    yield (
        "signature",
        "A signature is another.",
        told,
        data,
        {*PROOF, LOST, ("authorship", "signature.refused")},
    )

    told, some = _whole()
    data = _swap(some, "data/disclosures.jsonl", b"Mobile telephone, black", b"Mobile telephone, white")
    found = {("integrity", "disclosure.altered")}
    yield "disclosure", "A value is another than the one committed to.", told, data, found

    told, some = _whole()
    line = _line(some, ENTRIES, 9)
    first, second = list(json.loads(line)["act"]["body"].items())[:2]
    other = line.replace(first[1].encode(), b"@").replace(second[1].encode(), first[1].encode())
    other = other.replace(b"@", second[1].encode())
    found = {*PROOF, LOST, ("authorship", "signature.refused"), ("integrity", "disclosure.altered")}
    data = _swap(some, ENTRIES, line, other)
    yield "commitments-swapped", "Two commitments changed places.", told, data, found

    told, some = _whole()
    data = _swap(some, ENTRIES, b'{"act"', b'{ "act"')
    yield "entry-unreadable", "Entry 0 is not canonical.", told, data, _ANY
    told, some = _whole()
    header = json.loads(some.files["data/bundle.json"])
    header["made_at"] = "2026-11-21T08:00:14.000000Z"
    some.files["data/bundle.json"] = canonical(header)
    some.made_at = header["made_at"]
    yield "header-made-at", "bundle.json says another day.", told, some.zip(), [FACTS]


_ANY: set[tuple[str, str]] = {("?", "?")}
"""A change of which so much follows that the vector's `expected.json` alone says what."""


def _order() -> Iterator[Change]:
    told, some = _whole()
    _drop(some, 9)
    yield "entry-dropped", "An entry is taken out.", told, some.zip(), _ANY
    told, some = _whole()
    lines = some.files[ENTRIES].split(b"\n")
    lines[9], lines[10] = lines[10], lines[9]
    some.files[ENTRIES] = b"\n".join(lines)
    yield "entries-swapped", "Two entries changed places.", told, some.zip(), _ANY
    told, some = _whole()
    one, two = _line(some, PROOFS, 9), _line(some, PROOFS, 10)
    path = json.loads(two)["path"]
    other: dict[str, Json] = {"index": json.loads(one)["index"], "path": path}
    data = _swap(some, PROOFS, one, canonical(other))
    yield "proof-of-another", "An entry with the proof of another.", told, data, PROOF
    told, some = _whole()
    heads = some.files["data/heads.jsonl"].split(b"\n")
    some.files["data/heads.jsonl"] = b"\n".join(heads[1:])
    yield "head-dropped", "A stream is struck from the list.", told, some.zip(), _ANY
    told, some = _whole()
    lines = some.files[ENTRIES].split(b"\n")
    some.files[ENTRIES] = b"\n".join([*lines[:-2], b""])
    proofs = some.files[PROOFS].split(b"\n")
    some.files[PROOFS] = b"\n".join([*proofs[:-2], b""])
    yield "seal-dropped", "The sealing is taken out.", told, some.zip(), [("order", "seal.missing"), FACTS]


def _drop(some: Parts, at: int) -> None:
    for name in (ENTRIES, PROOFS):
        lines = some.files[name].split(b"\n")
        some.files[name] = b"\n".join(lines[:at] + lines[at + 1 :])
    index = json.loads(_line(some, PROOFS, at))["index"] - 1
    lines = some.files["data/disclosures.jsonl"].split(b"\n")
    kept = [line for line in lines if not line or json.loads(line)["index"] != index]
    some.files["data/disclosures.jsonl"] = b"\n".join(kept)


def _checkpoints() -> Iterator[Change]:
    told, some = _whole()
    some.files["data/checkpoint"] = told.log.checkpoint(10, (WITNESS, int(told.story.now.timestamp())))
    yield "checkpoint-older", "An older checkpoint, which does not cover all.", told, some.zip(), _ANY
    told, some = _whole()
    forked = replace(told.log, entries=(*told.log.entries[:-1], b"another"))
    now = int(told.story.now.timestamp())
    some.files["data/checkpoint"] = forked.checkpoint(len(forked.entries), (WITNESS, now))
    yield "checkpoint-forked", "A checkpoint of another tree, signed by the log.", told, some.zip(), _ANY
    told, some = _whole()
    stranger = replace(told.log, signer=Signer("stranger.example/00000000", 1, LOG.private))
    size = len(told.log.entries)
    some.files["data/checkpoint"] = stranger.checkpoint(size, (WITNESS, now))
    yield "checkpoint-other-origin", "A checkpoint of another origin.", told, some.zip(), _ANY
    told, some = _whole()
    thief = Log(told.log.entries, Signer.of(ORIGIN, key="thief"))
    some.files["data/checkpoint"] = thief.checkpoint(size, (WITNESS, now))
    found = [("integrity", "checkpoint.refused"), ("order", "checkpoint.refused")]
    yield "checkpoint-other-key", "A checkpoint by another key of the same name.", told, some.zip(), found

    told, some = _whole()
    token = some.files[f"data/anchors/{size}.test.tsr"]
    some.files[f"data/anchors/{told.at - 3}.test.tsr"] = token
    some.files[f"data/anchors/{size}.test.tsr"] = anchor(told, told.at - 3)[
        f"data/anchors/{told.at - 3}.test.tsr"
    ]
    found = [("time", "time.token-other"), ("time", "time.not-vouched")]
    yield "token-other", "Tokens over other notes than those beside them.", told, some.zip(), found
    told, some = _whole()
    name = f"data/anchors/{size}.test.tsr"
    token = some.files[name]
    some.files[name] = token[:-20] + bytes([token[-20] ^ 1]) + token[-19:]
    found = [("time", "time.token-refused"), ("time", "time.not-vouched")]
    yield "token-byte", "A byte of a token's signature.", told, some.zip(), found
    told, some = _whole()
    other = Log((*told.log.entries[: told.at - 4], b"another"))
    text = other.text(told.at - 3).encode()
    some.files[f"data/anchors/{told.at - 3}.checkpoint"] = other.checkpoint(told.at - 3)
    some.files[f"data/anchors/{told.at - 3}.note"] = text
    yield (
        "anchor-forked",
        "An anchor signed by the log is of another tree.",
        told,
        some.zip(),
        [("order", "order.fork")],
    )
    told, some = _whole()
    del some.files[f"data/anchors/{told.at - 3}.note"]
    yield "anchor-incomplete", "An anchor without its note.", told, some.zip(), [("order", "anchor.refused")]


def _payload() -> Iterator[Change]:
    told, some = _whole()
    some.files[f"data/files/{uuid_of('planted')}"] = b"planted"
    yield "file-planted", "A file that no record names.", told, some.zip(), [("files", "file.unknown")]
    told, some = _whole()
    some.files["data/extra.txt"] = b"planted"
    yield "payload-extra", "A payload file of no known name.", told, some.zip(), [("integrity", "bag.names")]
    told, some = _whole()
    bag = bagged(some.files, some.made_at, some.bundle, some.ledger)
    bag["data/files/" + uuid_of("planted")] = b"planted"
    found = [("integrity", "bag.names"), ("integrity", "bag.form"), ("files", "file.unknown")]
    words = "A file that the manifests do not list."
    yield "file-unlisted", words, told, zipped(told.bundle.replace("/", "-"), bag), found
    told, some = _whole()
    top = f"bundle-{uuid_of('another')}"
    yield "top-folder", "The top folder has another name.", told, some.zip(top), [FACTS]
    told, some = _whole()
    del some.files["data/heads.jsonl"]
    yield "heads-missing", "A needed file is missing.", told, some.zip(), [], {"exit": 2}
    told, some = _whole()
    some.files["data/bundle.json"] += b"\n"
    yield "header-newline", "bundle.json is not canonical.", told, some.zip(), [], {"exit": 2}
