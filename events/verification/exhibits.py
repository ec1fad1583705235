"""The exhibits in scope: their continuity, judged again on the steps, and the files that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple, TypeAlias

from custody.act import Entry, read_entry
from custody.canonical import Json
from custody.continuity import judge_exhibit
from custody.errors import CustodyError, Malformed, TooLarge
from custody.history import OpenEntry
from custody.ports import FileCheck, Outcome, Recorded
from custody.states import ExhibitState
from custody.values import ExhibitId, FileId
from custody.verdict import Finding, Question, Weight
from events.verification.openings import Altered, Openings, Withheld
from events.verification.stored import Stored
from events.verification.workers import cores

CheckFile: TypeAlias = Callable[[FileId], FileCheck]
"""Fetches and checks a stored file; raises NotFound or Unavailable where it cannot say."""

_FILES: Final = "vault-v1 6"


class NamedFile(NamedTuple):
    """A file that an intake names: the entry's index and the digests that it discloses, None when withheld."""

    file: FileId
    entry: int
    digests: Mapping[str, Json] | None


def open_entries(stored: Stored, openings: Openings, state: ExhibitState) -> list[OpenEntry]:
    """Return the entries of an exhibit's stream that can be read, with what can be opened of them."""
    found = []
    for index, data in stored.stream(state.stream):
        try:
            entry = read_entry(data)
        except (Malformed, TooLarge):
            continue  # the fold has found it
        found.append(OpenEntry(Recorded(index, entry), _values(stored, openings, entry, index)))
    return found


def _values(stored: Stored, openings: Openings, entry: Entry, index: int) -> dict[str, Json]:
    try:
        return openings.values(entry.act, stored.boxes(index), index)
    except (Altered, Withheld):
        return {}  # the fold has found it


def continuity(exhibit: ExhibitState, entries: Sequence[OpenEntry]) -> tuple[Finding, ...]:
    """Return the findings on an exhibit's steps (continuity-v1, section 3)."""
    return judge_exhibit(ExhibitId(exhibit.stream), entries).findings


def named_files(entries: Sequence[OpenEntry]) -> Iterator[NamedFile]:
    """Yield the files of an exhibit's intake."""
    for entry in entries:
        act = entry.recorded.entry.act
        files = act.public.get("files")
        if act.type == "exhibit.received.v1" and isinstance(files, list):
            for file in map(str, files):
                digests = entry.opened.get(f"files/{file}/digests")
                known = digests if isinstance(digests, dict) else None
                yield NamedFile(FileId(file), entry.recorded.index, known)


def check_files(
    files: Sequence[NamedFile], stored: Stored, check: CheckFile, done: Callable[[], None]
) -> Iterator[Finding]:
    """Check files, several at once, and yield what is wrong with them or could not be said."""

    def outcome(named: NamedFile) -> FileCheck:
        try:
            return check(named.file)
        except CustodyError as fault:
            return FileCheck(
                file=named.file, outcome=Outcome.NOT_CHECKED, cause=fault.message, measured_sha256=None
            )

    with ThreadPoolExecutor(2 * cores()) as pool:
        for named, found in zip(files, pool.map(outcome, files), strict=True):
            yield from _of_file(named, found)
            yield from _of_row(named, stored)
            done()


def _of_file(named: NamedFile, found: FileCheck) -> Iterator[Finding]:
    if found.outcome is Outcome.NOT_CHECKED:
        text = f"file {named.file} was not checked: {found.cause}"
        yield _finding(named, "file.not-checked", text, Weight.NOT_CHECKED)
    elif found.outcome is Outcome.MISMATCH:
        text = f"file {named.file} is not what was recorded: {found.cause}"
        yield _finding(named, "file.mismatch", text)
    elif named.digests is not None and found.measured_sha256 != named.digests.get("sha256"):
        text = f"file {named.file} is not the file whose digest its intake discloses"
        yield _finding(named, "file.mismatch", text)
    elif found.cause is not None:
        yield _finding(named, "file.overwritten", f"file {named.file}: {found.cause}", Weight.NOTED)


def _of_row(named: NamedFile, stored: Stored) -> Iterator[Finding]:
    """Hold the disclosed digests against the row by which the vault finds the file."""
    row = stored.file(named.file)
    if named.digests is None:
        text = f"the digests of file {named.file} are withheld: nothing says what it was"
        yield _finding(named, "file.digests-withheld", text, Weight.NOT_CHECKED)
    elif row is not None and row != (named.entry, *map(named.digests.get, ("sha256", "sha512", "size"))):
        text = f"the stored row of file {named.file} has other digests than its intake discloses"
        yield _finding(named, "file.row", text)


def _finding(named: NamedFile, code: str, text: str, weight: Weight = Weight.FAILS) -> Finding:
    return Finding(
        question=Question.FILES, code=code, clause=_FILES, text=text, entries=(named.entry,), weight=weight
    )
