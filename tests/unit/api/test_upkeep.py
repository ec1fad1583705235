"""What is tidied up now and then, one step at a time."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from api import upkeep
from api.upkeep import Upkeep
from storage.deposits import LIFETIME, Deposits
from storage.vault import S3Vault, VaultSettings
from storage.wrapping import FileMasterKey
from tests.support.deposits import PERSON, HandClock
from tests.support.polling import until
from tests.support.s3 import S3Server
from tests.support.vaults import digests_of


def begun(deposits: Deposits) -> str:
    """Begin a deposit and return its id."""
    declared = digests_of(b"evidence")
    return deposits.create(declared=declared, metadata={}, person=PERSON, session="s").id


def test_a_step_drops_what_expired(tmp_path: Path) -> None:
    """A deposit goes when its time is over, and not before; no vault is needed for that."""
    clock = HandClock()
    deposits = Deposits(tmp_path, clock)
    tidying = Upkeep(deposits, lambda: None, clock)
    old = begun(deposits)
    clock.move(LIFETIME)
    young = begun(deposits)

    tidying.step()

    assert (False, True) == (deposits.exists(old), deposits.exists(young))
    deposits.close()


@pytest.mark.s3
def test_a_step_gives_up_uploads_of_the_day_before(
    s3_server: S3Server, s3_bucket: str, tmp_path: Path
) -> None:
    """An upload to the store that nobody completed goes after a day, and not before."""
    bucket, client = s3_bucket, s3_server.client()
    settings = VaultSettings(bucket=bucket, keys_bucket=bucket)
    vault = S3Vault(client, settings, FileMasterKey(os.urandom(32)))
    begun_at = client.create_multipart_upload(Bucket=bucket, Key="files/ab/left/over")
    clock = HandClock()
    deposits = Deposits(tmp_path, clock)
    tidying = Upkeep(deposits, lambda: vault, clock)
    listed = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
    clock.at = listed[0]["Initiated"] + timedelta(hours=23)
    tidying.step()
    kept = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    clock.move(timedelta(hours=2))

    tidying.step()

    left = client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    assert ([begun_at["UploadId"]], []) == ([each["UploadId"] for each in kept], left)
    deposits.close()
    vault.close()


def test_a_step_that_fails_ends_nothing(tmp_path: Path) -> None:
    """A table of deposits that does not answer is told in the log; the thread goes on and can be stopped."""
    clock = HandClock()
    deposits = Deposits(tmp_path, clock)
    deposits.close()
    tidying = Upkeep(deposits, lambda: None, clock)

    tidying.step()
    tidying.start()
    tidying.stop()


def test_what_nobody_foresaw_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in one sweep keeps neither the other nor the next hour from its turn; each is told."""
    clock = HandClock()
    deposits = Deposits(tmp_path, clock)
    turns: list[str] = []

    def fails() -> None:
        turns.append("deposits")
        raise ZeroDivisionError

    def vault() -> None:
        turns.append("uploads")
        raise LookupError

    monkeypatch.setattr(upkeep, "EVERY", timedelta(milliseconds=1))
    monkeypatch.setattr(deposits, "sweep", fails)
    found = Upkeep(deposits, vault, clock)
    with capture_logs() as told:
        found.start()
        until(lambda: len(turns) >= 4, "the second turn")
        found.stop()
    deposits.close()

    assert ["deposits", "uploads"] * 2 == turns[:4]
    assert {("upkeep_fault", "critical", "deposits"), ("upkeep_fault", "critical", "uploads")} == {
        (each["event"], each["log_level"], each["what"]) for each in told
    }


def test_it_begins_at_once(tmp_path: Path) -> None:
    """The first step is not an hour away, and stopping waits for it."""
    clock = HandClock()
    deposits = Deposits(tmp_path, clock)
    old = begun(deposits)
    clock.move(LIFETIME)
    tidying = Upkeep(deposits, lambda: None, clock)

    tidying.start()
    tidying.stop()

    assert not deposits.exists(old)
    deposits.close()
