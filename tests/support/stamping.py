"""Stamping for tests: published ledgers whose checkpoints real authorities stamp."""

from __future__ import annotations

from pathlib import Path

from events.timestamping.authorities import Authority, read_authorities
from events.timestamping.keeping import TokenObjects
from events.timestamping.stamping import Stamping
from events.web import Web
from tests.support.publishing import Press
from tests.support.tsa import Running


def authorities(folder: Path, *tsas: Running, policy: str = "") -> tuple[Authority, ...]:
    """Return authorities as the file that names them gives them."""
    file = folder / "tsa.list"
    file.write_text("# those of the tests\n\n" + "".join(each.line(policy) for each in tsas))
    return read_authorities(file)


def stamping_of(
    press: Press, folder: Path, *tsas: Running, policy: str = "", web: Web | None = None
) -> Stamping:
    """Return what stamps a press' checkpoints, on the clock of its office."""
    known = authorities(folder, *tsas, policy=policy)
    return Stamping(press.office.ledger.database, press.publisher.record, known, press.office.clock, web=web)


def objects_of(press: Press) -> TokenObjects:
    """Return what keeps a press' tokens outside its database."""
    return TokenObjects(press.office.ledger.database, press.places.rebuild)
