"""Receipts: kept only when they are of exactly the act that was sent, and checked each time they are read."""

from pathlib import Path

import pytest

from custody.canonical import canonical
from custody.values import to_base64
from custody_cli import printing, receipts
from custody_cli.compose import FIRST, Draft, Signer, compose, sign
from custody_cli.faults import IntegrityFault, NotThere
from custody_cli.keys import Key, new_key
from custody_cli.profile import Profile
from custody_verifier.canonical import Json
from custody_verifier.command import main as custody_verify
from custody_verifier.note import Checkpoint
from tests.support.client_ledger import ClientLedger

PERSON = "person/0a4f6c1b-9a3e-4f1b-8f6d-6f0d2c342d3e"


def submission(key: Key, stream: str = "case/6f0d2c34-9a3e-4f1b-8f6d-0a4f6c1b2d3e") -> dict[str, Json]:
    """Return a signed act."""
    signer = Signer(
        person=PERSON,
        key=key,
        ledger="ab" * 32,
        seen=Checkpoint("x/00000000", 1, bytes(32)),
        occurred_at="2026-11-22T10:14:00+02:00",
    )
    draft = Draft(type="case.opened.v1", stream=stream, opened={"title": "Подвір'я"})
    return sign([compose(draft, FIRST, signer)], key)[0]


def entry_of(sent: dict[str, Json]) -> bytes:
    """Return the entry that a ledger makes of an act."""
    return canonical(
        {
            "act": sent["act"],
            "assigned": {},
            "recorded_at": "2026-11-22T08:14:01.000000Z",
            "signature": sent["signature"],
        }
    )


@pytest.fixture
def sent() -> dict[str, Json]:
    """An act that was sent."""
    return submission(new_key("act"))


@pytest.fixture
def ledger(sent: dict[str, Json]) -> ClientLedger:
    """A ledger that recorded it at index 1."""
    return ClientLedger(leaves=[b"first", entry_of(sent), entry_of(submission(new_key("act")))])


def told(ledger: ClientLedger, index: int = 1) -> dict[str, Json]:
    """Return a receipt as the server tells it."""
    return {
        "index": index,
        "entry": to_base64(ledger.leaves[index]),
        "proof": ledger.receipt(index, 3).decode(),
    }


def test_an_honest_receipt_is_kept_and_read_again(
    tmp_path: Path, ledger: ClientLedger, sent: dict[str, Json]
) -> None:
    """Its files are the bytes that any other program can check."""
    kept = receipts.read(ledger.pin(), told(ledger))
    receipts.require_of(kept, sent)
    receipts.keep(Profile(tmp_path), kept)

    assert receipts.load(Profile(tmp_path), ledger.pin(), 1) == kept
    assert (tmp_path / "receipts" / "1.entry").read_bytes() == ledger.leaves[1]
    assert receipts.indices(Profile(tmp_path)) == [1]


def test_the_receipt_of_another_entry_is_refused(ledger: ClientLedger, sent: dict[str, Json]) -> None:
    """A good receipt of somebody else's act is not a receipt of mine."""
    with pytest.raises(IntegrityFault) as refused:
        receipts.require_of(receipts.read(ledger.pin(), told(ledger, 2)), sent)
    assert refused.value.key == "receipt.other-act"


def test_a_receipt_with_another_signature_is_refused(ledger: ClientLedger, sent: dict[str, Json]) -> None:
    """The act is mine and the signature in the entry is not: the entry cannot stand."""
    other = submission(new_key("act"))
    ledger.leaves[1] = entry_of({**sent, "signature": other["signature"]})

    with pytest.raises(IntegrityFault) as refused:
        receipts.require_of(receipts.read(ledger.pin(), told(ledger)), sent)
    assert refused.value.key == "receipt.other-signature"


@pytest.mark.parametrize("name", ["index", "entry", "proof"])
def test_no_part_of_a_receipt_can_be_swapped(ledger: ClientLedger, name: str) -> None:
    """Index, entry and proof of another receipt do not fit."""
    mine, other = told(ledger, 1), told(ledger, 2)

    with pytest.raises(IntegrityFault):
        receipts.read(ledger.pin(), {**mine, name: other[name]})


def test_an_altered_kept_receipt_is_found(tmp_path: Path, ledger: ClientLedger) -> None:
    """A byte that was changed on the officer's own disk is found when the receipt is read."""
    receipts.keep(Profile(tmp_path), receipts.read(ledger.pin(), told(ledger)))
    file = tmp_path / "receipts" / "1.entry"
    file.write_bytes(file.read_bytes().replace(b"10:14:00", b"10:15:00"))

    with pytest.raises(IntegrityFault):
        receipts.load(Profile(tmp_path), ledger.pin(), 1)
    with pytest.raises(NotThere):
        receipts.load(Profile(tmp_path), ledger.pin(), 2)


def test_receipts_in_files_are_checked_without_a_server(tmp_path: Path, ledger: ClientLedger) -> None:
    """What was written is read by itself; altered, malformed or of another ledger it is refused."""
    pin = ledger.pin()
    kept = receipts.read(pin, told(ledger))
    printing.write(tmp_path, pin, kept)
    file = tmp_path / "1.tlog-proof"
    assert receipts.read_files(pin, file) == kept

    with pytest.raises(IntegrityFault) as refused:
        receipts.read_files(ledger.pin(ledger="cd" * 32), file)
    assert refused.value.key == "receipt.other-ledger"
    (tmp_path / "1.entry").write_bytes(ledger.leaves[2])
    with pytest.raises(IntegrityFault):
        receipts.read_files(pin, file)
    file.write_bytes(b"no proof")
    with pytest.raises(IntegrityFault):
        receipts.read_files(pin, file)


def test_the_files_of_a_receipt_are_what_the_verifier_takes(
    tmp_path: Path, ledger: ClientLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """`custody-verify receipt` with the policy beside it: 0 as written, 1 when the entry is altered."""
    printing.write(tmp_path, ledger.pin(), receipts.read(ledger.pin(), told(ledger)))
    command = ["receipt", str(tmp_path / "1.tlog-proof"), "--trust", str(tmp_path / "1.policy")]

    assert custody_verify(command) == 0, capsys.readouterr()
    (tmp_path / "1.entry").write_bytes(ledger.leaves[2])
    assert custody_verify(command) == 1


def test_the_printed_receipt_speaks_both_languages(tmp_path: Path, ledger: ClientLedger) -> None:
    """One page has both languages and the QR code; beside it lie the files that prove it."""
    kept = receipts.read(ledger.pin(), told(ledger))
    page = printing.page(ledger.pin(), kept)
    files = printing.write(tmp_path, ledger.pin(), kept)

    assert "CUSTODY RECEIPT · entry 1" in page
    assert "КВИТАНЦІЯ · запис 1" in page
    assert "█" in page
    assert sorted(each.suffix for each in files) == [
        ".entry",
        ".html",
        ".policy",
        ".tlog-proof",
        ".txt",
        ".vkey",
    ]
    sheet = (tmp_path / "1.html").read_text(encoding="utf-8")
    assert "CUSTODY RECEIPT · entry 1" in sheet
    assert "КВИТАНЦІЯ · запис 1" in sheet
    assert "data:image/svg+xml;base64," in sheet
    assert printing.code(ledger.pin(), kept) in sheet
    assert (tmp_path / "1.tlog-proof").read_bytes() == ledger.receipt(1, 3)
