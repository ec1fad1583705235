"""The files of a bundle: all there, and equal to the digests that were recorded (bundle-v1 section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from custody_verifier import forms
from custody_verifier.archive import PIECE
from custody_verifier.bag import Digests
from custody_verifier.canonical import Json
from custody_verifier.verdict import Findings, Question, Weight

CLAUSE = "bundle-v1 7"
FOLDER = "data/files/"


def check_files(
    exhibits: list[str],
    recorded: dict[str, dict[str, Json]],
    digests: dict[str, Digests],
    findings: Findings,
) -> bool:
    """Compare the files here with those of the exhibits of the scope; return whether these have any."""
    wanted = {file: found for each in exhibits for file, found in recorded.get(each, {}).items()}
    here = {name.removeprefix(FOLDER): found for name, found in digests.items() if name.startswith(FOLDER)}
    for file, is_ in here.items():
        was = forms.as_object(wanted.get(file))
        if not was:
            _add(findings, "file.unknown", f"{file} is no file that is recorded and disclosed")
        elif (is_.sha256, is_.sha512, is_.size) != (was.get("sha256"), was.get("sha512"), was.get("size")):
            _add(findings, "file.mismatch", f"{file}: the bytes are not those that were taken in")
        findings.count(Question.FILES)
    missing = [file for file, was in wanted.items() if file not in here or not was]
    if missing:
        words = f"{len(missing)} of {len(wanted)} files are not here, or their digests are not disclosed"
        _add(findings, "file.not-checked", words, Weight.NOT_CHECKED)
    if not wanted:
        _add(findings, "file.none", "no exhibit of the scope has files", Weight.NOTED)
    return bool(wanted)


def recognise(path: Path, recorded: dict[str, dict[str, Json]], findings: Findings) -> None:
    """Say which recorded file a file on disk is, or that it is none. Raises OSError."""
    digest = _digest(path)
    found = list(_same(digest, recorded))
    for exhibit, file in found:
        _add(findings, "file.recognised", f"{path.name} is file {file} of {exhibit}", Weight.NOTED)
    if not found:
        _add(findings, "file.unknown", f"{path.name} is none of the files whose digests are disclosed here")


def _same(digest: str, recorded: dict[str, dict[str, Json]]) -> Iterator[tuple[str, str]]:
    for exhibit, files in recorded.items():
        for file, was in files.items():
            if forms.as_object(was).get("sha256") == digest:
                yield exhibit, file


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _add(findings: Findings, code: str, words: str, weight: Weight = Weight.FAILS) -> None:
    findings.add(code, CLAUSE, words, Question.FILES, weight=weight)
