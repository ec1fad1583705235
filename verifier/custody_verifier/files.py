"""The files of a bundle: all there, and equal to the digests that were recorded (bundle-v1 section 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from custody_verifier.archive import PIECE
from custody_verifier.bag import Digests, digest
from custody_verifier.canonical import Json
from custody_verifier.verdict import Findings, Question, Weight
from custody_verifier.walk import Intake

CLAUSE = "bundle-v1 7"
FOLDER = "data/files/"


def check_files(recorded: Mapping[str, Intake], digests: Mapping[str, Digests], findings: Findings) -> None:
    """Compare the files here with those that the exhibits of the scope have, by their uuids."""
    here = {name.removeprefix(FOLDER): found for name, found in digests.items() if name.startswith(FOLDER)}
    for file, is_ in here.items():
        was = recorded.get(file)
        if was is None or not was.digests:
            _add(findings, "file.unknown", f"{file} is no file that is recorded and disclosed")
        elif not _same(is_, was.digests):
            _add(findings, "file.mismatch", f"{file}: the bytes are not those that were taken in", was.index)
        findings.count(Question.FILES)
    open_ = [was for file, was in recorded.items() if file not in here or not was.digests]
    for index in dict.fromkeys(was.index for was in open_):
        of = [was.file for was in open_ if was.index == index]
        words = f"{len(of)} files of this intake are not here, or not disclosed: {', '.join(of[:3])}"
        _add(findings, "file.not-checked", words, index, weight=Weight.NOT_CHECKED)
    if not recorded:
        _add(findings, "file.none", "no exhibit of the scope has files", weight=Weight.NOT_CHECKED)


def recorded_files(intakes: Iterable[Intake], exhibits: Collection[str]) -> dict[str, Intake]:
    """Return the files of these exhibits by uuid; the first intake that names a file counts."""
    found: dict[str, Intake] = {}
    for each in intakes:
        if each.exhibit in exhibits:
            found.setdefault(each.file, each)
    return found


def recognise(path: Path, recorded: Mapping[str, Intake], findings: Findings) -> None:
    """Say which recorded file a file on disk is, or that it is none. Raises OSError."""
    digests = _digests(path)
    found = [each for each in recorded.values() if each.digests and _same(digests, each.digests)]
    findings.count(Question.FILES)
    for each in found:
        words = f"{path.name} is file {each.file} of {each.exhibit}, taken in as entry {each.index}"
        _add(findings, "file.recognised", words, each.index, weight=Weight.NOTED)
    if not found:
        _add(findings, "file.unknown", f"{path.name} is none of the files whose digests are disclosed here")


def _same(digests: Digests, was: Mapping[str, Json]) -> bool:
    return (digests.sha256, digests.sha512, digests.size) == (was["sha256"], was["sha512"], was["size"])


def _digests(path: Path) -> Digests:
    with path.open("rb") as file:
        return digest(iter(lambda: file.read(PIECE), b""))


def _add(findings: Findings, code: str, words: str, *entries: int, weight: Weight = Weight.FAILS) -> None:
    findings.add(code, CLAUSE, words, Question.FILES, entries=entries, weight=weight)
