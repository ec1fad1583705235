"""Branches of the verifier that no vector reaches: odd policies, logs and zips; and no mutant ends in a traceback."""

from __future__ import annotations

import struct
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from custody.canonical import Json, canonical
from custody.values import to_base64
from custody_verifier import note, trust
from custody_verifier.anchors import Brackets
from custody_verifier.archive import Archive
from custody_verifier.batches import Batches
from custody_verifier.bundle import check_bundle
from custody_verifier.copies import Copy
from custody_verifier.entry import MAX_VALUE, Act, check_disclosure, read_entry
from custody_verifier.errors import Failed, Malformed
from custody_verifier.files import recorded_files
from custody_verifier.ledger_copy import check_log
from custody_verifier.options import Options
from custody_verifier.policy import Backing, judge, read_policy
from custody_verifier.records import read_heads
from custody_verifier.verdict import Findings, require
from custody_verifier.walk import Intake
from tests.support.bundle_longer import renewed
from tests.support.bundles import begin, parts, usual
from tests.support.ml_dsa_lines import LOG_ML_DSA
from tests.support.mutants import mutants
from tests.support.trees import LOG, ORIGIN, WITNESS, Log, Signer, policy

TOLD = usual()


@pytest.mark.timeout(120)
def test_no_mutant_ends_in_a_traceback(tmp_path: Path) -> None:
    """Whatever was changed, there is a verdict that fails or is open, or the bundle cannot be read."""
    path, seen = tmp_path / "bundle.zip", set()
    for mutant in mutants(300_000, 160):
        path.write_bytes(mutant.data)
        trusted = None if mutant.trust is None else read_policy(mutant.trust)
        try:
            seen.add(check_bundle(path, Options(policy=trusted, ledger=mutant.ledger)).exit_status())
        except Malformed:
            seen.add(2)
    assert {1, 2} <= seen <= {0, 1, 2, 3}


def test_a_cosignature_beyond_the_calendar() -> None:
    """A time from the year 9999 on is no moment of a bracket."""
    brackets, checkpoint = Brackets(), trust.read(TOLD.log.checkpoint(3), "checkpoint")
    cosigned = {"w1": 253_370_764_800}
    brackets.witness(
        Backing(checkpoint=checkpoint, cosigned=cosigned, uncounted=(), missing=(), quorum="w1", met=True)
    )
    assert brackets.cosigned == []


def test_policies_with_more_lines() -> None:
    """URLs are kept; a log's ML-DSA line is judged where it may be; a vkey that is no text is refused."""
    data = policy().replace(b"\nquorum", b" https://w.example/\nquorum")
    assert "https://w.example/" in read_policy(data).urls.values()
    assert read_policy(data).log(ORIGIN) is not None
    both = f"log {LOG_ML_DSA.cosigner.vkey}\n".encode() + policy(quorum="none")
    assert judge(read_policy(both), TOLD.log.checkpoint(3)).met
    for odd in (
        b"log \xff+00000000+AA==\nquorum none\n",
        b"".join(f"group g{n} any w1\n".encode() for n in range(2)) + b"quorum none\n",
    ):
        with pytest.raises(Malformed):
            read_policy(odd)


def test_policies_with_too_many_lines() -> None:
    """A policy has at most 100 logs, witnesses and groups."""
    witnesses = [Signer.of(f"w{number}", 4) for number in range(101)]
    assert len(read_policy(policy(quorum="none", witnesses=witnesses[:100])).witnesses) == 100
    with pytest.raises(Malformed, match="policy:102: is one line too many: at most 100 of a kind"):
        read_policy(policy(quorum="none", witnesses=witnesses))


def test_notes_that_are_none() -> None:
    """A note over a million bytes, a line without a signature, and a checkpoint of another origin are refused."""
    for odd in (b"x" * 1_000_001, "a\n\n— b AAAA\n".encode()):
        with pytest.raises(Malformed):
            note.read_note(odd)
    stranger = note.read_vkey(replace(LOG, name="other.example/00000000").vkey)
    text = TOLD.log.text(3)
    data = f"{text}\n{replace(LOG, name=stranger.name).line(text)}".encode()
    with pytest.raises(Failed):
        note.check_checkpoint(data, stranger)


def test_a_log_with_the_root_of_another(tmp_path: Path) -> None:
    """Tiles that fit the entries do not help when the checkpoint has another root."""
    TOLD.log.folder(tmp_path / "log")
    size = len(TOLD.log.entries)
    (tmp_path / "log/checkpoint").write_bytes(Log((*TOLD.log.entries[:-1], b"x")).checkpoint(size))
    with pytest.raises(Failed):
        Copy.open(tmp_path / "log", [size]).read(lambda _index, _data: None)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 512])
def test_logs_of_any_size(tmp_path: Path, size: int) -> None:
    """A log whose last tile is full has no narrower one beside it; an empty one has no tile at all."""
    made = Log(tuple(str(number).encode() for number in range(size)))
    if size:
        made.folder(tmp_path / "log")
    else:
        (tmp_path / "log").mkdir()
        text = f"{ORIGIN}\n0\n{to_base64(sha256().digest())}\n"
        (tmp_path / "log/checkpoint").write_text(f"{text}\n{LOG.line(text)}", encoding="utf-8")
    read: list[int] = []
    Copy.open(tmp_path / "log", []).read(lambda index, _data: read.append(index))
    assert list(range(size)) == read


def _codes_of_log(folder: Path, entries: tuple[bytes, ...]) -> set[tuple[str, str, tuple[int, ...]]]:
    verdict = check_log(Log(entries).folder(folder), Options(policy=read_policy(policy())))
    return {
        (question.value, finding.code, finding.entries)
        for question, answer in verdict.answers.items()
        for finding in answer.findings
    }


def test_a_log_without_a_founding(tmp_path: Path) -> None:
    """Where entry 0 cannot be read, the rest is judged at its place, and nobody is known who could sign."""
    found = _codes_of_log(tmp_path / "log", (b"none", *TOLD.log.entries[1:3]))
    assert ("integrity", "entry.unreadable", (0,)) in found
    assert ("order", "order.gap", (1,)) in found
    assert {entries for _, code, entries in found if code == "act.other-ledger"} == {(1,), (2,)}


def test_a_log_with_an_act_of_nobody(tmp_path: Path) -> None:
    """An act by a person whom nobody enrolled is found; its signature is not counted as one that holds."""
    told = begin()
    story, entries = told.story, told.log.entries
    closing = story.compose("stranger", "case.closed.v1", told.case, {}, {"reason": "x"})
    story.record(closing)
    found = _codes_of_log(tmp_path / "log", told.log.entries)
    assert ("authorship", "actor.unknown", (len(entries),)) in found
    usual_codes = _codes_of_log(tmp_path / "before", entries)
    assert {code for _, code, _ in found} - {code for _, code, _ in usual_codes} == {"actor.unknown"}


def test_a_value_that_is_too_long() -> None:
    """A value of a body is at most 1 MiB."""
    act: Act = read_entry(TOLD.log.entries[0]).act
    with pytest.raises(Malformed):
        check_disclosure(act, ["A" * 22, "deployment", "x" * MAX_VALUE])


def test_a_batch_that_is_not_whole() -> None:
    """Where every entry is given, a batch is found of which an act is missing, or stands elsewhere."""
    entries = [(index, read_entry(line)) for index, line in enumerate(renewed().log.entries)]
    together = [(index, entry) for index, entry in entries if entry.signature.batch is not None]
    for shown, found in (
        (entries, set()),
        (together[:2], {("order", "order.batch")}),
        ([together[0], together[2], (together[1][0] + 9, together[1][1])], {("order", "order.batch")}),
    ):
        findings = Findings()
        batches = Batches(findings)
        for index, entry in shown:
            batches.take(index, entry)
        batches.close()
        assert findings.codes() == found


def test_requirements_that_are_none() -> None:
    """A question of another name is refused in words."""
    with pytest.raises(ValueError, match="is none of"):
        require(["truth"])


def _status(tmp_path: Path, data: bytes) -> int:
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    try:
        return check_bundle(path, Options(policy=read_policy(policy()))).exit_status()
    except Malformed:
        return 2


def test_heads_with_the_bundles_own_stream(tmp_path: Path) -> None:
    """The bundle's own stream has no line among the heads."""
    some = parts(TOLD)
    line: list[Json] = [TOLD.bundle, 2, "0" * 64]
    some.files["data/heads.jsonl"] = canonical(line) + b"\n" + some.files["data/heads.jsonl"]
    assert _status(tmp_path, some.zip()) == 1


def test_a_stream_with_two_heads(tmp_path: Path) -> None:
    """A stream stands once among the heads."""
    some = parts(TOLD)
    head = some.files["data/heads.jsonl"].partition(b"\n")[0]
    some.files["data/heads.jsonl"] = head + b"\n" + some.files["data/heads.jsonl"]
    assert _status(tmp_path, some.zip()) == 2
    archive = Archive.open(tmp_path / "bundle.zip")
    with pytest.raises(Malformed, match=r"heads\.jsonl:2: names a stream twice"):
        read_heads(archive)
    archive.close()


def test_counts_in_disorder(tmp_path: Path) -> None:
    """`withheld` is sorted, each name once."""
    some = parts(TOLD)
    header = some.files["data/bundle.json"].replace(b'"withheld":[]', b'"withheld":[["b",1],["a",1]]')
    some.files["data/bundle.json"] = header
    assert _status(tmp_path, some.zip()) == 2


def test_a_gap_before_the_directory(tmp_path: Path) -> None:
    """Bytes between the last file and the directory are unreadable, even where the end record knows of them."""
    data = parts(TOLD).zip()
    begin = struct.unpack_from("<I", data, len(data) - 6)[0]
    moved = data[:begin] + b"\0" * 7 + data[begin:-6] + struct.pack("<IH", begin + 7, 0)
    assert _status(tmp_path, moved) == 2


def test_a_directory_that_ends_early(tmp_path: Path) -> None:
    """A size of the directory that cuts a header is unreadable."""
    data = parts(TOLD).zip()
    size = struct.unpack_from("<I", data, len(data) - 10)[0]
    path = tmp_path / "bundle.zip"
    for short in (30, 80):  # within the names, and within the last header
        path.write_bytes(data[:-10] + struct.pack("<I", size - short) + data[-6:])
        with pytest.raises(Malformed, match="has a directory that is cut off"):
            Archive.open(path)


def test_a_file_that_is_said_to_begin_elsewhere(tmp_path: Path) -> None:
    """Files follow on each other: where the directory says otherwise, a zip is unreadable."""
    data = parts(TOLD).zip()
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1) + 42
    begin = struct.unpack_from("<I", data, second)[0]
    (tmp_path / "bundle.zip").write_bytes(data[:second] + struct.pack("<I", begin + 1) + data[second + 4 :])
    with pytest.raises(Malformed, match="has a gap, or bytes that overlap"):
        Archive.open(tmp_path / "bundle.zip")


def test_a_directory_that_is_longer_than_its_files(tmp_path: Path) -> None:
    """Bytes after the last header that count as the directory's are not of the profile."""
    data = parts(TOLD).zip()
    size, begin = struct.unpack_from("<II", data, len(data) - 10)
    longer = data[:-22] + b"odd" + data[-22:-10] + struct.pack("<IIH", size + 3, begin, 0)
    assert _status(tmp_path, longer) == 1
    archive = Archive.open(tmp_path / "bundle.zip")
    assert archive.odd == ("the end of the directory",)
    archive.close()


def test_a_file_with_another_header_of_its_own(tmp_path: Path) -> None:
    """What stands before a file's bytes is what the directory says, or the file is named as odd."""
    data = parts(TOLD).zip()
    at = data.index(b"/data/bundle.json") - len(TOLD.bundle)
    dated = at - 18  # the date in the local header
    assert struct.unpack_from("<H", data, dated)[0] == 33
    other = data[:dated] + struct.pack("<H", 34) + data[dated + 2 :]
    assert _status(tmp_path, other) == 1
    archive = Archive.open(tmp_path / "bundle.zip")
    assert archive.odd == ("data/bundle.json",)
    archive.close()


def test_a_sealing_without_its_request(tmp_path: Path) -> None:
    """Where the request was left out, so is what it asked for: completeness fails."""
    told = usual()
    told.hidden = {told.asked}
    path = tmp_path / "bundle.zip"
    path.write_bytes(parts(told).zip())
    verdict = check_bundle(path, Options(policy=read_policy(policy())))
    codes = {each.code for answer in verdict.answers.values() for each in answer.findings}
    assert codes >= {"seal.missing", "order.chain"}
    assert verdict.exit_status() == 1


def test_files_of_another_exhibit() -> None:
    """A file is recorded by the first intake of an exhibit of the scope that names it."""
    first, again, other = (
        Intake(exhibit, "file", index, {})
        for index, exhibit in enumerate(("exhibit/a", "exhibit/a", "exhibit/b"))
    )
    assert recorded_files([other, first, again], {"exhibit/a"}) == {"file": first}
    assert recorded_files([other], {"exhibit/a"}) == {}


def test_cosigned_by_a_witness_alone() -> None:
    """Who is not in the policy is not counted."""
    time = int(TOLD.story.now.timestamp())
    found = judge(read_policy(policy(quorum="none")), TOLD.log.checkpoint(3, (WITNESS, time)))
    assert list(found.cosigned) == ["w1"]
