"""Growth: what an append costs at a million entries against a thousand, and proofs at a million (issue 2, I 6)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from eventsourcing.persistence import StoredEvent
from pymerkle import SqliteTree

from events.merkle import Frontier, leaf_hash
from events.opening import open_database
from events.recorder import NEWEST_TREE, tree_row
from events.rows import GroupRows, TreeRow
from events.sqlite_database import SqliteDatabase
from events.sqlite_recorder import SqliteLedgerRecorder
from tests.bench import servers
from tests.bench.ledger import Writers
from tests.bench.measuring import rate, row
from tests.support.ledgers import START

SMALL: Final = 1_000
LARGE: Final = 1_000_000
PEER: Final = 100_000  # leaves of the peer's tree
PIECE: Final = 5_000  # entries of one group while filling
ACTS: Final = 300
PROOFS: Final = 200
STAMP: Final = START.isoformat(timespec="microseconds").replace("+00:00", "Z")


def filled(file: Path, size: int) -> Writers:
    """Return writers on a ledger that is filled to `size` entries with rows as large as real ones.

    The filling is not made of signed acts, which would take an hour to sign; every table, index and node is as
    it would be, and the writers' own streams are real.
    """
    Writers(file).office.ledger.database.close()
    database = open_database(file)
    assert isinstance(database, SqliteDatabase)
    recorder = SqliteLedgerRecorder(database.datastore)
    head = tree_row(database.read(NEWEST_TREE))
    while head.size < size:
        head = _piece(recorder, head, min(PIECE, size - head.size))
    database.close()
    return Writers(file, made=True)


def _piece(recorder: SqliteLedgerRecorder, head: TreeRow, count: int) -> TreeRow:
    """Append one group of entries, ten to a stream, each with its box."""
    events = [_event(index) for index in range(head.size, head.size + count)]
    leaves = [leaf_hash(event.state) for event in events]
    after, made = Frontier.from_bytes(head.size, head.frontier).grown(leaves)
    rows = GroupRows(
        after=head,
        tree=TreeRow(after.size, after.root, after.to_bytes(), STAMP),
        events=events,
        leaves=leaves,
        acts=leaves,
        nodes=[node for node in made if node.level],
        boxes=[(index, 1, _BOX) for index in range(head.size, head.size + count)],
    )
    recorder.insert_events(rows.events, rows=rows)
    return rows.tree


_BOX: Final = random.Random(1).randbytes(330)
_FILL: Final = random.Random(2).randbytes(900)


def _event(index: int) -> StoredEvent:
    name = random.Random(index // 10).getrandbits(128)
    return StoredEvent(
        originator_id=f"exhibit/{name:032x}",
        originator_version=index % 10 + 1,
        topic="filling",
        state=b"%d %b" % (index, _FILL),
    )


def rows(rounds: int = 5) -> list[dict[str, object]]:
    """Return the rows of this module."""
    with servers.folder() as folder:
        small, large = filled(folder / "small.sqlite", SMALL), filled(folder / "large.sqlite", LARGE)
        at_large, at_small = [], []
        for _ in range(rounds + 1):  # the first warms up
            at_small.append(rate(small.steps(1, ACTS)))
            at_large.append(rate(large.steps(1, ACTS)))
        grown = row(
            "append at 1,000,000 against 1,000 entries",
            at_large[1:],
            at_small[1:],
            "acts/s",
            round(1 / 1.15, 3),
        )
        tree = folder / "peer.sqlite"
        with SqliteTree(str(tree)) as peer:
            peer.append_entries(b"%d" % n for n in range(PEER))
        cold = [_proofs(folder / "large.sqlite", tree, number) for number in range(rounds)]
    name = "inclusion proof at 1,000,000, pymerkle at 100,000"
    return [
        grown,
        row(f"{name}, opened anew", [each[0] for each in cold], [each[1] for each in cold], "proofs/s", 10.0),
        row(f"{name}, warm", [each[2] for each in cold], [each[3] for each in cold], "proofs/s", None),
    ]


def _proofs(ours: Path, theirs: Path, seed: int) -> tuple[float, float, float, float]:
    """Open both anew and return proofs of random entries per second: ours and the peer's, at first and later."""
    office, dice = Writers(ours, made=True).office, random.Random(seed)
    prove = office.ledger.inclusion
    with SqliteTree(str(theirs)) as tree:
        first = _per_second(lambda: prove(dice.randrange(LARGE), LARGE))
        peer_first = _per_second(lambda: tree.prove_inclusion(dice.randrange(PEER) + 1, PEER))
        for _ in range(10 * PROOFS):
            prove(dice.randrange(LARGE), LARGE)
            tree.prove_inclusion(dice.randrange(PEER) + 1, PEER)
        later = _per_second(lambda: prove(dice.randrange(LARGE), LARGE))
        peer_later = _per_second(lambda: tree.prove_inclusion(dice.randrange(PEER) + 1, PEER))
    office.ledger.database.close()
    return first, peer_first, later, peer_later


def _per_second(step: Callable[[], object], count: int = PROOFS) -> float:
    start = time.perf_counter()
    for _ in range(count):
        step()
    return count / (time.perf_counter() - start)
