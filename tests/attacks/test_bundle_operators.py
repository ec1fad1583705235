"""The operator of a ledger, with its log key and its service's key, who seals and issues less than there is.

Nothing in such a bundle contradicts itself: what others hold, a copy of the log or one receipt, shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from custody.values import PersonId, StreamName
from events.bundling import scope
from events.bundling.guard import sealing_of
from events.bundling.streams import StreamEntry, Streams
from events.database import Database
from events.ledger import StoredLedger
from tests.support.bundles import Told, ask, begin
from tests.support.server_bundles import records_of, told_anchors, zipped_records
from tests.support.told import stored_ledger, write
from tests.support.verdicts import answers, failing, verdict_on

LEFT_OUT = ("order", "entry.left-out")


class Blind(Streams):
    """The program's reading of streams, changed so that it passes some entries over."""

    hidden: Callable[[StreamEntry], bool]

    def entries(self, streams: Sequence[StreamName]) -> Iterator[StreamEntry]:
        """Yield what is not hidden."""
        return (each for each in super().entries(streams) if not type(self).hidden(each))

    def numbered(self, case: object) -> Iterator[tuple[int, StreamName]]:
        """Yield the numbers of exhibits whose intake is not hidden."""
        kept = [(number, stream) for number, stream in super().numbered(case) if list(self.entries([stream]))]  # type: ignore[arg-type]
        yield from kept


def _last_transfer(told: Told) -> Callable[[StreamEntry], bool]:
    last = max(each.index for each in told.story.entries if each.entry.act.stream == told.video)
    return lambda entry: entry.index == last


def _exhibit(told: Told) -> Callable[[StreamEntry], bool]:
    return lambda entry: entry.stream == told.telephone


def _revocation(told: Told) -> Callable[[StreamEntry], bool]:
    taras = told.story.person("taras")
    public = {"key": taras.key.fingerprint, "untrusted_since": None}
    told.story.tell("olena", "person.key-revoked.v1", taras.person, public, {"reason": "stolen"})
    last = len(told.story.entries) - 1
    return lambda entry: entry.index == last


LIES = {
    "the last transfer": _last_transfer,
    "an exhibit of the case": _exhibit,
    "the revocation of a key": _revocation,
}


def _told(lie: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Told, int]:
    """Return a story, with the first entry that the operator's program is blind to."""
    told = begin()
    hidden = LIES[lie](told)
    monkeypatch.setattr(Blind, "hidden", staticmethod(hidden), raising=False)
    monkeypatch.setattr(scope, "Streams", Blind)
    first = next(
        each.index
        for each in told.story.entries
        if hidden(_entry(each.index, str(each.entry.act.stream), each.entry.data))
    )
    return told, first


def _entry(index: int, stream: str, data: bytes) -> StreamEntry:
    return StreamEntry(
        index=index,
        stream=StreamName(stream),
        version=1,
        type="",
        actor=PersonId(""),
        public={},
        data=data,
        named=(),
        number=None,
    )


def _bundle(ledger: StoredLedger, told: Told) -> bytes:
    """Let the service seal what its program finds, and return the zip."""
    ask(told, told.case)
    request = told.story.entries[told.asked].entry.act
    write(ledger, told.story)
    sealing = sealing_of(ledger, request, told.at)
    told.story.record(told.story.compose("service", "bundle.sealed.v1", told.bundle, sealing))
    write(ledger, told.story)
    size = len(told.story.entries)
    anchors = told_anchors(told, [size])
    records = records_of(ledger, told, anchors[0].checkpoint, anchors)
    return zipped_records(records, anchors[0].checkpoint, anchors, told.files)


@pytest.mark.parametrize("lie", LIES)
def test_what_the_operator_left_out(
    sqlite_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    lie: str,
) -> None:
    """Alone the bundle is attested, and says so; with the log, or with a receipt of what is gone, it fails."""
    told, gone = _told(lie, monkeypatch)
    data = _bundle(stored_ledger(sqlite_database, told.story), told)
    _, alone = verdict_on(data, tmp_path, capsys)
    assert set() == failing(alone)
    assert "attested" == alone["questions"]["order"]["basis"]
    receipt = told.log.entries[gone] + b"\n" + told.log.receipt(gone)
    for status, verdict in (
        verdict_on(data, _folder(tmp_path, "log"), capsys, log=told.log),
        verdict_on(data, _folder(tmp_path, "receipt"), capsys, receipts={"their.receipt": receipt}),
    ):
        assert (1, "fails") == (status, answers(verdict)["order"])
        assert LEFT_OUT in failing(verdict)


def _folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_numbers_that_the_database_lost(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Honest programs over a database whose last number was deleted seal too little: the log shows it."""
    told = begin()
    ledger = stored_ledger(sqlite_database, told.story)
    with sqlite_database.transaction() as session:
        session.execute("DROP TRIGGER ordinal_refuses_delete")
        session.execute("DELETE FROM ordinal WHERE ordinal = 2")
    data = _bundle(ledger, told)
    assert set() == failing(verdict_on(data, tmp_path, capsys)[1])
    status, verdict = verdict_on(data, _folder(tmp_path, "log"), capsys, log=told.log)
    assert LEFT_OUT in failing(verdict)
    assert 1 == status


def test_an_honest_program_leaves_nothing_out(sqlite_database: Database) -> None:
    """The same story, sealed by the program as it is, holds all that the lies leave out."""
    told = begin()
    data = _bundle(stored_ledger(sqlite_database, told.story), told)
    assert [] == [at for at, line in told.lines() if line not in data]
