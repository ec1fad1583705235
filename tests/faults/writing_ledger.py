"""A process that writes to a ledger as fast as it can, and says what was acknowledged: killed by test_ledger_kill.

Run as `python -m tests.faults.writing_ledger TARGET THREADS`. Each line is `<index> <hex SHA-256 of the entry>`,
written only after the receipt came back.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from datetime import datetime, timedelta

from custody.act import Act
from custody.canonical import Json
from custody.states import State
from custody.values import StreamName
from events.opening import open_database
from tests.support import examples
from tests.support.ledgers import START, Office


class Running:
    """A clock that goes on from the instant at which the test's own clock stands."""

    def __init__(self) -> None:
        """Begin now."""
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """Return the present instant."""
        return START + timedelta(seconds=time.monotonic() - self._begun)


CLOCK = Running()


def write_for_ever(office: Office, exhibit: str) -> None:
    """Move one exhibit again and again."""
    last: State | Act | None = office.ledger.state(StreamName(exhibit))
    for number in range(1_000_000):
        at = CLOCK.now().isoformat(timespec="microseconds")
        body: dict[str, Json] = {"place": examples.PLACE, "reason": str(number)}
        officer = office.person("taras")
        move = officer.compose("exhibit.moved.v1", exhibit, {}, body, after=last, occurred_at=at)
        (receipt,) = office.append(move).receipts
        digest = hashlib.sha256(receipt.entry).hexdigest()
        os.write(1, f"{receipt.index} {digest}\n".encode())
        last = move.act


def main() -> None:
    """Write with several threads, one exhibit each."""
    target, threads = sys.argv[1], int(sys.argv[2])
    office = Office.open(open_database(target), clock=CLOCK)
    exhibits = [
        each.entry.act.stream
        for each in office.ledger.entries(0, office.size)
        if each.entry.act.type == "exhibit.received.v1"
    ]
    for exhibit in exhibits[:threads]:
        threading.Thread(target=write_for_ever, args=(office, exhibit)).start()


if __name__ == "__main__":
    main()
