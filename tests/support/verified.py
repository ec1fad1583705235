"""A ledger with a story in it, and its verdict in short, for tests that attack what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custody.canonical import Json
from custody.ports import FileCheck, Outcome
from custody.values import ExhibitId, FileId, StreamName
from custody.verdict import Answer, Question, Verdict
from events.database import Database
from events.stream_keys import StreamKeys
from events.verification.exhibits import CheckFile
from events.verification.scopes import Scope
from events.verification.verifying import Outside, verify
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, LOG_KEY, MASTER, Office, stored, usual

FILES = sorted(uuid_of(f"file {number}") for number in range(2))
VIDEO = f"exhibit/{uuid_of('video')}"
TELEPHONE = f"exhibit/{uuid_of('telephone')}"


def story(database: Database) -> Office:
    """Return an office in which a telephone and a video were taken in, moved, and handed over."""
    office = usual(database)
    iryna = office.enrol("iryna")
    member: dict[str, Json] = {"person": iryna, "role": "custodian"}
    office.tell("taras", "case.member-added.v1", CASE, member, {"reason": None})
    office.receive(case=CASE, seal="A-100")
    intake = examples.intake(CASE, "digital", FILES)
    act = office.compose("taras", "exhibit.received.v1", VIDEO, intake, examples.digital(FILES))
    office.append(act, files=[stored(VIDEO, file, file.encode()) for file in FILES])
    office.append(office.move(TELEPHONE))
    hand_over(office, TELEPHONE)
    office.append(office.move(VIDEO))
    return office


def hand_over(office: Office, exhibit: str, giver: str = "taras", taker: str = "iryna") -> None:
    """Offer and accept an exhibit."""
    office.tell(giver, "transfer.offered.v1", exhibit, {"to": office.person(taker).person}, examples.offer())
    state = office.ledger.state(StreamName(exhibit))
    offer: Json = state.offer.act if state and state.offer else None  # type: ignore[union-attr]
    office.tell(taker, "transfer.accepted.v1", exhibit, {"offer": offer}, examples.acceptance())


def match(file: FileId) -> FileCheck:
    """Say of every file that it is what `story` stored."""
    digest = str(examples.digests(file.encode())["sha256"])
    return FileCheck(file=file, outcome=Outcome.MATCH, cause=None, measured_sha256=digest)


@dataclass
class Judged:
    """A verdict, and short ways to ask about it."""

    verdict: Verdict

    def answers(self) -> dict[str, str]:
        """Return the answers by question, those that hold left out."""
        return {
            each.question.value: each.answer.value
            for each in self.verdict.answers
            if each.answer is not Answer.HOLDS
        }

    def found(self, question: Question) -> dict[str, tuple[int, ...]]:
        """Return the entries that findings of each code name, remarks included."""
        found: dict[str, tuple[int, ...]] = {}
        for each in self.verdict[question].findings:
            found[each.code] = (*found.get(each.code, ()), *each.entries)
        return found


TIME_ONLY = {"time": "not-checked"}


def judged(
    database: Database,
    scope: Scope | None = None,
    checkpoints: Sequence[bytes] = (),
    check_file: CheckFile | None = match,
    processes: int | None = 1,
) -> Judged:
    """Verify a ledger with the tests' master key and log key."""
    keys = StreamKeys(database, MASTER)
    outside = Outside(checkpoints=checkpoints, log=LOG_KEY.verifier)
    return Judged(
        verify(
            database,
            keys,
            scope or Scope.ledger(),
            outside=outside,
            check_file=check_file,
            processes=processes,
        )
    )


def of_exhibit(name: str) -> Scope:
    """Return the scope of an exhibit's stream."""
    return Scope.exhibit(ExhibitId(name))
