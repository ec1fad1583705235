"""Records in pieces, checked here or in processes: the same is found, and what ends early gives no verdict."""

from __future__ import annotations

import json
import marshal
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from custody.canonical import Json, canonical
from custody_verifier import pieces, workers
from custody_verifier.archive import Archive
from custody_verifier.bundle import check_bundle
from custody_verifier.checking import Checked, check_piece
from custody_verifier.command import main
from custody_verifier.entry import Entry
from custody_verifier.errors import Malformed, Stopped
from custody_verifier.merkle import leaf_hash, root_of
from custody_verifier.options import Options
from custody_verifier.packing import Packed, pack, unpack
from custody_verifier.pieces import Cut, Cutting, Piece, read_piece
from custody_verifier.policy import read_policy
from tests.support.bundle_longer import renewed
from tests.support.bundles import Parts, parts, usual
from tests.support.trees import policy

TOLD = usual()
SIZE, ROOT = len(TOLD.log.entries), root_of(map(leaf_hash, TOLD.log.entries))
LINES = ("entries", "proofs", "disclosures")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of three entries, and two cores."""
    monkeypatch.setattr(pieces, "MOST_ENTRIES", 3)
    monkeypatch.setattr(workers, "cores", lambda: 2)


def _read(folder: Path, some: Parts) -> list[Piece]:
    return [read_piece(folder / "bundle.zip", cut) for cut in _cut(folder, some)]


def _cut(folder: Path, some: Parts) -> list[Cut]:
    (folder / "bundle.zip").write_bytes(some.zip())
    archive = Archive.open(folder / "bundle.zip")
    try:
        return list(Cutting(archive).pieces())
    finally:
        archive.close()


def _changed(name: str, at: int, **members: Json) -> Parts:
    """Return the usual bundle with members of one line replaced."""
    some = parts(TOLD)
    lines = some.files[f"data/{name}.jsonl"].splitlines()
    lines[at] = canonical(json.loads(lines[at]) | members)
    some.files[f"data/{name}.jsonl"] = b"".join(line + b"\n" for line in lines)
    return some


def _odd() -> Parts:
    """Return a bundle with one of each: false path, unreadable entry, altered and stray disclosures, odd acts."""
    some = _changed("proofs", 1, path=[])
    entries = some.files["data/entries.jsonl"].splitlines()
    for at, members in ((2, {"version": 0}), (4, {"type": "case.closed.v9"}), (5, {"public": {"odd": 1}})):
        found = json.loads(entries[at])
        found["act"] |= members
        entries[at] = canonical(found)
    newer = json.loads(entries[7])
    newer["signature"]["algorithm"] = "ml-dsa-87"
    entries[7] = canonical(newer)
    some.files["data/entries.jsonl"] = b"".join(line + b"\n" for line in entries)
    opened = [json.loads(line) for line in some.files["data/disclosures.jsonl"].splitlines()]
    opened[-1]["disclosures"][0][2] = "altered"
    opened += [{"disclosures": [["A" * 22, "a", None]], "index": index} for index in (900, 901)]
    some.files["data/disclosures.jsonl"] = b"".join(canonical(line) + b"\n" for line in opened)
    return some


def _as_told(found: Checked) -> Entry | None:
    """Return an entry without commitments, and without its message where its signature was looked at."""
    if found.entry is None:
        return None
    act = found.entry.act
    message = act.message if found.refused is None else b""
    return replace(found.entry, act=replace(act, body=dict.fromkeys(act.body, ""), message=message))


def _checked(folder: Path, cut: list[Cut], processes: int | None = None) -> list[Checked | int]:
    return list(workers.checked(folder / "bundle.zip", cut, SIZE, ROOT, processes))


def _packed(found: list[Checked | int]) -> list[Packed | int]:
    return [each if isinstance(each, int) else pack(each) for each in found]


# --- pieces -------------------------------------------------------------------------------------------------


def test_pieces_hold_every_line_once(tmp_path: Path) -> None:
    """Put together again, pieces are the files; each says where its lines stand, and what is before it."""
    some = parts(TOLD)
    cut = _read(tmp_path, some)
    for name in LINES:
        lines = [line for piece in cut for line in getattr(piece, name)]
        assert b"".join(line + b"\n" for line in lines) == some.files[f"data/{name}.jsonl"]
    number, at, before = 1, 1, -1
    for piece in cut:
        assert (piece.number, piece.at, piece.before) == (number, at, before)
        number, at = number + len(piece.entries), at + len(piece.disclosures)
        before = json.loads(piece.proofs[-1])["index"] if piece.proofs else before
    assert len(cut) > 3


def test_pieces_are_small_in_bytes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disclosures of entries that are not here fill pieces as well."""
    monkeypatch.setattr(pieces, "MOST_BYTES", 100)
    some = parts(TOLD)
    stray = [canonical({"disclosures": [["A" * 22, "a", "x" * 90]], "index": 900 + at}) for at in range(4)]
    some.files["data/disclosures.jsonl"] += b"".join(line + b"\n" for line in stray)
    cut = _read(tmp_path, some)
    assert [piece.disclosures for piece in cut[-5:]] == [*([line] for line in stray), []]
    assert {len(piece.entries) for piece in cut} == {0, 1}


def test_keys_of_a_piece(tmp_path: Path) -> None:
    """A piece has the keys that its entries name and that were carried so far; what is no key is passed over."""
    cut = _read(tmp_path, parts(TOLD))
    taras = TOLD.story.person("taras").key
    named = [taras.fingerprint in piece.keys for piece in cut]
    assert [piece.keys[taras.fingerprint] for piece in cut if taras.fingerprint in piece.keys] == [
        taras.spki
    ] * sum(named)
    assert any(named)
    some = parts(TOLD)
    founding = some.files["data/entries.jsonl"].partition(b"\n")[0]
    odd = founding.replace(b'"spki":"', b'"spki":"A="},"x":{"spki":"', 1)
    some.files["data/entries.jsonl"] = some.files["data/entries.jsonl"].replace(founding, odd)
    assert [piece.keys for piece in _read(tmp_path, some)] == [piece.keys for piece in cut]


@pytest.mark.parametrize(
    ("some", "words"),
    [
        (
            _changed("disclosures", 1, index=0),
            r"disclosures\.jsonl:2: is not disclosures by name, or does not",
        ),
        (_changed("proofs", 1, index=0), r"proofs\.jsonl:2: does not ascend"),
        (_changed("proofs", 3, index="3"), r"proofs\.jsonl:4: has no number"),
    ],
    ids=["disclosures", "proofs", "text"],
)
@pytest.mark.parametrize("processes", [1, 2])
def test_records_that_are_not_of_one_piece(tmp_path: Path, some: Parts, words: str, processes: int) -> None:
    """The line at fault is named, whoever found it."""
    with pytest.raises(Malformed, match=words):
        _checked(tmp_path, _cut(tmp_path, some), processes)


def test_a_zip_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """Pieces that are no longer where they were are named, here and from processes; so is a zip that is gone."""
    cut, path = _cut(tmp_path, parts(TOLD)), tmp_path / "bundle.zip"
    whole = path.read_bytes()
    at, size, _ = cut[3].proofs
    for changed in (whole[:at] + b"\n" + whole[at + 1 :], whole[: at + size - 1] + b"x" + whole[at + size :]):
        path.write_bytes(changed)
        for processes in (1, 2):
            with pytest.raises(Malformed, match="zip: changed while it was read"):
                _checked(tmp_path, cut, processes)
    path.unlink()
    for processes in (1, 2):
        with pytest.raises(FileNotFoundError, match=r"bundle\.zip"):
            _checked(tmp_path, cut, processes)


# --- processes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("some", [parts(TOLD), parts(renewed()), _odd()], ids=["usual", "renewed", "odd"])
def test_what_is_packed_is_what_was_found(tmp_path: Path, some: Parts) -> None:
    """A piece checked by `work_on` gives the same entries, values, faults and forms as one checked here."""
    path = tmp_path / "bundle.zip"
    for piece in _cut(tmp_path, some):
        here = list(check_piece(read_piece(path, piece), SIZE, ROOT))
        packed, strays = marshal.loads(workers.work_on(marshal.dumps((str(path), (*piece,), SIZE, ROOT))))
        entries = [each for each in here if isinstance(each, Checked)]
        assert strays == [each for each in here if isinstance(each, int)]
        assert packed == _packed(list(entries))
        for each, expected in zip(packed, entries, strict=True):
            found = unpack(each)
            assert (found.entry, pack(found)) == (_as_told(expected), each)
            told = (None if found.form is None else str(found.form.fault)), str(found.refused)
            assert told == (
                (None if expected.form is None else str(expected.form.fault)),
                str(expected.refused),
            )


def test_processes_find_the_same(tmp_path: Path) -> None:
    """In two processes, everything is found in the order in which one finds it."""
    cut = _cut(tmp_path, _odd())
    alone = _checked(tmp_path, cut, 1)
    assert _packed(_checked(tmp_path, cut)) == _packed(alone)
    codes = {code for each in alone if isinstance(each, Checked) for code, _ in each.faults}
    assert codes == {"entry.proof", "entry.unreadable", "disclosure.altered"}
    assert [each for each in alone if isinstance(each, int)] == [900, 901]


def test_few_pieces_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below three pieces, and on one core, all is checked here."""
    monkeypatch.setattr(workers, "ProcessPoolExecutor", None)
    cut = _cut(tmp_path, parts(TOLD))
    assert len(_checked(tmp_path, cut[:2], 8)) == 6
    monkeypatch.setattr(workers, "cores", lambda: 1)
    assert len(_checked(tmp_path, cut)) == len(TOLD.log.entries)


def test_the_verdict_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bundle in many pieces has the verdict of a bundle in one."""
    for told in (parts(TOLD), _odd()):
        path, options = tmp_path / "bundle.zip", Options(policy=read_policy(policy()))
        path.write_bytes(told.zip())
        many = check_bundle(path, options).as_json()
        with monkeypatch.context() as usually:
            usually.setattr(pieces, "MOST_ENTRIES", 500)
            assert check_bundle(path, options).as_json() == many


def test_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cores that this process may use are counted, or those of the machine."""
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5, 7}, raising=False)
    assert workers.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert workers.cores() == 1


def _end(_work: bytes) -> bytes:
    """End the process in the middle of its work, as the system does when there is no more memory."""
    os._exit(3)


def test_a_process_that_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without all that was to be checked there is no verdict, and nobody says that the bundle is at fault."""
    cut = _cut(tmp_path, parts(TOLD))
    monkeypatch.setattr(workers, "work_on", _end)
    with pytest.raises(Stopped, match="a process that checked entries ended before its work did"):
        _checked(tmp_path, cut)
    assert main([str(tmp_path / "bundle.zip")]) == 2
    assert "there is no verdict: a process that checked entries ended" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("threads", "system", "expected"), [(1, "linux", "fork"), (2, "linux", "spawn"), (1, "darwin", "spawn")]
)
def test_a_process_is_copied_only_while_it_has_one_thread(
    monkeypatch: pytest.MonkeyPatch, threads: int, system: str, expected: str
) -> None:
    """A fork beside another thread could copy a lock that nobody will ever release."""
    monkeypatch.setattr(workers, "active_count", lambda: threads)
    monkeypatch.setattr(sys, "platform", system)
    assert expected == workers.start_method()
