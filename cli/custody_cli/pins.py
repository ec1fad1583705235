"""What the officer holds a server to: the ledger's id, its origin and the keys of its log."""

from __future__ import annotations

from dataclasses import dataclass

from custody_cli import answers
from custody_cli.faults import IntegrityFault
from custody_cli.messages import say
from custody_verifier.canonical import Json
from custody_verifier.cosignatures import check_cosignatures
from custody_verifier.errors import Failed, Malformed
from custody_verifier.note import Checkpoint, LogKey, check_checkpoint, read_note
from custody_verifier.policy import Policy, read_policy


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


def policy_text(vkeys: tuple[str, ...]) -> str:
    """Return the policy file that trusts the pinned log and asks for no witness (log-v1 section 8)."""
    return "".join([*(f"log {each}\n" for each in vkeys), "quorum none\n"])


def log_key(origin: str, vkeys: tuple[str, ...]) -> LogKey:
    """Return the log's Ed25519 key; raises IntegrityFault unless each vkey is a good key named by the origin.

    Keys of ML-DSA-44 are kept beside it (log-v1 2.3); a log without an Ed25519 key is none of ours.
    """
    known = _keys(vkeys)
    names = {each.name for each in known.logs} | {each.name for each in known.ml_dsa_logs}
    if not known.logs or names != {origin}:
        raise IntegrityFault("pin.vkey-name", origin=origin)
    return known.logs[0]


def ed25519_vkey(vkeys: tuple[str, ...]) -> str:
    """Return the vkey of the log's Ed25519 key, which every program that reads notes knows."""
    return next(each for each in vkeys if _keys((each,)).logs)


def shown(vkeys: tuple[str, ...]) -> str:
    """Return the vkeys for people: the Ed25519 one whole, of others name and key id."""
    own = ed25519_vkey(vkeys)
    return " ".join([own, *("+".join(each.split("+", 2)[:2]) for each in vkeys if each != own)])


def checked_checkpoint(note: bytes, vkeys: tuple[str, ...]) -> Checkpoint:
    """Return the checkpoint of a note that the log's Ed25519 key signed; raises IntegrityFault.

    A line of another pinned key need not be there, and must fit where it is (log-v1 section 4).
    """
    known, reason = _keys(vkeys), "no Ed25519 key of the log is pinned"
    for each in known.logs:
        try:
            found = check_checkpoint(note, each)
            for other in known.ml_dsa_logs:
                check_cosignatures(read_note(note).lines, other, found)
        except (Failed, Malformed) as fault:
            reason = str(fault)
        else:
            return found
    raise IntegrityFault("checkpoint.unsigned", reason=reason)


def _keys(vkeys: tuple[str, ...]) -> Policy:
    if any(" " in each or not each.isascii() or not each.isprintable() for each in vkeys):
        raise IntegrityFault("pin.vkey-bad", reason="has a character that no vkey has")
    try:
        return read_policy(policy_text(vkeys).encode(), "vkey")
    except Malformed as fault:
        raise IntegrityFault("pin.vkey-bad", reason=fault.reason) from fault


def require_same(pin: Pin, told: Json) -> None:
    """Raise IntegrityFault unless what a server tells of itself (GET /ledger) is what was pinned."""
    for name, pinned in (("ledger", pin.ledger), ("origin", pin.origin)):
        if answers.optional_text(told, name) != pinned:
            raise IntegrityFault("pin.other", what=say(f"field.{name}"), pinned=pinned)
    if tuple(answers.texts(told, "log")) != pin.log:
        raise IntegrityFault("pin.other", what=say("field.log"), pinned=shown(pin.log))
