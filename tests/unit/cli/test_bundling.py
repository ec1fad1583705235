"""Fetching bundles: in as many pieces as it takes, never other bytes than those issued, by a receipt that proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from custody.canonical import Json
from custody.values import to_base64
from custody_cli import bundling, checkpoints
from custody_cli.bundling import Issued
from custody_cli.commands.bundles import Where
from custody_cli.compose import FIRST, Draft, Signer, compose, sign
from custody_cli.contact import Contact
from custody_cli.door import Door
from custody_cli.faults import Conflicting, IntegrityFault, Misuse, Unreachable
from custody_cli.keys import new_key
from custody_cli.passphrase import Passphrase
from custody_cli.profile import Profile
from custody_cli.settings import Settings
from custody_verifier.note import Checkpoint
from tests.support.client_ledger import ClientLedger
from tests.unit.cli.test_receipts import PERSON, entry_of, submission

UUID = "6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e"
BUNDLE = f"bundle/{UUID}"
ZIP = bytes(range(256)) * 20_000
DIGEST = hashlib.sha256(ZIP).hexdigest()


class Broken(httpx2.SyncByteStream):
    """Some bytes, then a connection that breaks."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __iter__(self) -> Iterator[bytes]:
        """Yield what comes before the break."""
        yield self.data
        raise httpx2.ReadError("broken")


@dataclass
class Service:
    """A service that sends a zip; it breaks each connection after `piece` bytes, or sends `data` for it."""

    ledger: ClientLedger
    data: bytes = ZIP
    piece: int | None = None
    asked: list[str | None] = field(default_factory=list)
    receipt: bytes = b""

    def serve(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        path = request.url.path
        if path.endswith("/receipt"):
            return httpx2.Response(200, content=self.receipt)
        if path.endswith("/zip"):
            return self._zip(request.headers.get("range"))
        query = request.url.params
        hashes = self.ledger.consistency(int(query["old"]), int(query["new"]))
        return httpx2.Response(200, content=json.dumps({"path": [to_base64(each) for each in hashes]}))

    def _zip(self, span: str | None) -> httpx2.Response:
        self.asked.append(span)
        rest = self.data[int(span.removeprefix("bytes=").rstrip("-")) if span else 0 :]
        if self.piece is None or len(rest) <= self.piece:
            return httpx2.Response(206, content=rest)
        return httpx2.Response(206, stream=Broken(rest[: self.piece]))


def issuing(**public: Json) -> dict[str, Json]:
    """Return a signed act that issues the zip, with other public members where they are given."""
    signer = Signer(
        person=PERSON,
        key=new_key("act"),
        ledger="ab" * 32,
        seen=Checkpoint("x/00000000", 1, bytes(32)),
        occurred_at="2026-11-22T10:14:00+02:00",
    )
    members: dict[str, Json] = {"sealed": "cd" * 32, "sha256": DIGEST, "size": len(ZIP), **public}
    draft = Draft(type="bundle.issued.v1", stream=BUNDLE, public=members)
    return sign([compose(draft, FIRST, signer)], signer.key)[0]


@pytest.fixture
def service() -> Service:
    """A service whose third entry issued the zip."""
    leaves = [entry_of(submission(new_key("act"))) for _ in range(2)] + [entry_of(issuing())]
    service = Service(ClientLedger(leaves=leaves))
    service.receipt = leaves[2] + b"\n" + service.ledger.receipt(2, 3)
    return service


@pytest.fixture
def link(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> Contact:
    """An officer who has seen two entries, waits for nothing, and dials the service."""
    monkeypatch.setattr(bundling, "PAUSE", 0.0)
    ledger, profile = service.ledger, Profile(tmp_path / "profile")
    settings = Settings(
        home=tmp_path, server=None, json=False, quiet=True, no_passphrase=True, at=None, late=None, dry_run=False
    )  # fmt: skip
    return Contact(
        door=Door("http://127.0.0.1:1", httpx2.MockTransport(service.serve)),
        profile=profile,
        pin=ledger.pin(),
        settings=settings,
        passphrase=Passphrase(none=True),
        seen=checkpoints.advance(profile, ledger.pin(), ledger.note(2), ledger.consistency),
    )


def issued(link: Contact) -> Issued:
    """Return the issue as it is proved."""
    return bundling.issue(link, BUNDLE, DIGEST)


def test_an_issue_is_proved_and_its_receipt_kept(link: Contact, service: Service) -> None:
    """Digest and size come from the entry that the pinned log holds; the receipt is kept with the others."""
    found = issued(link)

    assert (DIGEST, len(ZIP), 2, service.receipt) == (found.sha256, found.size, found.index, found.receipt)
    assert (link.profile.folder / "receipts" / "2.tlog-proof").is_file()
    assert 3 == link.seen.size


@pytest.mark.parametrize(
    "public", [{"sha256": "ee" * 32}, {"size": "many"}, {"sha256": DIGEST.upper()}], ids=str
)
def test_an_issue_of_another_zip_is_refused(link: Contact, service: Service, public: dict[str, Json]) -> None:
    """A good receipt of an entry that issued something else is no receipt of this zip."""
    service.ledger.leaves[2] = entry_of(issuing(**public))
    service.receipt = service.ledger.leaves[2] + b"\n" + service.ledger.receipt(2, 3)
    with pytest.raises(IntegrityFault):
        issued(link)


@pytest.mark.parametrize(
    "bad", ["", "no line", "entry\nno proof", "entry\nindex 99999999999999999999999999\n"]
)
def test_what_is_no_receipt_is_refused(link: Contact, service: Service, bad: str) -> None:
    """Whatever comes instead of a receipt ends in a fault of integrity."""
    service.receipt = bad.encode()
    with pytest.raises(IntegrityFault):
        issued(link)


def test_a_changed_entry_is_refused(link: Contact, service: Service) -> None:
    """One byte of the entry changed, and the proof does not hold."""
    service.receipt = b"x" + service.receipt[1:]
    with pytest.raises(IntegrityFault):
        issued(link)


def test_a_broken_connection_is_taken_up(link: Contact, service: Service, tmp_path: Path) -> None:
    """Broken again and again, each time the rest is asked for; the file is the zip, and no part is left."""
    service.piece = 700_001
    target = tmp_path / "out" / "x.zip"

    bundling.fetch(link, issued(link), target)

    assert target.read_bytes() == ZIP
    assert [f"bytes={at}-" for at in range(0, len(ZIP), 700_001)] == service.asked
    assert [target] == list(target.parent.iterdir())
    assert 0o600 == target.stat().st_mode & 0o777


def test_a_connection_that_gives_nothing_is_given_up(link: Contact, service: Service, tmp_path: Path) -> None:
    """Five times without a byte end it, and nothing is left behind."""
    service.piece = 0
    with pytest.raises(Unreachable):
        bundling.fetch(link, issued(link), tmp_path / "x.zip")
    assert bundling.TRIES == len(service.asked)
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    "data", [ZIP[:-1], ZIP + b"x", ZIP[:-1] + b"\x00", b""], ids=["short", "long", "other", "none"]
)
def test_other_bytes_are_not_kept(link: Contact, service: Service, tmp_path: Path, data: bytes) -> None:
    """Bytes that are not those of the issue end in a fault, and no file is there."""
    service.data = data
    with pytest.raises(IntegrityFault):
        bundling.fetch(link, issued(link), tmp_path / "x.zip")
    assert not list(tmp_path.glob("*.zip*"))


def test_a_bundle_is_named_by_its_uuid() -> None:
    """By the uuid or the stream; what is neither is told."""
    assert BUNDLE == bundling.stream_of(UUID) == bundling.stream_of(BUNDLE)
    with pytest.raises(Misuse):
        bundling.stream_of("UKR2-25")


@pytest.mark.parametrize(("zip_", "receipt"), [("x.zip", "x.zip.receipt"), ("x.zip.age", "x.zip.receipt")])
def test_the_receipt_lies_beside_the_zip(tmp_path: Path, zip_: str, receipt: str) -> None:
    """It is named after the zip that the recipient has in the end; what is there already is not written over."""
    where = Where(zip=tmp_path / zip_, age=None, trust=None, tsa_root=None)
    assert tmp_path / receipt == where.receipt
    where.require_ready()
    where.receipt.touch()
    with pytest.raises(Conflicting):
        where.require_ready()


def test_what_is_no_recipient_of_age_stops_before_anything_is_asked_for(tmp_path: Path) -> None:
    """A slip in --age is told at once; one of the right form goes on to the service, which knows its checksum."""
    for text, good in (("garbage", False), ("age1" + "q" * 58, True)):
        where = Where(zip=tmp_path / "x.zip.age", age=text, trust=None, tsa_root=None)
        if good:
            where.require_ready()
        else:
            with pytest.raises(Misuse, match=r"bundle\.age"):
                where.require_ready()


def test_a_bad_file_of_trust_stops_before_anything_is_asked_for(tmp_path: Path) -> None:
    """A slip in --trust or --tsa-root is told at once, not after the bundle was made and recorded."""
    missing = tmp_path / "trust.policy"
    for trust, root in ((missing, None), (None, missing)):
        where = Where(zip=tmp_path / "x.zip", age=None, trust=trust, tsa_root=root)
        with pytest.raises(Misuse, match=r"local\.refused"):
            where.require_ready()
