"""A server that lies about one thing: the client notices, names it, and signs nothing and keeps nothing.

One test for each field that a server, or whoever stands before it, could substitute.
"""

import base64
import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.key_files import open_keys
from custody.canonical import canonical
from tests.demo.server import free_port
from tests.support.lying_proxy import Alter, LyingProxy, altering, lying
from tests.support.office import INTAKE, Office, Officer, Said, enrol

pytestmark = [pytest.mark.s3, pytest.mark.slow]

INTEGRITY = 1
API = "/api/v1"
AMEND = ("case", "amend", "--set", "title=Подвір'я", "--reason", "уточнено")
Told = dict[str, Any]
Change = Callable[[Told], Told | None]


@pytest.fixture(scope="module")
def proxy(office: Office) -> Iterator[LyingProxy]:
    """A proxy before the office's server."""
    with lying(office.also, office.server.url) as found:
        yield found


@pytest.fixture(scope="module")
def victim(office: Office, proxy: LyingProxy) -> Officer:
    """An officer who dials the proxy."""
    person = office.newcomer(f"victim-{office.also}").through(proxy.url)
    enrol(person, office.administrator, "officer")
    return person


@pytest.fixture(scope="module")
def cases(victim: Officer) -> tuple[str, str]:
    """Two cases of the victim: since every lie is refused, all tests may use them."""
    victim.run("case", "open", "LYING-1", "--title", "Двір")
    victim.run("case", "open", "LYING-2", "--title", "Сад")
    victim.run(*AMEND, "LYING-1")
    return "LYING-1", "LYING-2"


def set_to(name: str, value: object) -> Change:
    """Return a change of one member."""

    def change(told: Told) -> None:
        told[name] = value

    return change


def refused(victim: Officer, proxy: LyingProxy, lie: Alter, *command: str | Path) -> Said:
    """Run a command under a lie: it must end as an integrity failure before anything signed has left."""
    proxy.seen.clear()
    proxy.alter = lie
    said = victim.ask(*command)
    proxy.alter = lambda _method, _path, body: body

    assert said.status == INTEGRITY, said
    assert "INTEGRITY" in said.errors
    assert proxy.written == []
    assert said.of("recorded") == []
    assert list((victim.profile / "unsent").glob("*")) == []
    assert (victim.profile / "checkpoint").read_bytes() == honest_note(victim)
    return said


def honest_note(victim: Officer) -> bytes:
    """Return the true checkpoint of the size that the victim keeps: whatever was kept must be this one."""
    size = (victim.profile / "checkpoint").read_text().split("\n")[1]
    with urllib.request.urlopen(f"{victim.server}{API}/checkpoint?size={size}", timeout=60) as answer:
        return bytes(answer.read())


def test_the_honest_proxy_is_let_through(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """Without a lie the same command works, so the refusals below are about the lies."""
    case = cases[0]
    proxy.seen.clear()

    victim.run(*AMEND, case)
    assert proxy.written == [("POST", f"{API}/acts")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ledger", "ab" * 32), ("origin", "other.example/0123abcd"), ("log", []), ("log", ["x+00000000+AAAA"])],
)
def test_another_ledger_is_refused(victim: Officer, proxy: LyingProxy, name: str, value: object) -> None:
    """Ledger id, origin and log keys are pinned."""
    lie = altering(f"{API}/ledger", set_to(name, value))
    refused(victim, proxy, lie, "case", "open", "LIE-1", "--title", "x")


def test_a_checkpoint_that_is_rolled_back_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """An older, truly signed checkpoint: entries that this officer saw are missing; both notes are kept."""
    old: dict[str, Any] = {}

    def remember(told: Told) -> None:
        old.update(told)

    proxy.alter = altering(f"{API}/ledger", remember)
    victim.run("status")
    victim.run(*AMEND, cases[1])
    proxy.alter = lambda _method, _path, body: body
    victim.run("status")
    before = set((victim.profile / "evidence").glob("*"))
    refused(
        victim, proxy, altering(f"{API}/ledger", lambda _told: old), "case", "open", "LIE-2", "--title", "x"
    )

    (fresh,) = set((victim.profile / "evidence").glob("*")) - before
    assert (fresh / "shown.checkpoint").read_text() == old["checkpoint"]
    assert (fresh / "kept.checkpoint").read_bytes() == (victim.profile / "checkpoint").read_bytes()


@pytest.mark.parametrize("growth", [0, 1, 5])
def test_a_forked_checkpoint_is_refused(
    office: Office, victim: Officer, proxy: LyingProxy, growth: int
) -> None:
    """The operator signs another history with the real log key: no proof ties it to what this officer saw."""
    log = open_keys(office.server.data, "unused").log
    size = victim.size() + growth
    note = log.sign(size, bytes(range(32))).decode()

    def fork(told: Told) -> None:
        told.update(size=size, root=base64.b64encode(bytes(range(32))).decode(), checkpoint=note)

    honest_proof = [base64.b64encode(bytes(32)).decode()]

    def lie(method: str, path: str, body: bytes) -> bytes:
        if path == f"{API}/consistency":
            return json.dumps({"old": size, "new": size, "path": honest_proof}).encode()
        return altering(f"{API}/ledger", fork)(method, path, body)

    refused(victim, proxy, lie, "case", "open", "LIE-3", "--title", "x")


def test_a_checkpoint_by_another_key_is_refused(victim: Officer, proxy: LyingProxy) -> None:
    """A note whose signature is of another key is no checkpoint."""

    def change(told: Told) -> None:
        head, _, signature = told["checkpoint"].rpartition(" ")
        raw = bytearray(base64.b64decode(signature))
        raw[10] ^= 1
        told["checkpoint"] = f"{head} {base64.b64encode(raw).decode()}\n"

    refused(victim, proxy, altering(f"{API}/ledger", change), "case", "open", "LIE-4", "--title", "x")


@pytest.mark.parametrize(("name", "value"), [("version", 700), ("previous", "ab" * 32)])
def test_another_place_in_the_stream_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy, name: str, value: object
) -> None:
    """Version and previous of the check must be those of the stream's proved last entry."""
    case = cases[0]

    def change(told: Told) -> None:
        told["checks"][0][name] = value

    lie = altering(f"{API}/acts/check", change, "POST")
    refused(victim, proxy, lie, "case", "close", case, "--reason", "x")


def test_a_check_for_another_ledger_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """The check names the ledger for which it speaks."""
    lie = altering(f"{API}/acts/check", set_to("ledger", "cd" * 32), "POST")
    refused(victim, proxy, lie, "case", "close", cases[0], "--reason", "x")


def test_the_entries_of_another_stream_are_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """A stream that is shown with another stream's entries."""
    case, other = cases
    streams = {each["reference"]: each["case"] for each in victim.run("case", "list").of("case")}
    honest: dict[str, Any] = {}
    proxy.alter = altering(f"{API}/streams/{streams[other]}", honest.update)
    victim.run("case", "show", other)

    def change(told: Told) -> None:
        told["entries"] = honest["entries"]

    lie = altering(f"{API}/streams/{streams[case]}", change)
    refused(victim, proxy, lie, "case", "close", case, "--reason", "x")


def test_a_stream_with_an_entry_left_out_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """The last entry's version tells how many there are."""
    case = cases[0]

    def change(told: Told) -> None:
        del told["entries"][0]

    refused(victim, proxy, altering(f"{API}/streams/case/*", change), "case", "close", case, "--reason", "x")


def test_a_hidden_last_entry_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """With the newest entry hidden, the check's place is not the one that the entries prove."""
    case = cases[0]

    def change(told: Told) -> None:
        del told["entries"][-1]

    refused(victim, proxy, altering(f"{API}/streams/case/*", change), "case", "close", case, "--reason", "x")


def test_another_persons_session_is_refused(office: Office, victim: Officer, proxy: LyingProxy) -> None:
    """A server that takes the officer for somebody else."""
    lie = altering(f"{API}/sessions", set_to("person", office.second.person), "POST")
    refused(victim, proxy, lie, "signin")


def test_another_person_behind_a_name_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """A receiver's name leads to a person only when an entry of that person discloses the name."""
    case = cases[0]

    def change(told: Told) -> None:
        for item in told["items"]:
            if item["name"] == office.second.name:
                item["person"] = office.auditor.person

    lie = altering(f"{API}/persons", change)
    refused(victim, proxy, lie, "case", "member", "add", case, office.second.name, "--role", "auditor")


def test_another_case_behind_a_reference_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """A case reference leads to a case only when its first entry discloses the reference."""
    case, other = cases
    streams = {each["reference"]: each["case"] for each in victim.run("case", "list").of("case")}

    def change(told: Told) -> None:
        for item in told["items"]:
            if item["reference"] == case:
                item["case"] = streams[other]

    refused(victim, proxy, altering(f"{API}/cases", change), "case", "close", case, "--reason", "x")


def test_another_exhibit_behind_a_number_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy, tmp_path: Path
) -> None:
    """A number on a label leads to an exhibit only when the ledger assigned it that number."""
    case = cases[0]
    for name in ("one", "two"):
        (tmp_path / name).write_text(f"{case} {name}")
    taken = victim.intake(case, tmp_path, more=("--each",)).of("file")

    def change(told: Told) -> None:
        for item in told["items"]:
            item["exhibit"] = taken[1]["exhibit"]

    command = ("transfer", "offer", taken[0]["why"], "--to", office.second.person, "--purpose", "x")
    refused(victim, proxy, altering(f"{API}/cases/*", change), *command)


def test_an_altered_entry_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """An entry with one value of its public part changed is not in the tree."""
    case = cases[0]

    def change(told: Told) -> None:
        entry = json.loads(base64.b64decode(told["entry"]))
        entry["act"]["occurred_at"] = "2020-01-01T00:00:00+00:00"
        told["entry"] = base64.b64encode(canonical(entry)).decode()

    refused(victim, proxy, altering(f"{API}/entries/*", change), "case", "close", case, "--reason", "x")


def test_an_altered_disclosure_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """A value that does not open its commitment: one letter of a case's title."""
    case = cases[0]

    def change(told: Told) -> None:
        for each in told["disclosures"]:
            if each[1] == "title":
                each[2] += "."

    refused(victim, proxy, altering(f"{API}/entries/*", change), "case", "close", case, "--reason", "x")


def test_an_altered_inclusion_proof_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """A proof that leads to another root."""

    def change(told: Told) -> None:
        told["path"][0] = base64.b64encode(bytes(32)).decode()

    lie = altering(f"{API}/inclusion", change)
    refused(victim, proxy, lie, "case", "close", cases[0], "--reason", "x")


@pytest.mark.parametrize("member", ["sha256", "sha512", "size", "file", "exhibit", "outcome"])
def test_other_bytes_in_the_vault_are_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy, member: str, tmp_path: Path
) -> None:
    """What the vault says that it stored must be what was digested here, before the intake is signed."""
    case = cases[0]
    (tmp_path / "file").write_text(f"{case} {member}")

    def change(told: Told) -> None:
        if "result" in told:
            told["result"][member] = 0 if member == "size" else "00" * 32

    lie = altering(f"{API}/operations/*", change)
    refused(victim, proxy, lie, "intake", tmp_path / "file", "--case", case, *INTAKE)


def test_the_receipt_of_another_entry_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy
) -> None:
    """The reply to an act carries a true receipt of somebody else's: the act is kept, the receipt is not."""
    case = cases[0]
    other: dict[str, Any] = {}
    proxy.alter = altering(f"{API}/receipts/0", other.update)
    (victim.profile / "receipts" / "0.entry").unlink(missing_ok=True)
    victim.run("receipt", "0")
    kept = set((victim.profile / "receipts").glob("*"))

    proxy.alter = altering(f"{API}/acts", lambda told: {**told, "receipts": [other]}, "POST")
    said = victim.ask(*AMEND, case)
    proxy.alter = lambda _method, _path, body: body

    assert (said.status, said.of("recorded")) == (INTEGRITY, [])
    assert set((victim.profile / "receipts").glob("*")) == kept
    (waiting,) = (victim.profile / "unsent").glob("*")
    assert victim.run("send").one("recorded")["act"] == "case.amended.v1"
    assert not waiting.exists()


@pytest.mark.parametrize("member", ["entry", "proof", "index"])
def test_an_altered_receipt_is_refused(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy, member: str
) -> None:
    """A receipt with an altered entry, proof or index proves nothing and is not kept."""
    case = cases[0]
    kept = set((victim.profile / "receipts").glob("*"))

    def change(told: Told) -> None:
        receipt = told["receipts"][0]
        if member == "index":
            receipt["index"] += 1
        elif member == "proof":
            receipt["proof"] = receipt["proof"].replace("index ", "index 1", 1)
        else:
            entry = json.loads(base64.b64decode(receipt["entry"]))
            entry["recorded_at"] = "2020-01-01T00:00:00.000000Z"
            receipt["entry"] = base64.b64encode(canonical(entry)).decode()

    proxy.alter = altering(f"{API}/acts", change, "POST")
    said = victim.ask(*AMEND, case)
    proxy.alter = lambda _method, _path, body: body

    assert (said.status, said.of("recorded")) == (INTEGRITY, [])
    assert set((victim.profile / "receipts").glob("*")) == kept
    victim.run("send")


def test_other_bytes_of_a_download_are_not_kept(
    office: Office, victim: Officer, cases: tuple[str, str], proxy: LyingProxy, tmp_path: Path
) -> None:
    """A file that is not what was signed at its intake does not reach the officer's disk."""
    case = cases[0]
    (tmp_path / "file").write_text(f"{case} content")
    reference = victim.intake(case, tmp_path / "file").one("file")["why"]

    def change(_method: str, path: str, body: bytes) -> bytes:
        return body.replace(b"content", b"CONTENT") if path.endswith("/content") else body

    out = tmp_path / "out"
    refused(victim, proxy, change, "download", reference, "--purpose", "x", "-o", out)
    assert list(out.glob("*")) == []


def test_another_key_than_mine_is_not_confirmed(office: Office, proxy: LyingProxy, tmp_path: Path) -> None:
    """An administrator who enrols a key of their own under my name does not get my confirmation."""
    newcomer = office.newcomer(f"new-{free_port()}").through(proxy.url)
    file = tmp_path / "request.json"
    newcomer.run("enrol", "request", "--name", "Нова", "-o", file)
    other = office.newcomer(f"other-{free_port()}")
    other.run("enrol", "request", "--name", "Інша", "-o", tmp_path / "other.json")
    honest, forged = json.loads(file.read_text()), json.loads((tmp_path / "other.json").read_text())
    file.write_text(json.dumps({**honest, "key": forged["key"]}))
    office.administrator.run("enrol", "accept", file, "--method", "none", "--yes")
    proxy.seen.clear()

    said = newcomer.ask("enrol", "confirm")
    assert said.status == INTEGRITY
    assert proxy.written == []


def test_a_fingerprint_that_differs_stops_the_administrator(office: Office, tmp_path: Path) -> None:
    """A request that was swapped on the way is noticed when the fingerprint is read aloud."""
    newcomer = office.newcomer(f"new-{free_port()}")
    newcomer.run("enrol", "request", "--name", "Нова", "-o", tmp_path / "r.json")
    before = office.administrator.size()
    accept = ("enrol", "accept", tmp_path / "r.json", "--method", "passport")
    said = office.administrator.ask(*accept, "--fingerprint", "ab" * 32)

    assert said.status == 2
    assert office.administrator.size() == before


def test_at_the_first_contact_the_ledger_is_the_one_that_was_told(
    office: Office, proxy: LyingProxy, tmp_path: Path
) -> None:
    """With --ledger a newcomer is not led to another ledger; no key is made for it."""
    newcomer = office.newcomer(f"new-{free_port()}").through(proxy.url)
    ask = ("enrol", "request", "--name", "Нова", "--ledger", "ab" * 32, "-o", tmp_path / "r.json")
    said = newcomer.ask(*ask)

    assert said.status == INTEGRITY
    assert not (tmp_path / "r.json").exists()
    assert list(newcomer.home.rglob("*.pem")) == []


def test_an_honest_enrolment_works_through_the_proxy(office: Office, proxy: LyingProxy) -> None:
    """The same steps without a lie end in a confirmed person."""
    newcomer = office.newcomer(f"new-{free_port()}").through(proxy.url)
    enrol(newcomer, office.administrator)

    assert newcomer.run("whoami").one("whoami")["person"] == newcomer.person
