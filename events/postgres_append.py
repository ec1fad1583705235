# ruff: noqa: S608 - built from the constants below alone
"""The one statement that writes a group on PostgreSQL: a function of our own, called once, committed by itself.

The function takes the lock, compares the head, inserts every row, and answers whether it did. So a group costs
one round trip, and no connection ever waits inside a transaction. Each table is a list of columns below: a value
of the row (an array, one element per row) or an SQL expression over `n`, the row's place from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from events.rows import GroupRows

LEDGER_LOCK: Final = 0x6375_7374_6F64_796C  # "custodyl"

_TABLES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "stored_events": (
        ("notification_id", "=after_size + n"),
        ("originator_id", "text"),
        ("originator_version", "bigint"),
        ("topic", "text"),
        ("state", "bytea"),
    ),
    "node": (("level", "bigint"), ("idx", "bigint"), ("hash", "bytea")),
    "disclosure": (("idx", "bigint"), ("generation", "bigint"), ("box", "bytea")),
    "idempotency": (
        ("person", "text"),
        ("key", "text"),
        ("request", "bytea"),
        ("first", "bigint"),
        ("count", "bigint"),
    ),
    "taken": (("kind", "text"), ("value", "bytea"), ("idx", "bigint")),
    "ordinal": (("case_id", "text"), ("ordinal", "bigint"), ("idx", "bigint")),
    "stream_key": (("stream", "text"), ("generation", "bigint"), ("key_id", "text"), ("wrapped", "bytea")),
    "stored_file": (
        ("file", "text"),
        ("idx", "bigint"),
        ("exhibit", "text"),
        ("sha256", "bytea"),
        ("sha512", "bytea"),
        ("size", "bigint"),
        ("object_key", "text"),
        ("version_id", "text"),
        ("stored_sha256", "bytea"),
        ("stored_size", "bigint"),
        ("crc32", "bigint"),
    ),
    "file_key": (("file", "text"), ("key_id", "text"), ("wrapped", "bytea")),
}


def _parameters() -> list[tuple[str, str]]:
    head = [("after_size", "bigint"), ("after_root", "bytea"), ("stamp", "text")]
    head += [("new_root", "bytea"), ("new_frontier", "bytea"), ("leaves", "bytea[]"), ("acts", "bytea[]")]
    arrays = [
        (f"{table}_{column}", f"{kind}[]")
        for table, columns in _TABLES.items()
        for column, kind in columns
        if not kind.startswith("=")
    ]
    return head + arrays


def _insert(table: str) -> str:
    columns = _TABLES[table]
    given = [column for column, kind in columns if not kind.startswith("=")]
    arrays = ", ".join(f"{table}_{column}" for column in given)
    values = ", ".join(kind[1:] if kind.startswith("=") else f"r.v_{column}" for column, kind in columns)
    names = ", ".join(column for column, _ in columns)
    aliases = ", ".join(f"v_{column}" for column in given)
    return (
        f"IF {table}_{given[0]} IS NOT NULL THEN INSERT INTO {table} ({names}) SELECT {values} "
        f"FROM unnest({arrays}) WITH ORDINALITY AS r({aliases}, n); END IF;"
    )


FUNCTION: Final = (
    "CREATE OR REPLACE FUNCTION custody_append("
    + ", ".join(f"{name} {kind}" for name, kind in _parameters())
    + f""") RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE head record;
BEGIN
  PERFORM pg_advisory_xact_lock({LEDGER_LOCK});
  SELECT size, root INTO head FROM tree ORDER BY size DESC LIMIT 1;
  IF coalesce(head.size, 0) <> after_size OR head.root <> after_root THEN RETURN false; END IF;
  INSERT INTO entry (idx, stream, version, leaf, act, recorded_at)
    SELECT after_size + r.n - 1, r.v_stream, r.v_version, r.v_leaf, r.v_act, stamp
    FROM unnest(stored_events_originator_id, stored_events_originator_version, leaves, acts)
    WITH ORDINALITY AS r(v_stream, v_version, v_leaf, v_act, n);
  """
    + "\n  ".join(map(_insert, _TABLES))
    + """
  INSERT INTO tree (size, root, frontier, recorded_at)
    VALUES (after_size + cardinality(leaves), new_root, new_frontier, stamp);
  RETURN true;
END $$"""
)

SIGNATURE: Final = ", ".join(kind for _, kind in _parameters())

CALL: Final = (
    "SELECT custody_append(" + ", ".join(f"%b::{kind}" for _, kind in _parameters()) + ")"
).encode()


def call_values(rows: GroupRows) -> list[Any]:
    """Return the values for CALL."""
    events = rows.events
    stored = [
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    ]
    tree = rows.tree
    values: list[Any] = [rows.after.size, rows.after.root, tree.recorded_at, tree.root, tree.frontier]
    values += [rows.leaves, rows.acts, *stored]
    values += _columns(rows.nodes, 3) + _columns(rows.boxes, 3) + _columns(rows.idempotency, 5)
    values += _columns(rows.taken, 3) + _columns(rows.ordinals, 3) + _columns(rows.stream_keys, 4)
    return values + _columns(rows.files, 11) + _columns(rows.file_keys, 3)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any] | None]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [None] * width
