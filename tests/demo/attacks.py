"""The six attacks, each on a copy of the data directory of its own, and how each is caught; and a copy left alone."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.demo import forking, ledger_rows, tampering, verdicts, verifying
from tests.demo.checks import Checks
from tests.demo.court import Desk
from tests.demo.outsiders import Outsiders
from tests.demo.people import Answer, Json, Person
from tests.demo.server import administer, copied, running
from tests.demo.tampering import DataDirectory
from tests.demo.verdicts import Expected

TOLD = "Отримувач був відсутній / The receiver was away"
"""What the attacker would like the ledger to give as the reason for which a transfer was declined."""

INTEGRITY_FAULT = 1  # exit status of `custody` when what it received does not prove what it should
ANOTHER_HISTORY = 422  # what a witness answers to a checkpoint that does not continue what it cosigned
AT_ONCE = 2  # servers that run at the same time
Attack = Callable[[DataDirectory], object]


@dataclass
class Attacks:
    """Copies of one data directory, and an auditor whose home was kept apart from it."""

    folder: Path
    data: DataDirectory
    auditor: Person
    checks: Checks
    outsiders: Outsiders
    desk: Desk

    @property
    def declined(self) -> int:
        """The index of the entry that the attacker would like to be another."""
        return tampering.index_of(self.data, "transfer.declined.v1")

    def all(self, photograph: str) -> Json:
        """Run every attack and demand that it is caught; return the verdict on the copy that was left alone.

        `photograph` is the file whose stored bytes are altered.
        """
        self.checks.chapter("Attacks on copies of the data directory", "Напади на копії каталогу даних")
        untouched = self.left_alone()
        scenes: list[Callable[[Attacks], None]] = [
            lambda scene: scene.alter_file(photograph, untouched),
            lambda scene: scene.alter_entry(untouched),
            lambda scene: scene.alter_disclosure(untouched),
            lambda scene: scene.cut_off(),
            lambda scene: scene.rewrite_under_another_key(),
            lambda scene: scene.rewrite_under_the_real_key(untouched),
            lambda scene: scene.show_the_rewritten_to_witnesses(),
        ]
        asides = [replace(self, checks=self.checks.aside()) for _ in scenes]
        with ThreadPoolExecutor(AT_ONCE) as workers:
            ended = [workers.submit(scene, aside) for scene, aside in zip(scenes, asides, strict=True)]
            for each, aside in zip(ended, asides, strict=True):
                each.result()
                self.checks.take_in(aside.checks)
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

    def alter_file(self, photograph: str, untouched: Json) -> None:
        """(1) One bit of a stored file."""
        name = "1 one bit of a stored file turned, the store's own checksum mended"
        expected = Expected("files", tampering.index_of(self.data, "exhibit.received.v1"))
        self._alter(name, lambda copy: tampering.alter_file(copy, photograph), expected, untouched)

    def alter_entry(self, untouched: Json) -> None:
        """(2) One byte of one entry."""
        name = "2 one byte of one entry changed in the database"
        expected = Expected("integrity", self.declined)
        self._alter(name, lambda copy: tampering.alter_entry(copy, self.declined), expected, untouched)

    def alter_disclosure(self, untouched: Json) -> None:
        """(3) One disclosed value."""
        name = "3 one disclosed value replaced, sealed with the ledger's own keys"
        expected = Expected("integrity", self.declined)

        def attack(copy: DataDirectory) -> None:
            tampering.alter_disclosure(copy, self.declined, "reason", TOLD)

        self._alter(name, attack, expected, untouched)

    def _alter(self, name: str, attack: Attack, expected: Expected, untouched: Json) -> None:
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
        self._quote(kept.errors)
        found = verdicts.of_lines(blind.of("question"))
        outcome = "everything holds" if verdicts.holds(found) else "something fails"
        self.checks.tell(
            f"       who kept no checkpoint is told that {outcome}: that is why every client keeps one"
        )

    def rewrite_under_another_key(self) -> None:
        """(5) Everything rewritten and signed anew under new keys: it is another ledger, and the pin says so."""
        with self.attacked(
            "5a", lambda copy: tampering.rewrite_as_another(copy, self.declined, "reason", TOLD)
        ) as url:
            kept = self.forgetful("5a", url).ask("verify", "ledger")
        self.checks.demand(
            "5 the whole ledger rewritten under another log key: not the ledger and log key that the client pinned",
            holds=kept.status == INTEGRITY_FAULT and not kept.of("question"),
            found=kept,
        )
        self._quote(kept.errors)

    def rewrite_under_the_real_key(self, untouched: Json) -> None:
        """(5) Everything rewritten under the real log key: officers' signatures tell, and their checkpoints."""
        with self.attacked("5b", lambda copy: tampering.rewrite(copy, self.declined, "reason", TOLD)) as url:
            kept = self.witness("5b", url).ask("verify", "ledger")
            blind = self.forgetful("5b", url).ask("verify", "ledger")
        self.checks.demand(
            "5 the same under the real log key: the kept checkpoint is not continued",
            holds=kept.status == INTEGRITY_FAULT and not kept.of("question"),
            found=kept,
        )
        self._quote(kept.errors)
        name = "5 and without a kept checkpoint, by the officer's signature"
        self._demand_caught(name, Expected("authorship", self.declined), untouched, blind)

    def show_the_rewritten_to_witnesses(self) -> None:
        """(6) The operator, with database, store and real log key, rewrites all of it: two witnesses remember."""
        copy = DataDirectory(copied(self.data.folder, self.folder / "attack-6"))
        tampering.rewrite(copy, self.declined, "reason", TOLD)
        said = forking.shown_to(self.outsiders.urls, copy)
        self.checks.same(
            "6 the operator rewrites the ledger under the real log key: both witnesses answer 422, another history",
            dict.fromkeys(self.outsiders.urls, ANOTHER_HISTORY),
            said,
        )
        self._publish_rewritten(copy)
        self._hand_out_rewritten(copy)

    def _publish_rewritten(self, copy: DataDirectory) -> None:
        """The published log is gone from the store too, so that nothing of the operator's contradicts."""
        shutil.rmtree(copy.objects)
        done = administer(copy.folder, "publish", settings=self.outsiders.settings)
        self.checks.demand(
            "6 his own publisher learns it from a witness, publishes nothing, and names both roots",
            holds=done.returncode != 0 and "held by the witness" in done.stdout,
            found=done,
        )
        self._quote(done.stdout)

    def _hand_out_rewritten(self, copy: DataDirectory) -> None:
        """He hands a copy of the rewritten log to a court, without the witnesses."""
        log = forking.published(copy, self.folder / "rewritten-log")
        code, verdict = verifying.run("log", log, "--trust", self.outsiders.policy)
        found = {each["code"] for each in verdicts.failing(verdict)}
        self.checks.demand(
            "6 a court that is given the rewritten log misses both witnesses: custody-verify fails it",
            holds=code == 1 and "checkpoint.quorum" in found,
            found=verdicts.failures(verdict),
        )
        code, verdict = self.desk.verify("bundle", log)
        found = {each["code"] for each in verdicts.failing(verdict)}
        self.checks.demand(
            "6 whoever holds the bundle beside it has the proof: two histories under one key (order.fork)",
            holds=code == 1 and "order.fork" in found,
            found=verdicts.failures(verdict),
        )

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
        finding = expected.finding_in(found)
        self.checks.demand(
            f"{name}: question {expected.question} fails at entry {expected.index}",
            holds=answer.status == INTEGRITY_FAULT and finding is not None and not expected.is_in(untouched),
            found=verdicts.failures(found) or answer,
        )
        if finding is not None:
            self._quote(f"{finding['code']}: {finding['text']}")

    def _quote(self, text: str) -> None:
        """Tell what the command or the verdict said, shortened to a line."""
        said = " ".join(text.split())
        self.checks.tell(f"       “{said[:150]}{'…' if len(said) > 150 else ''}”")


def _numbers(text: str) -> set[str]:
    return {word.strip(".,;:()") for word in text.split()}
