"""An officer upgrades a receipt against a real service with a real witness, with and without a policy of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.key_files import open_keys
from custody_verifier.command import main as custody_verify
from tests.journeys.test_log_keys import published
from tests.support import doors, polling, tsa
from tests.support.office import PASSPHRASE, Officer
from tests.support.witnesses import running

pytestmark = [pytest.mark.s3, pytest.mark.slow]

TIMED = ("--grade", "time-stamped")


def founder(folder: Path, server: doors.Server) -> Officer:
    """Return somebody who has founded the ledger of a server with the command."""
    (folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    person = Officer("Марія", folder / "home", server.url)
    person.run("found", "--token", server.founding_token, "--name", "Марія", "--deployment", "Test")
    return person


def test_a_receipt_is_upgraded_and_checked_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Witnessed and time-stamped, by one's own policy and roots: kept beside the old one, taken by every check."""
    data, policy = tmp_path / "data", tmp_path / "witnesses.policy"
    (tmp_path / "tsa").mkdir()
    vkeys = open_keys(data, "custody.local").log_keys.vkeys
    with running(tmp_path, "w1", vkeys) as witness, tsa.running(tmp_path / "tsa") as authority:
        logs = "".join(f"log {vkey}\n" for vkey in vkeys)
        policy.write_text(f"{logs}{witness.line()}quorum w1\n")
        (tmp_path / "tsa.list").write_text(authority.line())
        settings = {
            "CUSTODY_WITNESS_POLICY": str(policy),
            "CUSTODY_PUBLISH_SECONDS": "0.2",
            "CUSTODY_TSA_LIST": str(tmp_path / "tsa.list"),
        }
        with doors.running(data, **settings) as server:
            person = founder(tmp_path, server)
            published(server)
            polling.until(lambda: person.ask("receipt", "0", "--upgrade", *TIMED).status == 0, "a token", 60)
            trust = ("--trust", policy, "--tsa-root", authority.root_file)
            told = person.run("receipt", "0", "--upgrade", *trust, "-o", tmp_path / "r")
            unchecked = person.run("receipt", "0", "--upgrade", "--grade", "witnessed")
            verdict = person.ask("verify", "ledger", "--no-files").one("witnesses")["witnesses"]
    kept = person.profile / "receipts"
    nowhere = person.through("http://127.0.0.1:1")
    command = ["receipt", str(tmp_path / "r" / "0.witnessed.tlog-proof"), "--trust", str(policy)]

    witnessed, stamped = told.of("receipt-upgraded")
    assert ("witnessed", ["w1"], True) == (
        witnessed["grade"], witnessed["witnesses"]["counted"], witnessed["witnesses"]["checked"]
    )  # fmt: skip
    assert ("time-stamped", [("tsa", True)]) == (
        stamped["grade"], [(each["tsa"], each["checked"]) for each in stamped["time_stamps"]]
    )  # fmt: skip
    assert unchecked.one("receipt-upgraded")["witnesses"]["checked"] is False
    assert ("w1", ["w1"]) == (verdict["asked"], verdict["counted"] + verdict["missing"])
    for name in ("0", "0.witnessed", "0.time-stamped"):
        assert 0 == nowhere.run("receipt", "--check", kept / f"{name}.tlog-proof").one("receipt")["index"]
    assert (tmp_path / "r" / "0.time-stamped.tsa.tsr").read_bytes()
    assert custody_verify(command) == 0, capsys.readouterr()


def test_a_service_without_witnesses_says_so(tmp_path: Path) -> None:
    """There is nothing better: status 3, with the reason in the officer's language."""
    with doors.running(tmp_path / "data") as server:
        person = founder(tmp_path, server)
        refused = person.ask("--language", "uk", "receipt", "0", "--upgrade")
        wrong = person.ask("receipt", "0", "--trust", tmp_path / "x")

    assert (3, True) == (refused.status, "свідків" in refused.errors), refused
    assert 2 == wrong.status
