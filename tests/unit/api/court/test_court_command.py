"""The court key of a deployment: made by the command, found by settings, looked at by doctor; and its statements."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api import court_papers
from api.__main__ import main
from api.commands.doctor import CHECKS
from api.court.court_key import make_court_key
from api.court.drafts import us_902
from api.court_papers import court_key
from api.settings import Settings
from custody.errors import Unavailable
from events.timestamping.authorities import Authority
from tests.support.court_stories import bundled, eventful


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty data folder."""
    monkeypatch.setenv("CUSTODY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return Settings()


def test_the_command_makes_a_key_once(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """It says where key and root are; again it makes none."""
    first, told = main(["court-key", "--name", "Київ"]), capsys.readouterr().out
    second, refused = main(["court-key"]), capsys.readouterr().out
    found = court_key(settings)

    assert (0, 1) == (first, second)
    assert "court-root.pem" in told
    assert "already" in refused
    assert found is not None
    assert "CN=Київ" == found.subject


def test_without_a_key_there_is_none(settings: Settings) -> None:
    """A deployment without a court key has unsigned statements, and doctor says so."""
    assert court_key(settings) is None
    assert "unsigned" in CHECKS["court"](settings)


def test_a_key_that_is_set_is_used(settings: Settings, tmp_path: Path) -> None:
    """Files named by settings come before those of the data folder; a missing one is a fault, never unsigned."""
    make_court_key(tmp_path / "given", "Court", datetime.now(UTC))
    files = {
        "court_key": tmp_path / "given/court.key",
        "court_certificates": tmp_path / "given/court.pem",
    }
    found = court_key(settings.model_copy(update=files))

    assert found is not None
    assert "CN=Court" == found.subject
    with pytest.raises(Unavailable):
        court_key(settings.model_copy(update=files | {"court_key": tmp_path / "none"}))


def test_doctor_finds_a_certificate_that_has_ended(settings: Settings) -> None:
    """A court key of 2020 is bad now."""
    make_court_key(settings.data_dir / "court", "Court", datetime(2020, 1, 1, tzinfo=UTC))

    with pytest.raises(Unavailable, match="not valid now"):
        CHECKS["court"](settings)


def test_a_silent_authority_holds_no_bundle_up(settings: Settings) -> None:
    """Where no authority gives a token the statement is signed without one."""
    key = make_court_key(settings.data_dir / "court", "Court", datetime.now(UTC))
    silent = Authority("silent", "http://127.0.0.1:9/", ())
    stamping = SimpleNamespace(authorities=(silent,))
    services: Any = SimpleNamespace(time_stamps=SimpleNamespace(stamping=stamping))
    story, _, video = eventful()
    found = bundled(story, [video])
    signed = court_papers._signed(services, "bundle/x", us_902(found.facts, "en"), key)

    assert b"/ETSI.CAdES.detached" in signed


def test_a_bundle_that_nobody_would_read_has_no_papers(settings: Settings) -> None:
    """Above the limit of entries there is no paper, and none is begun."""
    records: Any = SimpleNamespace(indexes=range(court_papers.MOST + 1), bundle="bundle/x")
    services: Any = SimpleNamespace(settings=settings)

    assert {} == court_papers.papers_for_zip(services, records, b"", ())
