"""The tables of this room: sessions, used nonces, replies to be repeated, files, operations, bundles. They may change.

None of them is evidence: losing them all ends sessions and running operations, and bundles have to be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.database import Database, Row, Value

# In the dialect of `events.schema`: {int}, {blob}, {strict}, {clustered}.
TABLES: Final = {
    "session": """CREATE TABLE IF NOT EXISTS session (
  token {blob} PRIMARY KEY,
  id TEXT NOT NULL,
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  begun {int} NOT NULL,
  used {int} NOT NULL){strict}""",
    "session_nonce": """CREATE TABLE IF NOT EXISTS session_nonce (
  nonce {blob} PRIMARY KEY,
  expires {int} NOT NULL){strict}""",
    "reply": """CREATE TABLE IF NOT EXISTS reply (
  person TEXT NOT NULL,
  key TEXT NOT NULL,
  request {blob} NOT NULL,
  status {int},
  headers TEXT,
  body {blob},
  made {int} NOT NULL,
  PRIMARY KEY (person, key)){clustered}""",
    "waiting_file": """CREATE TABLE IF NOT EXISTS waiting_file (
  file TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  stored {blob} NOT NULL,
  made {int} NOT NULL){strict}""",
    "operation": """CREATE TABLE IF NOT EXISTS operation (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  done {int} NOT NULL,
  total {int},
  unit TEXT NOT NULL,
  result {blob},
  problem {blob},
  made {int} NOT NULL){strict}""",
    "made_bundle": """CREATE TABLE IF NOT EXISTS made_bundle (
  bundle TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size {int} NOT NULL,
  made {int} NOT NULL,
  PRIMARY KEY (bundle, sha256)){clustered}""",
    "made_bundle_part": """CREATE TABLE IF NOT EXISTS made_bundle_part (
  bundle TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  generation {int} NOT NULL,
  box {blob} NOT NULL,
  PRIMARY KEY (bundle, sha256, name)){strict}""",
}


def change(database: Database, statement: str, values: Sequence[Value] = ()) -> list[Row]:
    """Run one writing statement in a transaction of its own; return what it RETURNs. Raises Unavailable."""
    with database.transaction() as session:
        return session.execute(statement, values)
