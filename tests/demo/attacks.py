"""The five attacks, each on a copy of the data directory of its own, and how each is caught; and a copy left alone."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.demo import ledger_rows, tampering, verdicts
from tests.demo.checks import Checks
from tests.demo.people import Answer, Json, Person
from tests.demo.server import copied, running
from tests.demo.tampering import DataDirectory
from tests.demo.verdicts import Expected

TOLD = "Отримувач був відсутній / The receiver was away"
"""What the attacker would like the ledger to give as the reason for which a transfer was declined."""

INTEGRITY_FAULT = 1  # exit status of `custody` when what it received does not prove what it should
Attack = Callable[[DataDirectory], object]


@dataclass
class Attacks:
    """Copies of one data directory, and an auditor whose home was kept apart from it."""

    folder: Path
    data: DataDirectory
    auditor: Person
    checks: Checks

    def all(self, photograph: str) -> Json:
        """Run every attack and demand that it is caught; return the verdict on the copy that was left alone.

        `photograph` is the file whose stored bytes are altered.
        """
        self.checks.chapter("Attacks on copies of the data directory", "Напади на копії каталогу даних")
        untouched = self.left_alone()
        self.alterations(photograph, untouched)
        self.cut_off()
        self.rewritten_under_another_key()
        self.rewritten_under_the_real_key(untouched)
        return untouched

    def left_alone(self) -> Json:
        """(0) A copy that nobody touched: without it, a check that always fails would look like a catch."""
        with self.attacked("0", lambda _copy: None) as url:
            answer = self.witness("0", url).ask("verify", "ledger")
        found = verdicts.of_lines(answer.of("question"))
        self.checks.demand(
            "0 a copy that nobody touched: every required question holds",
            holds=answer.status == 0 and verdicts.holds(found),
            found=answer,
        )
        return found

    def alterations(self, photograph: str, untouched: Json) -> None:
        """(1) to (3): one bit, one byte, one value."""
        declined = tampering.index_of(self.data, "transfer.declined.v1")
        intake = tampering.index_of(self.data, "exhibit.received.v1")
        for name, attack, expected in (
            (
                "1 one bit of a stored file turned, the store's own checksum mended",
                lambda copy: tampering.alter_file(copy, photograph),
                Expected("files", intake),
            ),
            (
                "2 one byte of one entry changed in the database",
                lambda copy: tampering.alter_entry(copy, declined),
                Expected("integrity", declined),
            ),
            (
                "3 one disclosed value replaced, sealed with the ledger's own keys",
                lambda copy: tampering.alter_disclosure(copy, declined, "reason", TOLD),
                Expected("integrity", declined),
            ),
        ):
            with self.attacked(name[0], attack) as url:
                answer = self.witness(name[0], url).ask("verify", "ledger")
            self._demand_caught(name, expected, untouched, answer)

    def cut_off(self) -> None:
        """(4) The last entry deleted with all its rows: only a checkpoint that was kept elsewhere can tell."""
        last = len(ledger_rows.read(self.data.ledger)) - 1
        with self.attacked("4", tampering.remove_last) as url:
            kept = self.witness("4", url).ask("verify", "ledger")
            blind = self.forgetful("4", url).ask("verify", "ledger")
        self.checks.demand(
            f"4 the last entry deleted with all its rows: the client keeps a checkpoint over {last + 1} entries, "
            f"the ledger has {last}; entry {last} is gone",
            holds=kept.status == INTEGRITY_FAULT and {str(last), str(last + 1)} <= _numbers(kept.errors),
            found=kept,
        )
        self._tell_of_the_blind(blind)

    def rewritten_under_another_key(self) -> None:
        """(5) Everything rewritten and signed anew under new keys: it is another ledger, and the pin says so."""
        declined = tampering.index_of(self.data, "transfer.declined.v1")
        with self.attacked(
            "5a", lambda copy: tampering.rewrite_as_another(copy, declined, "reason", TOLD)
        ) as url:
            kept = self.forgetful("5a", url).ask("verify", "ledger")
        self.checks.demand(
            "5 the whole ledger rewritten under another log key: not the ledger and log key that the client pinned",
            holds=kept.status == INTEGRITY_FAULT and not kept.of("question"),
            found=kept,
        )

    def rewritten_under_the_real_key(self, untouched: Json) -> None:
        """(5) Everything rewritten under the real log key: officers' signatures tell, and their checkpoints."""
        declined = tampering.index_of(self.data, "transfer.declined.v1")
        with self.attacked("5b", lambda copy: tampering.rewrite(copy, declined, "reason", TOLD)) as url:
            kept = self.witness("5b", url).ask("verify", "ledger")
            blind = self.forgetful("5b", url).ask("verify", "ledger")
        self.checks.demand(
            "5 the same under the real log key: the kept checkpoint is not continued",
            holds=kept.status == INTEGRITY_FAULT and not kept.of("question"),
            found=kept,
        )
        name = "5 and without a kept checkpoint, by the officer's signature"
        self._demand_caught(name, Expected("authorship", declined), untouched, blind)

    @contextmanager
    def attacked(self, name: str, attack: Attack) -> Iterator[str]:
        """Yield the URL of a server that runs on a copy of the data directory, after the attack on it."""
        copy = DataDirectory(copied(self.data.folder, self.folder / f"attack-{name}"))
        attack(copy)
        with running(copy.folder) as server:
            yield server.url

    def witness(self, name: str, url: str) -> Person:
        """Return the auditor with a copy of their home, so that no attack's outcome is kept for the next."""
        home = self.folder / f"auditor-{name}"
        shutil.copytree(self.auditor.home, home, dirs_exist_ok=True)
        return replace(self.auditor, home=home, server=url)

    def forgetful(self, name: str, url: str) -> Person:
        """Return an auditor who knows the ledger's id and log key, and kept neither checkpoint nor receipts."""
        person = self.witness(f"{name}-forgetful", url)
        (person.profile / "checkpoint").unlink()
        shutil.rmtree(person.profile / "receipts", ignore_errors=True)
        return person

    def _demand_caught(self, name: str, expected: Expected, untouched: Json, answer: Answer) -> None:
        found = verdicts.of_lines(answer.of("question"))
        caught = answer.status == INTEGRITY_FAULT and expected.is_in(found) and not expected.is_in(untouched)
        self.checks.demand(
            f"{name}: question {expected.question} fails at entry {expected.index}",
            holds=caught,
            found=verdicts.failures(found) or answer,
        )

    def _tell_of_the_blind(self, blind: Answer) -> None:
        outcome = "holds" if blind.status == 0 else f"status {blind.status}"
        self.checks.tell(
            f"       (who kept no checkpoint cannot tell: {outcome}. That is why every client keeps one.)"
        )


def _numbers(text: str) -> set[str]:
    return {word.strip(".,;:()") for word in text.split()}
