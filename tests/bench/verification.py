"""Verification of a large ledger against the rate at which this machine verifies Ed25519 signatures (issue 2, I 3).

The ledger holds intakes, moves and transfers of physical exhibits, each signed by itself, 4 members in a body on
average; every box is opened. The peer is `cryptography` alone: the same messages, keys and signatures in a loop,
one process per core.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from custody.act import Entry
from custody.verdict import Answer, Question
from events.database import Database
from events.opening import open_database
from events.stream_keys import StreamKeys
from events.verification.scopes import Scope
from events.verification.verifying import verify
from events.verification.workers import cores
from tests.bench import servers
from tests.bench.measuring import row
from tests.support.bulk import large
from tests.support.composing import Officer
from tests.support.ledgers import MASTER, Office

EXHIBITS, EACH = 2_000, 50
PEER_SIGNATURES = 20_000  # per core and round
SAMPLE = 500
MUST = 0.6

Signed = tuple[bytes, bytes, bytes]
"""Raw public key, signature, message."""


def rows(rounds: int = 5, exhibits: int = EXHIBITS) -> list[dict[str, object]]:
    """Return the row of I(3)."""
    with _ledger(exhibits) as office, ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        sample, ours, theirs = _sample(office), [], []
        for _ in range(rounds + 1):  # the first warms up
            ours.append(_verified(office.ledger.database, office.size))
            theirs.append(ed25519_rate(pool, sample))
        name = f"verify {office.size:,} entries"
        return [row(name, ours[1:], theirs[1:], "entries/s", MUST)]


@contextmanager
def _ledger(exhibits: int) -> Iterator[Office]:
    with servers.folder() as folder:
        database = open_database(folder / "ledger.sqlite")
        yield large(database, exhibits, EACH)
        database.close()


def _verified(database: Database, size: int) -> float:
    start = time.perf_counter()
    verdict = verify(database, StreamKeys(database, MASTER), Scope.ledger())
    seconds = time.perf_counter() - start
    for question in (Question.INTEGRITY, Question.AUTHORSHIP, Question.ORDER, Question.CONTINUITY):
        assert Answer.HOLDS is verdict[question].answer, verdict[question]
    return size / seconds


def _sample(office: Office) -> list[Signed]:
    """Return signatures from the middle of the ledger, as the peer takes them."""
    start = office.size // 2
    recorded = office.ledger.entries(start, start + SAMPLE)
    return signed_by(("taras", "iryna"), (each.entry for each in recorded))


def signed_by(names: Iterable[str], entries: Iterable[Entry]) -> list[Signed]:
    """Return the signatures of entries by people of the tests."""
    keys = {each.key.fingerprint: each.key.spki[-32:] for each in map(Officer.of, names)}
    return [(keys[each.act.key], each.signature.value, each.act.message) for each in entries]


def ed25519_rate(pool: ProcessPoolExecutor, sample: list[Signed]) -> float:
    """Return how many signatures `cryptography` verifies per second, one process per core."""
    count = cores()
    list(pool.map(_verify_all, [sample[:1]] * count, [1] * count))  # processes are there and have imported
    start = time.perf_counter()
    done = sum(pool.map(_verify_all, [sample] * count, [PEER_SIGNATURES] * count))
    return done / (time.perf_counter() - start)


def _verify_all(sample: list[Signed], count: int) -> int:
    keys = {raw: Ed25519PublicKey.from_public_bytes(raw) for raw, _, _ in sample}
    signed = [(keys[raw].verify, signature, message) for raw, signature, message in sample]
    for _ in range(max(1, count // len(signed))):
        for check, signature, message in signed:
            check(signature, message)
    return max(1, count // len(signed)) * len(signed)


if __name__ == "__main__":
    for found in rows():
        print(found)
