"""The projections as other rooms use them: create, catch up, rebuild, and the queries."""

from __future__ import annotations

from custody.ports import LedgerReader
from custody.values import CaseId, ExhibitId, PersonId, StreamName
from events.database import Database
from events.projections import bundles, cases, exhibits, people, search
from events.projections.catching_up import catch_up, rebuild
from events.projections.paging import Asked, Page
from events.projections.rows import CaseRow, ExhibitRow, HeldFile, Hit, Inbox, PersonRow
from events.projections.tables import STATEMENTS

FIRST_PAGE = Asked()


class Projections:
    """Lists and search over one ledger. Each query sees at least what was recorded before it was asked.

    Queries raise Unavailable for the database, Malformed for a cursor of another list, and ChainBroken or
    ContentAltered where a stored entry or box cannot be read. `sight` limits what is seen to the cases of
    which a person is a member; None sees all.
    """

    def __init__(self, database: Database, reader: LedgerReader) -> None:
        self._database, self._reader = database, reader

    def create(self) -> None:
        """Make the tables, where they are not there yet."""
        self._database.create(STATEMENTS)

    def catch_up(self) -> int:
        """Take in all entries recorded so far, and return how many entries are in the rows now."""
        return catch_up(self._database, self._reader)

    def rebuild(self) -> int:
        """Empty all rows and take in the whole ledger again, in one transaction; return its size."""
        return rebuild(self._database, self._reader)

    def cases(self, sight: PersonId | None, asked: Asked = FIRST_PAGE) -> Page[CaseRow]:
        """Return cases by reference."""
        self.catch_up()
        return cases.cases(self._database, sight, asked)

    def case(self, case: CaseId) -> CaseRow | None:
        """Return a case, or None."""
        self.catch_up()
        return cases.case(self._database, case)

    def cases_of(self, person: PersonId) -> list[CaseId]:
        """Return the cases in which a person has a role."""
        self.catch_up()
        return cases.cases_of(self._database, person)

    def members(self, case: CaseId) -> list[tuple[PersonId, str]]:
        """Return the present members of a case with their roles."""
        self.catch_up()
        return cases.members(self._database, case)

    def exhibits(self, case: CaseId, asked: Asked = FIRST_PAGE) -> Page[ExhibitRow]:
        """Return the exhibits that are in a case now, by their number in it."""
        self.catch_up()
        return exhibits.exhibits(self._database, case, asked)

    def numbered(self, case: CaseId, asked: Asked = FIRST_PAGE) -> Page[tuple[int, ExhibitId]]:
        """Return every exhibit that was ever given a number in a case, by number: what as-of views begin with."""
        self.catch_up()
        return exhibits.numbered(self._database, case, asked)

    def exhibit(self, exhibit: ExhibitId) -> ExhibitRow | None:
        """Return an exhibit, or None."""
        self.catch_up()
        return exhibits.exhibit(self._database, exhibit)

    def files(self, exhibit: ExhibitId) -> list[HeldFile]:
        """Return the files of an exhibit whose digests are disclosed."""
        self.catch_up()
        return exhibits.files(self._database, exhibit)

    def held_by(self, custodian: PersonId, asked: Asked = FIRST_PAGE) -> Page[ExhibitRow]:
        """Return the exhibits that a person is answerable for now, in the order of their intake."""
        self.catch_up()
        return exhibits.held_by(self._database, custodian, asked)

    def held(self, sha256: str) -> list[HeldFile]:
        """Return the files that have this SHA-256 (hex): whether and where a file is held here."""
        self.catch_up()
        return exhibits.held(self._database, sha256)

    def persons(self, asked: Asked = FIRST_PAGE) -> Page[PersonRow]:
        """Return persons by name."""
        self.catch_up()
        return people.persons(self._database, asked)

    def person(self, person: PersonId) -> PersonRow | None:
        """Return a person, or None."""
        self.catch_up()
        return people.person(self._database, person)

    def inbox(self, person: PersonId) -> Inbox:
        """Return what waits for a person: offers, keys to confirm, recoveries to approve."""
        self.catch_up()
        return people.inbox(self._database, person)

    def bundles(self, before: int | None, limit: int) -> list[tuple[int, StreamName]]:
        """Return bundles with the index of their request, newest first, those that began before an entry."""
        self.catch_up()
        return bundles.bundles(self._database, before, limit)

    def search(self, query: str, sight: PersonId | None, asked: Asked = FIRST_PAGE) -> Page[Hit]:
        """Return the streams, newest first, in which each word of the query begins some word of a text.

        Earlier texts are searched as well: what an amendment replaced stays findable. Persons are found by all.
        """
        self.catch_up()
        return search.search(self._database, query, sight, asked)
