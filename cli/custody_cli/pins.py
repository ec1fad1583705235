"""What the officer holds a server to: the ledger's id, its origin and the keys of its log."""

from __future__ import annotations

from dataclasses import dataclass

from custody_cli import answers
from custody_cli.faults import IntegrityFault
from custody_verifier.canonical import Json
from custody_verifier.errors import Failed, Malformed
from custody_verifier.note import Checkpoint, LogKey, check_checkpoint, read_vkey


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """`ledger` is the hex SHA-256 of entry 0; `log` are vkeys whose name is `origin`."""

    ledger: str
    origin: str
    log: tuple[str, ...]
    server: str

    def to_json(self) -> dict[str, Json]:
        """Return the pin as it is kept."""
        return {"ledger": self.ledger, "origin": self.origin, "log": list(self.log), "server": self.server}

    def check(self, note: bytes) -> Checkpoint:
        """Return the checkpoint of a note that the pinned log signed; raises IntegrityFault."""
        return checked_checkpoint(note, self.log)


def read_pin(kept: Json) -> Pin:
    """Return the pin of its kept form."""
    return Pin(
        ledger=answers.text(kept, "ledger"),
        origin=answers.text(kept, "origin"),
        log=tuple(answers.texts(kept, "log")),
        server=answers.text(kept, "server"),
    )


def log_key(origin: str, vkeys: tuple[str, ...]) -> LogKey:
    """Return the first log key; raises IntegrityFault unless each is a good key named by the origin."""
    try:
        known = [read_vkey(each) for each in vkeys]
    except Malformed as fault:
        raise IntegrityFault("pin.vkey-bad", reason=fault.reason) from fault
    if not known or any(each.name != origin for each in known):
        raise IntegrityFault("pin.vkey-name", origin=origin)
    return known[0]


def checked_checkpoint(note: bytes, vkeys: tuple[str, ...]) -> Checkpoint:
    """Return the checkpoint of a note that one of the log's keys signed; raises IntegrityFault."""
    reason = ""
    for each in vkeys:
        try:
            return check_checkpoint(note, read_vkey(each))
        except (Failed, Malformed) as fault:
            reason = str(fault)
    raise IntegrityFault("checkpoint.unsigned", reason=reason)


def require_same(pin: Pin, told: Json) -> None:
    """Raise IntegrityFault unless what a server tells of itself (GET /ledger) is what was pinned."""
    for name, pinned in (("ledger", pin.ledger), ("origin", pin.origin)):
        if answers.optional_text(told, name) != pinned:
            raise IntegrityFault("pin.other", what=name, pinned=pinned)
    if tuple(answers.texts(told, "log")) != pin.log:
        raise IntegrityFault("pin.other", what="log", pinned=" ".join(pin.log))
