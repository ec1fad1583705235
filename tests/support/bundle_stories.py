"""Vectors of bundle-v1 that were told like this: good bundles, and lies of those who run a ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from custody.canonical import Json
from custody.values import to_base64
from tests.support import examples
from tests.support.bundles import TSA, Told, begin, issue, parts, seal, usual
from tests.support.composing import Officer, SigningKey, recompose
from tests.support.ml_dsa_lines import LOG_ML_DSA, WITNESS_ML_DSA, with_line
from tests.support.stamps import Authority
from tests.support.trees import OTHER, WITNESS, policy

Made = dict[str, Any]
REASON: dict[str, Json] = {"reason": "ordered"}
MOVE: dict[str, Json] = {"place": examples.ELSEWHERE, "reason": None}


def _anchored(told: Told) -> list[int]:
    return [told.at - 3, len(told.story.entries)]


def _vector(name: str, about: str, told: Told, *found: tuple[str, str], **more: Any) -> Made:  # noqa: ANN401
    data = more.pop("data", None) or parts(told, anchors=_anchored(told)).zip()
    return {"name": name, "about": about, "data": data, "found": set(found), **more}


def told() -> Iterator[Made]:
    """Yield vectors whose records were told like this, and signed by the log."""
    yield from _good()
    yield from _ml_dsa()
    yield from _trust()
    yield from _open()
    yield from _rules()
    yield from _left_out()


def _good() -> Iterator[Made]:
    good = usual()
    yield _vector("good", "A whole case, all disclosed, anchored twice.", good, exit=0)
    yield _vector("good-log", "The same with a copy of the log.", good, exit=0, log=good.log)
    one = usual(case=False)
    yield _vector("good-one-exhibit", "One exhibit out of a case.", one, exit=0)
    data = parts(good, anchors=_anchored(good)).zip()
    receipt = issue(good, data)
    words = "With the receipt of its issue: every byte is authenticated."
    yield _vector("good-receipt", words, good, exit=0, data=data, receipts={"bundle.zip.receipt": receipt})
    redacted = usual()
    data = parts(redacted, anchors=_anchored(redacted), withheld={"identity_check", "name"}).zip()
    yield _vector("good-redacted", "Names and identity checks are withheld.", redacted, exit=0, data=data)
    told = begin()
    told = seal(told, exhibits=[told.telephone])
    told.files = {}
    words = "A physical exhibit has no files; `files` is not required."
    yield _vector("good-physical", words, told, ("files", "file.none"), exit=0)
    two = policy(quorum="both")
    told = usual()
    data = parts(told, anchors=_anchored(told), witnesses=[WITNESS, OTHER]).zip()
    yield _vector("good-two-witnesses", "Two witnesses, both asked for.", told, exit=0, data=data, trust=two)


def _ml_dsa() -> Iterator[Made]:
    """Lines of type 0x06 are reported, not judged (log-v1, section 8)."""
    told = begin(LOG_ML_DSA.cosigner.vkey)
    told = seal(told, told.case)
    log, witness = LOG_ML_DSA.cosigner.vkey, WITNESS_ML_DSA.cosigner.vkey
    some = parts(told, anchors=_anchored(told))
    time = int(told.story.now.timestamp()) + 1
    for name in [name for name in some.files if name.endswith("checkpoint")]:
        some.files[name] = with_line(with_line(some.files[name], LOG_ML_DSA, 0), WITNESS_ML_DSA, time)
    usual_lines = policy().decode().rpartition("quorum")[0]
    lines = f"log {log}\n{usual_lines}witness m {witness}\n"
    words = "Log and a witness sign with ML-DSA-44 too, entry 0 names both log keys"
    trust = f"{lines}quorum w1\n".encode()
    yield _vector("ml-dsa", f"{words}: reported, not judged.", told, exit=0, data=some.zip(), trust=trust)
    trust = f"{lines}group g all w1 m\nquorum g\n".encode()
    words = f"{words}; the quorum asks for that witness: not checked."
    found = [("order", "checkpoint.quorum")]
    yield _vector("ml-dsa-quorum", words, told, *found, exit=3, data=some.zip(), trust=trust)


def _trust() -> Iterator[Made]:
    good = usual()
    open_ = [(question, "trust.none") for question in ("integrity", "authorship", "order")]
    time = ("time", "time.not-vouched")
    yield _vector("no-trust", "Nobody is trusted.", good, *open_, time, exit=3, trust=None, tsa=None)
    yield _vector("no-tsa", "No root of time-stamping: time is not required.", good, time, exit=0, tsa=None)
    late = parts(good, anchors=[5]).zip()
    yield _vector("time-partly", "A token covers the first entries only.", good, time, exit=3, data=late)
    data = parts(good, anchors=_anchored(good), witnesses=()).zip()
    quorum = ("order", "checkpoint.quorum")
    yield _vector("quorum-missing", "No witness cosigned, the policy asks for one.", good, quorum, data=data)
    two = policy(quorum="both")
    yield _vector(
        "quorum-below", "One of two witnesses cosigned, both are asked for.", good, quorum, trust=two
    )
    none = policy(quorum="none")
    yield _vector("quorum-none", "The policy asks for no witness: never witnessed.", good, exit=0, trust=none)
    ended = TSA.pem("Not-Before: 2020-01-01T00:00:00.000000Z\nNot-After: 2026-02-01T00:00:00.000000Z\n")
    found = [("time", "time.token-window"), time]
    yield _vector("token-window", "Tokens are later than the reader trusts the TSA.", good, *found, tsa=ended)
    other = Authority("another tsa").pem()
    yield _vector("token-unknown-tsa", "The reader trusts another TSA.", good, time, exit=3, tsa=other)
    pin = f"{good.story.person('petro').person}={'0' * 64}"
    found = [("authorship", "person.pin")]
    yield _vector("person-pin", "Petro is known to have another key.", good, *found, persons=(pin,))
    found = [("order", "ledger.other")]
    yield _vector("ledger-pin", "Another ledger was expected.", good, *found, ledger="ab" * 32)


def _open() -> Iterator[Made]:
    told = usual()
    some = parts(told, anchors=_anchored(told))
    del some.files[f"data/files/{next(iter(told.files))}"]
    gone = ("files", "file.not-checked")
    yield _vector("file-missing", "A file is not here: not checked.", told, gone, exit=3, data=some.zip())
    some = parts(told, anchors=_anchored(told), withheld={"files/digests"})
    found = [gone, ("files", "file.unknown")]
    yield _vector("digests-withheld", "A file without its digests.", told, *found, data=some.zip())
    told = begin()
    gone_key: dict[str, Json] = {
        "key": told.story.person("taras").key.fingerprint,
        "untrusted_since": "2026-11-22T08:00:09.000000Z",
    }
    taras = told.story.person("taras").person
    told.story.tell("olena", "person.key-revoked.v1", taras, gone_key, REASON)
    told = seal(told, told.case)
    found = [("authorship", "key.reported-compromised")]
    yield _vector("key-compromised", "An officer's key was stolen.", told, *found, exit=3)
    told = begin()
    praise = told.story.compose("petro", "exhibit.praised.v1", told.video)
    told.story.record(praise)
    found = [(each, "act.unknown-type") for each in ("authorship", "continuity")]
    yield _vector("newer-type", "An act of a later version.", seal(told, told.case), *found, exit=3)


def _rules() -> Iterator[Made]:
    """The log signs what its rules forbid; replaying the records shows it."""
    yield from _people()
    yield from _places()
    yield from _facts()


def _people() -> Iterator[Made]:
    told = begin()
    told.story.record(told.story.compose("taras", "exhibit.moved.v1", told.video, {}, MOVE))
    found = [("continuity", "continuity.custodian")]
    yield _vector("not-the-custodian", "Who no longer holds it moves it.", seal(told, told.case), *found)

    told = begin()
    foreign = told.story.person("petro").with_key(SigningKey.of("mallory"))
    told.story.record(told.story.compose(foreign, "exhibit.moved.v1", told.video, {}, MOVE))
    found = [("authorship", "key.unknown")]
    yield _vector("foreign-key", "An act with a key that is not the person's.", seal(told, told.case), *found)

    told = begin()
    story, petro = told.story, told.story.person("petro")
    gone: dict[str, Json] = {"key": petro.key.fingerprint, "untrusted_since": None}
    spare = SigningKey.of("petro spare", "es256")
    add: dict[str, Json] = {"key": spare.public(), "proof": None}
    story.tell("petro", "person.key-added.v1", petro.person, add)
    story.tell(
        story.person("petro").with_key(spare), "person.confirmed.v1", petro.person, {"key": spare.fingerprint}
    )
    story.tell("petro", "person.key-revoked.v1", petro.person, gone, REASON)
    story.record(story.compose("petro", "exhibit.moved.v1", told.video, {}, MOVE))
    story.people["petro"] = Officer.of("petro").with_key(spare)
    found = [("authorship", "key.ended")]
    yield _vector("revoked-key", "An act with a key that was revoked before.", seal(told, told.case), *found)

    told = begin()
    told.story.enrol("iryna")
    offer = told.story.compose(
        "petro",
        "transfer.offered.v1",
        told.video,
        {"to": told.story.person("iryna").person},
        examples.offer(),
    )
    told.story.record(offer)
    found = [("continuity", "transfer.receiver")]
    yield _vector("role-missing", "Offered to a person without a role.", seal(told, told.case), *found)


def _places() -> Iterator[Made]:
    told = begin()
    act = told.story.compose("petro", "exhibit.moved.v1", told.video, {}, MOVE)
    changed = recompose(act.act, act.disclosures, {"previous": "ab" * 32})
    told.story.record(told.story.person("petro").sign(*changed))
    found = [("order", "order.chain")]
    yield _vector("previous-hash", "An act that follows another past.", seal(told, told.case), *found)

    told = begin()
    act = told.story.compose("petro", "exhibit.moved.v1", told.video, {}, MOVE)
    changed = recompose(act.act, act.disclosures, {"ledger": "cd" * 32})
    told.story.record(told.story.person("petro").sign(*changed))
    found = [("order", "act.other-ledger")]
    yield _vector("other-ledger", "An act spliced in from another ledger.", seal(told, told.case), *found)

    told = begin()
    act = told.story.compose("petro", "exhibit.moved.v1", told.video, {}, MOVE)
    seen: Json = {"root": to_base64(bytes(32)), "size": 13 - 1}
    changed = recompose(act.act, act.disclosures, {"seen": seen})
    told.story.record(told.story.person("petro").sign(*changed))
    told = seal(told, told.case)
    found = [("order", "order.seen")]
    words = "A signer saw another tree; the log shows it."
    yield _vector("seen-other-tree", words, told, *found, log=told.log)


def _facts() -> Iterator[Made]:
    told = begin()
    file = next(iter(told.files))
    offer_hash = told.story.offer(told.video, "taras", by="petro")
    body = examples.acceptance([file], "mismatch")
    told.story.tell("taras", "transfer.accepted.v1", told.video, {"offer": offer_hash}, body)
    found = [("continuity", "continuity.rehash-mismatch")]
    yield _vector("other-bytes-received", "A receiver found other bytes.", seal(told, told.case), *found)

    told = usual()
    some = parts(told, anchors=[10])
    later = int(told.story.now.timestamp()) + 3600
    some.files["data/anchors/10.checkpoint"] = told.log.checkpoint(10, (WITNESS, later))
    yield _vector(
        "backdated",
        "A witness cosigned a smaller tree an hour after these entries say that they were recorded.",
        told,
        ("time", "time.bracket"),
        ("time", "time.not-vouched"),
        data=some.zip(),
    )


def _left_out() -> Iterator[Made]:
    """The ledger seals heads that are not exact: only others' knowledge shows it."""
    lost = ("order", "entry.left-out")
    told = begin()
    told.hidden = {len(told.story.entries) - 1}
    told = seal(told, told.case)
    last = max(told.hidden)
    words = "The last transfer is left out, and the heads are sealed without it"
    yield _vector("end-left-out-attested", f"{words}: the ledger's word is all there is.", told, exit=0)
    yield _vector("end-left-out-log", f"{words}; the log has it.", told, lost, log=told.log)
    line = told.log.entries[last]
    receipts = {"transfer.receipt": line + b"\n" + told.log.receipt(last)}
    yield _vector("end-left-out-receipt", f"{words}; its receipt proves it.", told, lost, receipts=receipts)

    told = begin()
    gone: dict[str, Json] = {"key": told.story.person("taras").key.fingerprint, "untrusted_since": None}
    told.story.tell("olena", "person.key-revoked.v1", told.story.person("taras").person, gone, REASON)
    told.hidden = {len(told.story.entries) - 1}
    told = seal(told, told.case)
    words = "The revocation of a key is left out"
    yield _vector("revocation-left-out-attested", f"{words}: attested.", told, exit=0)
    yield _vector("revocation-left-out-log", f"{words}; the log has it.", told, lost, log=told.log)
    last = max(told.hidden)
    receipts = {"revocation.receipt": told.log.entries[last] + b"\n" + told.log.receipt(last)}
    yield _vector(
        "revocation-left-out-receipt", f"{words}; its receipt proves it.", told, lost, receipts=receipts
    )

    told = begin()
    told.hidden = {at for at, line in told.lines() if json.loads(line)["act"]["stream"] == told.telephone}
    told = seal(told, told.case)
    words = "The last exhibit of the case is left out"
    yield _vector(
        "exhibit-left-out-attested", f"{words}, and the number sealed is too low: attested.", told, exit=0
    )
    yield _vector("exhibit-left-out-log", f"{words}; the log has it.", told, lost, log=told.log)
    intake = min(told.hidden)
    receipts = {"intake.receipt": told.log.entries[intake] + b"\n" + told.log.receipt(intake)}
    yield _vector(
        "exhibit-left-out-receipt", f"{words}; its receipt proves it.", told, lost, receipts=receipts
    )
    short = begin()
    short.hidden = told.hidden
    short = seal(short, short.case, sealed={"exhibits": 2})
    yield _vector("number-missing", "Two numbers were given in the case, one is here.", short, lost)

    told = usual()
    fork = replace(told.log, entries=(*told.log.entries[:-3], *reversed(told.log.entries[-3:])))
    words = "The log shows others another tree of the same size."
    yield _vector("forked-log", words, told, ("order", "order.fork"), ("order", "order.seen"), log=fork)
