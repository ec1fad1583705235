"""The publisher against the ledger's own door: entries published per second to real S3, and appended per second."""

from __future__ import annotations

import time

from events.policy import no_witnesses
from events.publishing.places import Places
from events.publishing.publisher import Publisher
from storage import embedded
from storage.locks import Retention
from storage.objects import log_objects
from storage.s3_client import connect
from tests.bench import servers
from tests.bench.ledger import MANY, Writers
from tests.bench.measuring import rate, row
from tests.support.publishing import LOG, LOG_KEYS

APPENDED = 1600  # acts of one round, by 32 writers
SEVERAL = 3  # rounds between two publications of a busy ledger: about as long as the publisher pauses
FEW = 100  # acts between two publications of a quiet ledger
MUST = 2.0


def rows(rounds: int = 3) -> list[dict[str, object]]:
    """Return the rows: a whole ledger published anew, what a busy and a quiet ledger grew by since the last run."""
    found: dict[str, list[float]] = {"append": [], "whole": [], "busy": [], "quiet": []}
    with servers.folder() as folder:
        store = embedded.start(folder / "store")
        try:
            writers = Writers(folder / "ledger.sqlite")
            growing = _publisher(writers, store, "growing/")
            growing.run_once()
            for number in range(rounds + 1):  # the first warms up
                found["append"] += [rate(writers.steps(MANY, APPENDED)) for _ in range(SEVERAL)]
                found["busy"].append(_rate(growing, SEVERAL * APPENDED))
                rate(writers.steps(MANY, FEW))
                found["quiet"].append(_rate(growing, FEW))
                found["whole"].append(_rate(_publisher(writers, store, f"{number}/"), writers.office.size))
        finally:
            store.stop()
    appended = found["append"][SEVERAL:]
    return [
        row(f"publish {name}, against appending", found[kind][1:], appended, "entries/s", must)
        for kind, name, must in (
            ("whole", "a whole ledger", MUST),
            ("busy", f"{SEVERAL * APPENDED} new entries", MUST),
            ("quiet", f"{FEW} new entries", None),
        )
    ]


def _publisher(writers: Writers, store: embedded.EmbeddedS3, name: str) -> Publisher:
    found = log_objects(
        connect(store.endpoint),
        bucket=embedded.EVIDENCE_BUCKET,
        keys_bucket=embedded.KEYS_BUCKET,
        retention=Retention(days=1),
        name=name,
    )
    places = Places(found.log, found.rebuild, found.keys)
    return Publisher(writers.office.ledger, LOG_KEYS, places, no_witnesses(LOG))


def _rate(publisher: Publisher, entries: int) -> float:
    start = time.perf_counter()
    publisher.run_once()
    return entries / (time.perf_counter() - start)
