"""The programs of others that check what we hand over: for each what it accepts, and a change that it must refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.foreign import bags, logs, papers, readmes, stamps
from tests.support.foreign.handed import Handed, Refused
from tests.support.services import is_here


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program. `check` returns what was accepted, or raises Refused; `spoil` makes a change in its reach.

    `complaint` is part of what the program says to that change.
    """

    name: str
    check: Callable[[Handed], list[str]]
    spoil: Callable[[Handed], None]
    complaint: str
    commands: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """What is not installed here."""
        return [each for each in self.commands if not is_here(each)]

    def accepted(self, handed: Handed) -> list[str]:
        """Return what the program accepted in a folder: at least one thing."""
        handed.work.mkdir(parents=True, exist_ok=True)
        found = self.check(handed)
        if not found:
            raise Refused(f"{self.name} found nothing to check")
        return found

    def refused(self, handed: Handed) -> str:
        """Spoil the folder and return what the program says then; AssertionError when it does not complain of it."""
        self.spoil(handed)
        try:
            accepted = self.accepted(handed)
        except Refused as refusal:
            if self.complaint not in str(refusal):
                raise AssertionError(f"{self.name} complains of something else: {refusal}") from refusal
            return str(refusal)
        raise AssertionError(f"{self.name} accepts a spoilt copy: {accepted}")


BAGS = (
    Program(
        name="unzip -t",
        check=bags.unzip,
        spoil=bags.turn_stored_bit,
        complaint="bad CRC",
        commands=("unzip",),
    ),
    Program(
        name="Python zipfile",
        check=bags.zipfiles,
        spoil=bags.turn_stored_bit,
        complaint="bad checksum",
    ),
    Program(
        name="sha256sum -c",
        check=bags.sha256sum,
        spoil=bags.alter_file,
        complaint="FAILED",
        commands=("sha256sum", "sha512sum"),
    ),
    Program(
        name="bagit.py --validate",
        check=bags.bagit,
        spoil=bags.plant_file,
        complaint="invalid",
    ),
)
STAMPS = (
    Program(
        name="openssl ts -verify",
        check=stamps.openssl_ts,
        spoil=stamps.alter_note,
        complaint="message imprint mismatch",
        commands=("openssl",),
    ),
)
LOGS = (
    Program(
        name="Go sumdb/tlog on the log",
        check=logs.go_log,
        spoil=logs.alter_tile,
        complaint="the entries make another root",
        commands=("go",),
    ),
    Program(
        name="Go sumdb/tlog on bundles",
        check=logs.go_bundles,
        spoil=logs.alter_entry,
        complaint="inclusion of",
        commands=("go",),
    ),
    Program(
        name="Go sumdb/tlog on receipts",
        check=logs.go_receipts,
        spoil=logs.alter_receipt,
        complaint="invalid transparency proof",
        commands=("go",),
    ),
    Program(
        name="tlog-scales",
        check=logs.tlog_scales,
        spoil=logs.alter_hash,
        complaint="ProofInvalid",
    ),
)
PAPERS = (
    Program(
        name="qpdf --check",
        check=papers.qpdf,
        spoil=papers.cut_statement,
        complaint="damaged",
        commands=("qpdf",),
    ),
    Program(
        name="pdfsig",
        check=papers.pdfsig,
        spoil=papers.alter_statement,
        complaint="Digest Mismatch",
        commands=("pdfsig", "certutil"),
    ),
    Program(
        name="openssl cms -verify",
        check=papers.openssl_cms,
        spoil=papers.alter_statement,
        complaint="Verification failure",
        commands=("openssl",),
    ),
    Program(
        name="case_validate",
        check=papers.case_validate,
        spoil=papers.misspell_graph,
        complaint="exhibitNumbre",
    ),
)
READMES = (
    Program(
        name="README.txt's own commands",
        check=readmes.commands,
        spoil=bags.alter_file,
        complaint="FAILED",
        commands=("sha256sum", "sha512sum", "openssl"),
    ),
)
ALL = BAGS + STAMPS + LOGS + PAPERS + READMES
