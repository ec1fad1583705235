"""A writing process is killed under load: nothing acknowledged is lost, there is no gap and no fork."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from custody.errors import OutcomeUnknown, Unavailable
from events.database import Database
from events.merkle import Frontier, leaf_hash
from events.opening import open_database
from tests.support.ledgers import CASE, Office, usual

ROOT = Path(__file__).resolve().parents[2]
THREADS = 8


def whole(database: Database) -> list[bytes]:
    """Return all entries, having shown that indexes are dense and each tree row is the root of its entries."""
    events = database.read("SELECT notification_id, state FROM stored_events ORDER BY notification_id")
    assert list(range(1, len(events) + 1)) == [row[0] for row in events]
    entries = [bytes(row[1]) for row in events]  # type: ignore[arg-type]
    leaves = [leaf_hash(each) for each in entries]
    assert leaves == [row[0] for row in database.read("SELECT leaf FROM entry ORDER BY idx")]
    trees = database.read("SELECT size, root FROM tree ORDER BY size")
    frontier, at = Frontier.empty(), 0
    for size, root in trees:
        frontier, _ = frontier.grown(leaves[at : int(str(size))])
        at = int(str(size))
        assert root == frontier.root
    assert len(entries) == at
    return entries


@pytest.mark.parametrize("least", [1, 60, 150])
def test_kill_a_writer(target: str, least: int) -> None:
    """After kill -9 at some moment each acknowledged entry is there, and writing goes on."""
    database = open_database(target)
    office = usual(database)
    exhibits = [office.receive(f"e{n}", case=CASE) for n in range(THREADS)]
    before = office.size
    acknowledged = _acknowledged_until_killed(target, least)
    database.close()
    database = open_database(target)
    entries = whole(database)
    assert len(acknowledged) >= least
    assert all(digest == sha256(entries[index]).hexdigest() for index, digest in acknowledged)
    assert len(entries) >= before + len(acknowledged)
    again = Office.open(database)
    again.clock.time = again.ledger.head().recorded_at
    again.append(again.move(exhibits[0]))
    whole(database)
    database.close()


def _acknowledged_until_killed(target: str, least: int) -> list[tuple[int, str]]:
    """Let a process write until it has acknowledged some, kill it, and return all that it acknowledged."""
    command = [sys.executable, "-m", "tests.faults.writing_ledger", target, str(THREADS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(least)]
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.read().splitlines(keepends=True)
    found = []
    for line in lines:
        if line.endswith(b"\n"):
            index, digest = line.decode().split()
            found.append((int(index), digest))
    return found


def test_connections_are_cut(postgres_database: str) -> None:
    """PostgreSQL ends all connections again and again under load: every reply is true, and nothing forks."""
    database = open_database(postgres_database)
    office = usual(database)
    exhibit = office.receive(case=CASE)
    recorded, unknown = 0, 0
    start, deadline = office.size, time.monotonic() + 20
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        while recorded < 40 and time.monotonic() < deadline:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            try:
                office.append(office.move(exhibit))
                recorded += 1
            except Unavailable:
                continue
            except OutcomeUnknown:
                unknown += 1
    entries = len(whole(database))
    database.close()
    assert recorded >= 40
    assert start + recorded <= entries <= start + recorded + unknown
