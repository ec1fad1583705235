"""What entry 0 says that a bundle rests on: the ledger's own stream, the service's person, the key of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from custody.act import read_entry
from custody.canonical import Json
from custody.errors import ChainBroken, Malformed
from custody.values import StreamName
from events.database import Database
from events.note import VerifierKey, parse_vkey

_FIRST: Final = "SELECT state FROM stored_events WHERE notification_id = 1"


@dataclass(frozen=True, slots=True)
class Founding:
    """Entry 0: the stream it begins, the stream of the service, and the vkeys of the log."""

    stream: StreamName
    service: StreamName
    log: tuple[str, ...]

    @property
    def verifier(self) -> VerifierKey:
        """The Ed25519 key of the log, which signs every checkpoint. Raises ChainBroken when there is none."""
        for vkey in self.log:
            try:
                return parse_vkey(vkey)
            except Malformed:  # a key of another type beside it (log-v1 2.3)
                continue
        raise ChainBroken(0, "names no Ed25519 key of the log")


def founding(database: Database) -> Founding:
    """Return what entry 0 says. Raises ChainBroken when it is not here, or founds no ledger."""
    rows = database.read(_FIRST)
    try:
        act = read_entry(bytes(cast(bytes, rows[0][0]))).act
        service = cast(dict[str, Json], act.public["service"])["person"]
        log = cast(list[str], act.public["log"])
    except (IndexError, KeyError, TypeError, Malformed) as fault:
        raise ChainBroken(0, "is not here, or founds no ledger") from fault
    return Founding(act.stream, StreamName(cast(str, service)), tuple(log))
