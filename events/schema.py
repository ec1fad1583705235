"""The tables of the ledger, for both engines: which may grow only, which may change, and what refuses the rest.

`APPEND_ONLY` and `MUTABLE` name every table of this room. A table is in exactly one of them. The library's own
table `stored_events` holds the canonical entry and nothing else; its `notification_id` is written by us as the
entry's index + 1, never by a sequence. All else here is derived from the entries, but for the boxes and keys.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Engine: TypeAlias = Literal["sqlite", "postgresql"]

STORED_EVENTS: Final = """CREATE TABLE IF NOT EXISTS stored_events (
  notification_id {int} PRIMARY KEY,
  originator_id TEXT NOT NULL,
  originator_version {int} NOT NULL,
  topic TEXT NOT NULL,
  state {blob} NOT NULL,
  UNIQUE (originator_id, originator_version)){strict}"""

APPEND_ONLY: Final = {
    "stored_events": STORED_EVENTS,
    "entry": """CREATE TABLE IF NOT EXISTS entry (
  idx {int} PRIMARY KEY,
  stream TEXT NOT NULL,
  version {int} NOT NULL,
  leaf {blob} NOT NULL,
  act {blob} NOT NULL,
  recorded_at TEXT NOT NULL){strict}""",
    "tree": """CREATE TABLE IF NOT EXISTS tree (
  size {int} PRIMARY KEY,
  root {blob} NOT NULL,
  frontier {blob} NOT NULL,
  recorded_at TEXT NOT NULL){strict}""",
    "node": """CREATE TABLE IF NOT EXISTS node (
  level {int} NOT NULL,
  idx {int} NOT NULL,
  hash {blob} NOT NULL,
  PRIMARY KEY (level, idx)){clustered}""",
    # A box is long, and appending to a table by its integer key is what SQLite does best.
    "disclosure": """CREATE TABLE IF NOT EXISTS disclosure (
  idx {int} PRIMARY KEY,
  generation {int} NOT NULL,
  box {blob} NOT NULL){strict}""",
    "disclosure_again": """CREATE TABLE IF NOT EXISTS disclosure_again (
  idx {int} NOT NULL,
  generation {int} NOT NULL,
  box {blob} NOT NULL,
  PRIMARY KEY (idx, generation)){clustered}""",
    "idempotency": """CREATE TABLE IF NOT EXISTS idempotency (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  request {blob} NOT NULL,
  first {int} NOT NULL,
  count {int} NOT NULL,
  PRIMARY KEY (person, key)){clustered}""",
    "taken": """CREATE TABLE IF NOT EXISTS taken (
  kind TEXT NOT NULL,
  value {blob} NOT NULL,
  idx {int} NOT NULL,
  PRIMARY KEY (kind, value)){clustered}""",
    "ordinal": """CREATE TABLE IF NOT EXISTS ordinal (
  case_id TEXT NOT NULL,
  ordinal {int} NOT NULL,
  idx {int} NOT NULL,
  PRIMARY KEY (case_id, ordinal)){clustered}""",
    "stored_file": """CREATE TABLE IF NOT EXISTS stored_file (
  file TEXT PRIMARY KEY,
  idx {int} NOT NULL,
  exhibit TEXT NOT NULL,
  sha256 {blob} NOT NULL,
  sha512 {blob} NOT NULL,
  size {int} NOT NULL,
  object_key TEXT NOT NULL,
  version_id TEXT,
  stored_sha256 {blob} NOT NULL,
  stored_size {int} NOT NULL,
  crc32 {int} NOT NULL){strict}""",
    "published": """CREATE TABLE IF NOT EXISTS published (
  size {int} PRIMARY KEY,
  root {blob} NOT NULL,
  note {blob} NOT NULL){strict}""",
    "cosignature": """CREATE TABLE IF NOT EXISTS cosignature (
  size {int} NOT NULL,
  cosigner TEXT NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (size, cosigner)){clustered}""",
    "tsa_token": """CREATE TABLE IF NOT EXISTS tsa_token (
  number {int} PRIMARY KEY,
  tsa TEXT NOT NULL,
  size {int} NOT NULL,
  covered {int} NOT NULL,
  leaf {blob} NOT NULL,
  time TEXT NOT NULL,
  came_at TEXT NOT NULL,
  until TEXT NOT NULL,
  response {blob} NOT NULL,
  UNIQUE (tsa, size, covered)){strict}""",
}
"""Rows of these are inserted, and never updated or deleted."""

MUTABLE: Final = {
    "stream_key": """CREATE TABLE IF NOT EXISTS stream_key (
  stream TEXT NOT NULL,
  generation {int} NOT NULL,
  key_id TEXT NOT NULL,
  wrapped {blob} NOT NULL,
  PRIMARY KEY (stream, generation)){clustered}""",
    "file_key": """CREATE TABLE IF NOT EXISTS file_key (
  file TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  wrapped {blob} NOT NULL){strict}""",
    "tsa_state": """CREATE TABLE IF NOT EXISTS tsa_state (
  tsa TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  failures {int} NOT NULL,
  cause TEXT,
  PRIMARY KEY (tsa, purpose)){clustered}""",
}
"""Wrapped keys, for destroying one is how what it protects is erased; and how each time-stamping authority stands."""

_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS tsa_token_size ON tsa_token (size, time)",
    "CREATE INDEX IF NOT EXISTS tsa_token_until ON tsa_token (until, number)",
    "CREATE INDEX IF NOT EXISTS stored_file_exhibit ON stored_file (exhibit)",
    "CREATE INDEX IF NOT EXISTS stored_file_sha256 ON stored_file (sha256)",
    "CREATE INDEX IF NOT EXISTS taken_idx ON taken (idx)",  # the publisher reads by entry
    "CREATE INDEX IF NOT EXISTS idempotency_first ON idempotency (first)",
)

_WORDS: Final[dict[Engine, dict[str, str]]] = {
    "sqlite": {"int": "INTEGER", "blob": "BLOB", "strict": " STRICT", "clustered": " STRICT, WITHOUT ROWID"},
    "postgresql": {"int": "bigint", "blob": "bytea", "strict": "", "clustered": ""},
}

_REFUSAL: Final = "the ledger only grows: rows are never changed or removed"


def in_dialect(statement: str, engine: Engine) -> str:
    """Return a CREATE TABLE in the words of one engine: `{int}`, `{blob}`, `{strict}`, `{clustered}`."""
    return statement.format(**_WORDS[engine])


def create_statements(engine: Engine) -> list[str]:
    """Return what makes all tables and guards of this room; each can be run again without harm."""
    tables = [in_dialect(each, engine) for each in (*APPEND_ONLY.values(), *MUTABLE.values())]
    return [*tables, *_INDEXES, *guard_statements(engine)]


def guard_statements(engine: Engine) -> list[str]:
    """Return the triggers that refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on append-only tables."""
    if engine == "sqlite":
        return [_sqlite_guard(table, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")]
    function = (
        "CREATE OR REPLACE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    return [function, *(_postgres_guard(table) for table in APPEND_ONLY)]


def _sqlite_guard(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _postgres_guard(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION custody_refuse()"
    )
