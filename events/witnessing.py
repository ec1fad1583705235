"""Asking witnesses to cosign: what is sent, what each answer means (docs/spec/log-v1.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from custody.errors import CustodyError, Malformed, NotProven, Unavailable
from custody.values import to_base64
from events.checkpoint import Checkpoint, read_decimal
from events.faults import told_fault
from events.note import NoteSignature, parse_note
from events.policy import Witness
from events.web import Answer, Web

AT_ONCE: Final = 8
_SIZE_TYPE: Final = "text/x.tlog.size"

Prove: TypeAlias = Callable[[int, int], list[bytes]]
"""The consistency path between two sizes of our tree."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned: its line, verified, and when (POSIX seconds)."""

    witness: Witness
    line: NoteSignature
    time: int


@dataclass(frozen=True, slots=True)
class Silent:
    """The witness gave no cosignature: `reason` says why. It is asked again later.

    `fault`: what nobody foresaw, with its traceback, where that is why.
    """

    witness: Witness
    reason: str
    fault: Exception | None = None


@dataclass(frozen=True, slots=True)
class Ahead:
    """The witness has cosigned a larger tree of this log, of `size` entries."""

    witness: Witness
    size: int


@dataclass(frozen=True, slots=True)
class OtherHistory:
    """The witness holds a tree of `size` entries that ours does not continue; `note` is what it shows, if it does."""

    witness: Witness
    size: int
    note: bytes | None


Outcome: TypeAlias = Cosigned | Silent | Ahead | OtherHistory


class Witnessing:
    """Asks witnesses about the checkpoints of one log."""

    def __init__(self, web: Web, prove: Prove) -> None:
        self._web, self._prove = web, prove

    def collect(
        self, note: bytes, checkpoint: Checkpoint, asked: Sequence[tuple[Witness, int]]
    ) -> list[Outcome]:
        """Ask witnesses at once, each with the size that it cosigned last as far as we know; never raises."""
        if not asked:
            return []
        with ThreadPoolExecutor(min(AT_ONCE, len(asked)), thread_name_prefix="witness") as pool:
            waiting = [pool.submit(self._ask, note, checkpoint, witness, last) for witness, last in asked]
            return [each.result() for each in waiting]

    def held(self, witness: Witness, origin: str) -> bytes | None:
        """Return the newest checkpoint that a witness shows, or None when it has none. Raises Unavailable."""
        if witness.url is None:
            raise Unavailable(witness.name, "has no address in the policy")
        name = sha256(origin.encode()).hexdigest()
        answer = self._web.get(f"{witness.url.rstrip('/')}/{name}/checkpoint")
        if answer.status == 200:
            return answer.body
        if answer.status == 404:
            return None
        raise Unavailable(witness.name, f"answered {answer.status}")

    def _ask(self, note: bytes, checkpoint: Checkpoint, witness: Witness, last: int) -> Outcome:
        try:
            answer = self._send(note, checkpoint, witness, last)
            if answer.status != 409:
                return self._meaning(answer, note, checkpoint, witness, last)
            held = _size(answer)
            if held > checkpoint.size:
                return Ahead(witness, held)
            answer = self._send(note, checkpoint, witness, held)
            return self._meaning(answer, note, checkpoint, witness, held)
        except CustodyError as fault:
            return Silent(witness, fault.message)
        except Exception as fault:  # noqa: BLE001 - a thread's last handler: no answer may stop the others and publishing
            return Silent(witness, told_fault(fault), fault)

    def _send(self, note: bytes, checkpoint: Checkpoint, witness: Witness, old: int) -> Answer:
        if witness.url is None:
            raise Unavailable(witness.name, "has no address in the policy")
        old = min(old, checkpoint.size)
        path = self._prove(old, checkpoint.size) if 0 < old < checkpoint.size else []
        body = write_request(old, path, note)
        return self._web.post(f"{witness.url.rstrip('/')}/add-checkpoint", body)

    def _meaning(
        self, answer: Answer, note: bytes, checkpoint: Checkpoint, witness: Witness, old: int
    ) -> Outcome:
        if answer.status == 200:
            return _cosigned(answer, note, checkpoint, witness)
        if (
            answer.status == 422
        ):  # our proof was for the size that it named: it holds another tree of that size
            return OtherHistory(witness, old, self._shown(witness, checkpoint.origin))
        reason = answer.body[:200].decode(errors="replace").strip()
        return Silent(witness, f"answered {answer.status} {reason}".strip())

    def _shown(self, witness: Witness, origin: str) -> bytes | None:
        try:
            return self.held(witness, origin)
        except Unavailable:
            return None


def write_request(old: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Return the body of `add-checkpoint` (log-v1 5.1)."""
    return "".join([f"old {old}\n", *(f"{to_base64(each)}\n" for each in path), "\n"]).encode() + note


def _size(answer: Answer) -> int:
    if not answer.media_type.startswith(_SIZE_TYPE) or not answer.body.endswith(b"\n"):
        raise Malformed("witness", "answered 409 without a size")
    return read_decimal(answer.body[:-1].decode("ascii", "replace"), "witness.size")


def _cosigned(answer: Answer, note: bytes, checkpoint: Checkpoint, witness: Witness) -> Outcome:
    """Only the lines of the key that the policy names are looked at, and each must verify."""
    text = parse_note(note).text
    lines = parse_note(f"{text}\n".encode() + answer.body, "witness").signatures
    own = [line for line in lines if witness.key.made(line)]
    if not own:
        raise NotProven("the answer has no line of the key that the policy names")
    times = [witness.key.verify(line, checkpoint) for line in own]
    if not times[0]:
        raise NotProven("the cosignature has no time")
    return Cosigned(witness, own[0], times[0])
