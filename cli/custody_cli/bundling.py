"""Bundles: made by the service, fetched in as many pieces as it takes, and held against the receipt of their issue."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote

from custody_cli import answers, operations, private_files, progress, receipts, references
from custody_cli.contact import Contact
from custody_cli.faults import IntegrityFault, Misuse, Unreachable
from custody_cli.messages import say
from custody_cli.pins import policy_text
from custody_cli.receipts import Kept
from custody_verifier.bundle import check_bundle
from custody_verifier.canonical import Json
from custody_verifier.errors import VerifierError
from custody_verifier.options import Options
from custody_verifier.policy import read_policy
from custody_verifier.roots import read_roots
from custody_verifier.verdict import Verdict

ISSUED: Final = "bundle.issued.v1"
TRIES: Final = 5  # in a row without a byte
PAUSE: Final = 1.0  # seconds before the connection is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A zip that the service has issued, by the proved entry that says so; `receipt` is what lies beside it."""

    bundle: str
    sha256: str
    size: int
    index: int
    receipt: bytes

    @property
    def path(self) -> str:
        """Where the service keeps the bundle."""
        return f"/bundles/{self.bundle.partition('/')[2]}"


def stream_of(text: str) -> str:
    """Return the stream of a bundle that the officer names by its uuid. Raises Misuse."""
    uuid = references.uuid_in(text, "bundle")
    if uuid is None:
        raise Misuse("bundle.name", text=text)
    return f"bundle/{uuid}"


def make(link: Contact, bundle: str, *, again: bool = False) -> Json:
    """Have a requested bundle made and wait for it; return what is told of it. Raises the fault of a failure."""
    asked = link.door.post("/bundles", {"bundle": bundle, "again": again})
    name = answers.text(asked, "operation")
    told = link.door.get(f"/operations/{name}")
    while answers.text(told, "state") in {"queued", "running"} and _total(told) is None:
        told = link.door.get(f"/operations/{name}", wait=1)
    with progress.bar(link.settings, say("progress.bundle"), _total(told) or 0) as advance:
        shown = 0
        while answers.text(told, "state") in {"queued", "running"}:
            told = link.door.get(f"/operations/{name}", wait=1)
            done = answers.whole(told, "done")
            advance(max(0, done - shown))
            shown = max(shown, done)
    if answers.text(told, "state") == "failed":
        raise operations.failure(answers.within(told, "problem"))
    return answers.within(told, "result")


def _total(told: Json) -> int | None:
    total = answers.record(told, "operation").get("total")
    return total if isinstance(total, int) else None


def issue(link: Contact, bundle: str, sha256: str) -> Issued:
    """Return the issue of a zip after its proof: what the pinned ledger says of its digest and size.

    Raises IntegrityFault for a receipt that does not prove it, or is of another zip.
    """
    path = f"/bundles/{bundle.partition('/')[2]}/receipt"
    data = link.door.send("GET", path, query={"sha256": sha256}).content
    entry, gap, proof = data.partition(b"\n")
    if not gap:
        raise IntegrityFault("answer.shape", path="receipt")
    kept = receipts.check(link.pin, _index(proof), entry, proof)
    link.require_consistent(kept.note)
    act = kept.entry.act
    said = (act.type, act.stream, act.public.get("sha256"))
    size = act.public.get("size")
    if said != (ISSUED, bundle, sha256) or not isinstance(size, int):
        raise IntegrityFault("bundle.other-issue", index=kept.index)
    _keep(link, kept)
    return Issued(bundle=bundle, sha256=sha256, size=size, index=kept.index, receipt=data)


def _index(proof: bytes) -> int:
    """Return the index that a proof says it is of; the proof itself is checked by the caller."""
    for line in proof.split(b"\n", 3)[:3]:
        if line.startswith(b"index ") and line[6:].isdigit() and len(line) < 26:
            return int(line[6:])
    raise IntegrityFault("answer.shape", path="receipt.index")


def _keep(link: Contact, kept: Kept) -> None:
    receipts.keep(link.profile, kept)


def fetch(link: Contact, issued: Issued, target: Path) -> None:
    """Fetch a zip into a file that is not there yet; a connection that breaks is taken up where it ended.

    Raises IntegrityFault when the bytes are not those of the issue; then nothing is left behind.
    """
    private_files.make_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    try:
        with (
            _begun(part) as opened,
            progress.bar(link.settings, target.name, issued.size) as advance,
        ):
            for piece in _pieces(link, issued):
                opened.write(piece)
                digest.update(piece)
                advance(len(piece))
            opened.flush()
            os.fsync(opened.fileno())
        if digest.hexdigest() != issued.sha256:
            raise IntegrityFault("bundle.differs", sha256=issued.sha256)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _pieces(link: Contact, issued: Issued) -> Iterator[bytes]:
    """Yield the bytes of a zip, asking for the rest each time that the connection ends early."""
    at, left = 0, TRIES
    path = f"{issued.path}/zip?sha256={issued.sha256}"
    while at < issued.size:
        before = at
        try:
            for piece in link.door.stream(path, {"Range": f"bytes={at}-"}, block=None):
                at += len(piece)
                yield piece
        except Unreachable:
            left = TRIES if at > before else left - 1
            if not left:
                raise
            time.sleep(PAUSE)
        else:
            if at == before:
                raise IntegrityFault("bundle.differs", sha256=issued.sha256)


def fetch_encrypted(link: Contact, issued: Issued, target: Path, recipient: str) -> None:
    """Fetch a zip encrypted to a recipient of age: only who holds that key can compare it with its issue."""
    private_files.make_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    path = f"{issued.path}/zip?sha256={issued.sha256}&age={quote(recipient)}"
    try:
        with (
            _begun(part) as opened,
            progress.bar(link.settings, target.name, issued.size) as advance,
        ):
            for piece in link.door.stream(path, {}):
                opened.write(piece)
                advance(len(piece))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _begun(part: Path) -> BinaryIO:
    """Open a part anew: what a run before this one left there is dropped."""
    part.unlink(missing_ok=True)
    return private_files.create(part)


def checked(
    link: Contact, target: Path, receipt: Path, trust: Path | None = None, tsa_root: Path | None = None
) -> Verdict:
    """Return the verdict of `custody-verify` on a fetched zip, by the pinned log or the officer's own policy.

    Raises Misuse for a trust file that cannot be read, IntegrityFault for a zip that cannot be read as a bundle.
    """
    try:
        own = policy_text(link.pin.log).encode() if trust is None else trust.read_bytes()
        options = Options(
            policy=read_policy(own, "policy"),
            tsa=None if tsa_root is None else read_roots(tsa_root.read_bytes(), str(tsa_root)),
            receipts=(receipt,),
            ledger=link.pin.ledger,
        )
    except VerifierError as fault:
        raise Misuse("upgrade.trust", reason=fault) from fault
    try:
        return check_bundle(target, options)
    except VerifierError as fault:
        raise IntegrityFault("bundle.unreadable", reason=str(fault)) from fault
