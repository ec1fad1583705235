"""Better receipts: kept beside the old one only when proved, of the same entry, and as good as one's own trust asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from custody.canonical import Json
from custody.values import to_base64
from custody_cli import checkpoints, receipts, standing, upgrading
from custody_cli.contact import Contact
from custody_cli.door import Door
from custody_cli.faults import IntegrityFault, Misuse, NotThere
from custody_cli.keys import new_key
from custody_cli.passphrase import Passphrase
from custody_cli.profile import Profile
from custody_cli.receipts import Kept
from custody_cli.settings import Settings
from custody_cli.upgrading import Better, Trust, read_trust, upgraded
from custody_verifier.command import main as custody_verify
from custody_verifier.cosignatures import ED25519, Signer
from custody_verifier.note import read_checkpoint, read_note
from events.note import Note, NoteSignature, parse_note
from events.receipt import Receipt
from tests.support.client_ledger import ClientLedger
from tests.support.composing import seed
from tests.support.stamps import Authority
from tests.unit.cli.test_receipts import entry_of, submission

NAMES = ("w1", "w2")
TIME = 1_795_000_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TSA = Authority()
NONE = Trust(None, None)


def witness(name: str) -> Signer:
    """Return the witness of a name."""
    return Signer.from_seed(f"witness.example/{name}", ED25519, seed(name))


@dataclass
class Service:
    """A service that gives better receipts; `change` is what it lies about."""

    ledger: ClientLedger
    counted: tuple[str, ...] = NAMES
    change: Callable[[dict[str, Json]], object] = lambda _told: None

    def policy(self, quorum: str = "both") -> bytes:
        """Return a policy of its log and both witnesses."""
        lines = [f"log {self.ledger.key.vkey}"]
        lines += [f"witness {name} {witness(name).cosigner.vkey}" for name in NAMES]
        return "".join(f"{each}\n" for each in [*lines, "group both all w1 w2", f"quorum {quorum}"]).encode()

    def note(self, size: int) -> bytes:
        """Return a checkpoint with the lines of those who are counted."""
        own = self.ledger.note(size)
        checkpoint, note = read_checkpoint(read_note(own)), parse_note(own)
        made = [witness(name).cosign(checkpoint, TIME) for name in self.counted]
        lines = [NoteSignature(each.name, each.key_id, each.signature) for each in made]
        return Note(note.text, (*note.signatures, *lines)).to_bytes()

    def told(self, index: int, size: int = 3) -> dict[str, Json]:
        """Return the better receipt as it is told."""
        note = self.note(size)
        proof = Receipt(index, tuple(self.ledger.inclusion(index, size)), note).to_bytes()
        token = TSA.stamp(parse_note(note).text.encode(), NOW)
        missing = sorted({*NAMES} - {*self.counted})
        told: dict[str, Json] = {
            "index": index,
            "entry": to_base64(self.ledger.leaves[index]),
            "proof": proof.decode(),
            "grade": "witnessed",
            "witnesses": {"asked": "2 of (w1, w2)", "counted": [*self.counted], "missing": [*missing]},
            "time_stamps": [{"tsa": "tsa", "response": to_base64(token)}],
        }
        self.change(told)
        return told

    def serve(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        if request.url.path.startswith("/api/v1/receipts/"):
            return httpx2.Response(200, json=self.told(int(request.url.path.rpartition("/")[2])))
        query = request.url.params
        path = self.ledger.consistency(int(query["old"]), int(query["new"]))
        return httpx2.Response(200, content=json.dumps({"path": [to_base64(each) for each in path]}))


@pytest.fixture
def service() -> Service:
    """A service whose ledger has three entries of one's own."""
    return Service(ClientLedger(leaves=[entry_of(submission(new_key("act"))) for _ in range(3)]))


@pytest.fixture
def link(tmp_path: Path, service: Service) -> Contact:
    """An officer who has seen two entries and dials the service."""
    ledger, profile = service.ledger, Profile(tmp_path / "profile")
    seen = checkpoints.advance(profile, ledger.pin(), ledger.note(2), ledger.consistency)
    settings = Settings(
        home=tmp_path, server=None, json=False, quiet=False, no_passphrase=True, at=None, late=None, dry_run=False
    )  # fmt: skip
    return Contact(
        door=Door("http://127.0.0.1:1", httpx2.MockTransport(service.serve)),
        profile=profile,
        pin=ledger.pin(),
        settings=settings,
        passphrase=Passphrase(none=True),
        seen=seen,
    )


@pytest.fixture
def old(service: Service) -> Kept:
    """The receipt that came at once."""
    ledger = service.ledger
    return receipts.check(ledger.pin(), 1, ledger.leaves[1], ledger.receipt(1, 2))


@pytest.fixture
def trusting(tmp_path: Path, service: Service) -> Trust:
    """A policy that asks for both witnesses, and the TSA's root, out of files."""
    policy, root = tmp_path / "policy", tmp_path / "root.pem"
    policy.write_bytes(service.policy())
    root.write_bytes(TSA.pem())
    return read_trust(policy, root)


def test_a_better_receipt_is_checked_and_kept_beside_the_old(
    tmp_path: Path,
    service: Service,
    link: Contact,
    old: Kept,
    trusting: Trust,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is written is what `custody-verify` and `--check` take; the old receipt's files stay as they are."""
    receipts.keep(link.profile, old)
    folder = link.profile.folder / "receipts"

    better = upgraded(link, old, "witnessed", trusting)
    files = upgrading.write(folder, better)

    assert better.witnesses is not None
    assert (True, NAMES, ()) == (better.witnesses.checked, better.witnesses.counted, better.witnesses.missing)
    assert ["1.witnessed.entry", "1.witnessed.tlog-proof", "1.witnessed.tsa.tsr"] == [
        each.name for each in files
    ]
    assert receipts.load(link.profile, link.pin, 1) == old
    assert [1] == receipts.indices(link.profile)
    assert 3 == link.seen.size
    (tmp_path / "both").write_bytes(service.policy())
    proof = str(folder / "1.witnessed.tlog-proof")
    assert custody_verify(["receipt", proof, "--trust", str(tmp_path / "both")]) == 0, capsys.readouterr()


def test_without_a_policy_it_is_the_services_word(link: Contact, old: Kept) -> None:
    """Witnesses and tokens are shown as told, marked as not checked here, in the words for people too."""
    better = upgraded(link, old, "witnessed", NONE)

    assert better.witnesses is not None
    assert (False, [False]) == (better.witnesses.checked, [each.checked for each in better.stamps])
    text = standing.text(better, [])
    assert "no policy was given" in text
    assert "no roots were given" in text
    assert "2 of (w1, w2)" in text


def test_a_service_without_witnesses_is_said_to_have_none(link: Contact, old: Kept, service: Service) -> None:
    """A time-stamped receipt of such a service stands; a witnessed one of it is a contradiction."""
    service.change = lambda told: told.update(witnesses=None)

    assert "no witness policy" in standing.text(upgraded(link, old, "time-stamped", NONE), [])
    with pytest.raises(IntegrityFault) as refused:
        upgraded(link, old, "witnessed", NONE)
    assert "upgrade.no-witness" == refused.value.key


def test_ones_own_policy_decides(link: Contact, old: Kept, service: Service, trusting: Trust) -> None:
    """A service that counts a witness whose line is not there is not believed: nothing better was had."""
    service.counted = ("w1",)
    service.change = lambda told: told.update(
        witnesses={"asked": "1 of (w1, w2)", "counted": [*NAMES], "missing": []}
    )

    with pytest.raises(NotThere) as refused:
        upgraded(link, old, "witnessed", trusting)
    assert "upgrade.not-met" == refused.value.key
    assert "counted: w1" in refused.value.text()


def other_entry(service: Service) -> Callable[[dict[str, Json]], object]:
    """Tell the good receipt of another entry."""
    honest = Service(service.ledger)
    return lambda told: told.update(honest.told(2))


def other_text(_service: Service) -> Callable[[dict[str, Json]], object]:
    """Give a token over other bytes."""
    token = to_base64(TSA.stamp(b"another text", NOW))
    return lambda told: told.update(time_stamps=[{"tsa": "tsa", "response": token}])


def other_tsa(service: Service) -> Callable[[dict[str, Json]], object]:
    """Give a token of a TSA that the officer does not know."""
    token = to_base64(Authority("stranger").stamp(parse_note(service.note(3)).text.encode(), NOW))
    return lambda told: told.update(time_stamps=[{"tsa": "tsa", "response": token}])


def no_token(_service: Service) -> Callable[[dict[str, Json]], object]:
    """Give no token at all."""
    return lambda told: told.pop("time_stamps")


def odd_name(_service: Service) -> Callable[[dict[str, Json]], object]:
    """Name a TSA so that its file would lie elsewhere."""
    return lambda told: told["time_stamps"][0].update(tsa="../x")  # type: ignore[index, union-attr]


def broken_token(_service: Service) -> Callable[[dict[str, Json]], object]:
    """Give bytes that are no token."""
    return lambda told: told.update(time_stamps=[{"tsa": "tsa", "response": to_base64(b"no token")}])


@pytest.mark.parametrize(
    ("lie", "key"),
    [
        (other_entry, "upgrade.other-entry"),
        (other_text, "upgrade.token"),
        (other_tsa, "upgrade.token"),
        (broken_token, "upgrade.token"),
        (no_token, "upgrade.no-token"),
        (odd_name, "answer.shape"),
    ],
)
def test_a_better_receipt_that_does_not_hold_is_refused(
    link: Contact,
    old: Kept,
    service: Service,
    trusting: Trust,
    lie: Callable[[Service], Callable[[dict[str, Json]], object]],
    key: str,
) -> None:
    """Another entry, a token over something else or of a stranger, and a name that leads elsewhere: all are faults."""
    service.change = lie(service)

    with pytest.raises(IntegrityFault) as refused:
        upgraded(link, old, "time-stamped", trusting)
    assert key == refused.value.key


def test_a_cosignature_that_does_not_fit_is_a_fault(
    link: Contact, old: Kept, service: Service, trusting: Trust
) -> None:
    """A line of a known witness over another tree proves that somebody lies."""
    wrong = read_note(Service(ClientLedger(service.ledger.key, [b"x", b"y", b"z"])).note(3)).lines[1]
    line = NoteSignature(wrong.name, wrong.key_id, wrong.signature)

    def change(told: dict[str, Json]) -> None:
        note = parse_note(service.ledger.note(3))
        path = tuple(service.ledger.inclusion(1, 3))
        told["proof"] = (
            Receipt(1, path, Note(note.text, (*note.signatures, line)).to_bytes()).to_bytes().decode()
        )

    service.change = change
    with pytest.raises(IntegrityFault) as refused:
        upgraded(link, old, "witnessed", trusting)
    assert "upgrade.policy" == refused.value.key


def test_a_file_of_trust_that_is_none_is_a_wrong_call(tmp_path: Path) -> None:
    """A policy that is not there, or is none, is named before anything is asked."""
    (tmp_path / "policy").write_text("no policy\n")
    for file in (tmp_path / "policy", tmp_path / "nowhere"):
        with pytest.raises(Misuse):
            read_trust(file, None)
        with pytest.raises(Misuse):
            read_trust(None, file)


def test_data_for_programs_has_the_same(link: Contact, old: Kept, trusting: Trust) -> None:
    """`--json` tells grade, witnesses and time-stamps, and whether they were checked here."""
    better: Better = upgraded(link, old, "time-stamped", trusting)
    told = standing.data(better, [])

    assert ("time-stamped", 3) == (told["grade"], told["size"])
    assert [{"tsa": "tsa", "time": NOW.isoformat(), "checked": True}] == told["time_stamps"]
    assert {"asked": "2 of (w1, w2)", "counted": [*NAMES], "missing": [], "checked": True} == told[
        "witnesses"
    ]
