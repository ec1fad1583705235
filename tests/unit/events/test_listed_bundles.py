"""The list of bundles: newest first, and the same after the rows are made anew."""

from __future__ import annotations

from custody.values import StreamName
from events.database import Database
from events.projections import Projections
from tests.support import examples
from tests.support.composing import uuid_of
from tests.support.ledgers import CASE, usual


def test_bundles_are_listed_newest_first_and_survive_a_rebuild(database: Database) -> None:
    """Each request once, by its index; pages go on before the last one; a rebuild gives the same rows."""
    office = usual(database)
    projections = Projections(database, office.ledger)
    projections.create()
    assert [] == projections.bundles(None, 10)
    names = [StreamName(f"bundle/{uuid_of(f'bundle {number}')}") for number in range(3)]
    indexes = []
    for name in names:
        indexes.append(office.size)
        office.tell("taras", "bundle.requested.v1", name, examples.request(CASE), examples.requested())

    whole = list(zip(reversed(indexes), reversed(names), strict=True))
    assert whole == projections.bundles(None, 10)
    assert whole[:2] == projections.bundles(None, 2)
    assert whole[2:] == projections.bundles(whole[1][0], 2)
    projections.rebuild()
    assert whole == projections.bundles(None, 10)
