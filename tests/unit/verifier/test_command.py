"""The command `custody-verify`: what it takes, what it prints, and its exit status."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from custody.canonical import Json
from custody_verifier.command import main
from custody_verifier.copies import Copy, _path
from custody_verifier.rules.names import RULES
from custody_verifier.ukrainian import SENTENCES
from tests.support.bundles import TSA, Told, issue, parts, usual
from tests.support.composing import Officer
from tests.support.trees import WITNESS, Log, Signer, policy

NOW = 1_795_000_000


@pytest.fixture(scope="module")
def told() -> Told:
    """A case with its bundle."""
    return usual()


@pytest.fixture
def folder(told: Told, tmp_path: Path) -> Path:
    """A bundle with what a reader has beside it."""
    (tmp_path / "bundle.zip").write_bytes(parts(told, anchors=[10]).zip())
    (tmp_path / "trust").write_bytes(policy())
    (tmp_path / "root.pem").write_bytes(TSA.pem("The root of the test's TSA.\n"))
    told.log.folder(tmp_path / "log", (WITNESS, NOW))
    (tmp_path / "7.entry").write_bytes(told.log.entries[7])
    (tmp_path / "7.tlog-proof").write_bytes(told.log.receipt(7, (WITNESS, NOW)))
    return tmp_path


def _run(folder: Path, *words: str) -> int:
    return main([*words, "--trust", str(folder / "trust")])


def test_a_receipt_with_its_entry(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt holds with its entry, given apart or found beside it, and with no other."""
    proof, entry = str(folder / "7.tlog-proof"), str(folder / "7.entry")
    assert _run(folder, "receipt", proof, entry) == 0
    assert _run(folder, "receipt", proof) == 0
    assert "Grade: witnessed" in capsys.readouterr().out
    (folder / "8.entry").write_bytes((folder / "7.entry").read_bytes() + b" ")
    assert _run(folder, "receipt", proof, str(folder / "8.entry")) == 1
    assert main(["receipt", proof]) == 3
    assert _run(folder, "receipt", proof, "--ledger", "0" * 64) == 1
    (folder / "alone.tlog-proof").write_bytes((folder / "7.tlog-proof").read_bytes())
    assert _run(folder, "receipt", str(folder / "alone.tlog-proof")) == 2


@pytest.mark.parametrize(
    ("surroundings", "word"),
    [
        ({"LANG": "uk_UA.UTF-8"}, "Висновок"),
        ({"LC_ALL": "uk_UA.UTF-8", "LANG": "en_GB.UTF-8"}, "Висновок"),
        ({"LC_ALL": "", "LC_MESSAGES": "uk_UA.UTF-8"}, "Висновок"),
        ({"LC_ALL": "C.UTF-8", "LANG": "uk_UA.UTF-8"}, "Conclusion"),
        ({}, "Conclusion"),
    ],
)
def test_the_language_is_that_of_the_surroundings(
    folder: Path,
    surroundings: dict[str, str],
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What stands first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG counts, as for other programs."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)

    assert _run(folder, "receipt", str(folder / "7.tlog-proof")) == 0
    assert word in capsys.readouterr().out


def test_a_copy_of_the_log(folder: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy of the log is judged as a whole ledger; a tile or an entry that does not fit is found."""
    assert _run(folder, "log", str(folder / "log")) == 0
    assert _run(folder, "log", str(folder / "log"), "--ledger", "0" * 64) == 1
    capsys.readouterr()
    size = len(told.log.entries)
    tile = folder / f"log/tile/0/000.p/{size}"
    tile.write_bytes(bytes(32 * size))
    assert _run(folder, "log", str(folder / "log")) == 1
    assert "log.refused" in capsys.readouterr().out
    entries = folder / f"log/tile/entries/000.p/{size}"
    entries.write_bytes(entries.read_bytes()[:-1])
    assert _run(folder, "log", str(folder / "log")) == 1
    entries.unlink()
    assert _run(folder, "log", str(folder / "log")) == 1
    (folder / "log/checkpoint").unlink()
    assert _run(folder, "log", str(folder / "log")) == 2


def test_entries_of_a_log_that_are_none(folder: Path, told: Told) -> None:
    """An entry that cannot be read leaves its place, and the rest is judged."""
    odd = replace(told.log, entries=(*told.log.entries[:5], b"none", *told.log.entries[6:]))
    odd.folder(folder / "odd", (WITNESS, NOW))
    assert _run(folder, "log", str(folder / "odd")) == 1
    torn = replace(told.log, entries=told.log.entries)
    torn.folder(folder / "torn")
    (folder / "torn/checkpoint").write_bytes(torn.checkpoint(5, (WITNESS, NOW)))
    assert _run(folder, "log", str(folder / "torn")) == 1


def test_a_long_log(folder: Path) -> None:
    """Tiles above the lowest level, and names of more than three digits, are read too."""
    long = Log(tuple(str(number).encode() for number in range(700)))
    long.folder(folder / "long")
    copy = Copy.open(folder / "long", [300])
    seen: list[int] = []
    copy.read(lambda index, _data: seen.append(index))
    assert list(range(700)) == seen
    assert [_path(5), _path(1_234_067)] == ["005", "x001/x234/067"]


def test_logs_beside_a_bundle(folder: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """A log that is shorter, of another origin, or broken, does not make completeness checked."""
    other = Signer.of("other.example/5f1a2b3c")
    for name, log, code in (
        ("short", Log(told.log.entries[:9]), "log.short"),
        ("other", replace(told.log, signer=other), "log.refused"),
        ("twin", Log(told.log.entries, other), "log.refused"),
    ):
        log.folder(folder / name)
        _run(folder, str(folder / "bundle.zip"), "--log", str(folder / name))
        assert code in capsys.readouterr().out
    both = folder / "both.policy"
    both.write_bytes(f"log {other.vkey}\n".encode() + policy())
    main([str(folder / "bundle.zip"), "--log", str(folder / "twin"), "--trust", str(both)])
    assert "another origin" in capsys.readouterr().out
    main([str(folder / "bundle.zip"), "--log", str(folder / "log")])
    assert "no policy says which log to trust" in capsys.readouterr().out


def test_a_file_is_recognised(folder: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """A file on disk is one of those recorded, or none."""
    name, data = next(iter(told.files.items()))
    (folder / "video.mp4").write_bytes(data)
    assert _run(folder, str(folder / "bundle.zip"), "--file", str(folder / "video.mp4")) == 0
    assert f"is file {name}" in capsys.readouterr().out
    (folder / "video.mp4").write_bytes(data + b"!")
    assert _run(folder, str(folder / "bundle.zip"), "--file", str(folder / "video.mp4")) == 1


@pytest.mark.parametrize(("language", "words"), [("uk", "Ступінь"), ("en", "Grade")])
def test_both_languages(
    folder: Path,
    language: str,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The verdict is told in the language asked for, or in that of the environment."""
    main([str(folder / "bundle.zip"), "--language", language])
    assert words in capsys.readouterr().out
    monkeypatch.setenv("LANGUAGE", f"{language}_XX.UTF-8")
    main([str(folder / "bundle.zip")])
    assert words in capsys.readouterr().out


def test_what_is_asked_for_is_required(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--require chooses the questions; --person pins keys; both refuse what they do not know."""
    bundle, pem = str(folder / "bundle.zip"), str(folder / "root.pem")
    petro = Officer.of("petro")
    pin = f"{petro.person}={petro.key.fingerprint}"
    assert main([bundle, "--require", "files"]) == 0
    assert _run(folder, bundle, "--person", pin, "--tsa-root", pem, "--require", "time,files") == 3
    capsys.readouterr()
    assert _run(folder, bundle, "--person", pin, "--json") == 0
    json.loads(capsys.readouterr().out)
    assert _run(folder, bundle, "--require", "beauty") == 2
    assert _run(folder, bundle, "--person", "petro") == 2
    assert _run(folder, bundle, "--ledger", "xyz") == 2
    assert _run(folder, "nowhere.zip") == 2
    assert main(["--help"]) == 0
    assert main([]) == 2


def test_receipts_beside_a_bundle(folder: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt that holds says nothing against; one of others, or by others, proves nothing."""
    bundle, found = str(folder / "bundle.zip"), dict[str, str]()
    foreign = Log(told.log.entries, Signer.of("other.example/5f1a2b3c"))
    forked = Log((*told.log.entries[:-1], b"x"))
    cases = {
        "receipt.beside": (told.log.entries[7], told.log.receipt(7)),
        "receipt.refused": (told.log.entries[7], foreign.receipt(7)),
        "order.fork": (told.log.entries[7], forked.receipt(7)),
    }
    for code, (entry, receipt) in cases.items():
        (folder / "some.receipt").write_bytes(entry + b"\n" + receipt)
        _run(folder, bundle, "--receipt", str(folder / "some.receipt"))
        found[code] = capsys.readouterr().out
    assert [code for code, output in found.items() if code not in output] == []
    main([bundle, "--receipt", str(folder / "some.receipt")])
    assert "receipt.refused" in capsys.readouterr().out
    (folder / "huge.receipt").write_bytes(bytes(2_000_000))
    assert _run(folder, bundle, "--receipt", str(folder / "huge.receipt")) == 3
    assert "huge.receipt" in capsys.readouterr().out


def test_issues_by_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An issue not by the service, or of another sealing, proves nothing; another entry at an index is a fork."""
    told = usual()
    data = parts(told).zip()
    (tmp_path / "bundle.zip").write_bytes(data)
    (tmp_path / "trust").write_bytes(policy())
    story, before = told.story, told.log
    public: dict[str, Json] = {"sealed": "0" * 64, "sha256": "0" * 64, "size": 1}
    outputs = []
    for who in ("petro", "service"):
        recorded = story.record(story.compose(who, "bundle.issued.v1", told.bundle, public))
        receipt = recorded.entry.data + b"\n" + told.log.receipt(recorded.index)
        (tmp_path / "some.receipt").write_bytes(receipt)
        _run(tmp_path, str(tmp_path / "bundle.zip"), "--receipt", str(tmp_path / "some.receipt"))
        outputs.append("receipt.refused" in capsys.readouterr().out)
    assert outputs == [True, True]
    longer = Log((*before.entries[:7], before.entries[8], *before.entries[8:], b"more"))
    (tmp_path / "some.receipt").write_bytes(before.entries[8] + b"\n" + longer.receipt(7))
    assert _run(tmp_path, str(tmp_path / "bundle.zip"), "--receipt", str(tmp_path / "some.receipt")) == 1
    assert "another entry 7" in capsys.readouterr().out


def test_a_receipt_of_another_ledger(folder: Path, told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    """A receipt of a log that the policy trusts as well says nothing of this bundle's ledger."""
    other = Signer.of("other.example/5f1a2b3c")
    receipt = Log(told.log.entries, other).receipt(7)
    (folder / "some.receipt").write_bytes(told.log.entries[7] + b"\n" + receipt)
    (folder / "both").write_bytes(f"log {other.vkey}\n".encode() + policy())
    words = ["--receipt", str(folder / "some.receipt"), "--trust", str(folder / "both")]
    assert main([str(folder / "bundle.zip"), *words]) == 3
    assert "the receipt is of another ledger" in capsys.readouterr().out


def test_an_issue_under_another_algorithm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An issue whose signature is of another kind than the service's key authenticates no byte."""
    told = usual()
    data = parts(told).zip()
    (tmp_path / "bundle.zip").write_bytes(data)
    (tmp_path / "trust").write_bytes(policy())
    for algorithm, code, status in (("es256", "receipt.refused", 3), ("ed25519", "bundle.issued", 0)):
        entry, _, _ = issue(usual(), data).partition(b"\n")
        entry = entry.replace(b'"algorithm":"ed25519"', f'"algorithm":"{algorithm}"'.encode())
        log = Log((*told.log.entries, entry))
        receipt = log.receipt(len(told.log.entries), (WITNESS, NOW))
        (tmp_path / "some.receipt").write_bytes(entry + b"\n" + receipt)
        bundle = str(tmp_path / "bundle.zip")
        assert _run(tmp_path, bundle, "--receipt", str(tmp_path / "some.receipt")) == status
        output = capsys.readouterr().out
        assert code in output
        assert ("another algorithm than the key" in output) == (algorithm == "es256")


def test_every_rule_has_its_sentence() -> None:
    """Each rule can be told in Ukrainian."""
    assert RULES.keys() <= SENTENCES.keys()
