"""The tables of the projections: all may be dropped and rebuilt from entries and disclosures at any time."""

from __future__ import annotations

from typing import Final

# In the dialect of `events.schema`. `first` is the index of the first entry of a stream, `changed` of its last.
TABLES: Final = {
    "listed_position": """CREATE TABLE IF NOT EXISTS listed_position (
  one {int} PRIMARY KEY,
  size {int} NOT NULL){strict}""",
    "listed_case": """CREATE TABLE IF NOT EXISTS listed_case (
  case_id TEXT PRIMARY KEY,
  first {int} NOT NULL,
  changed {int} NOT NULL,
  reference TEXT NOT NULL,
  title TEXT NOT NULL,
  closed {int} NOT NULL,
  opened_at TEXT NOT NULL,
  opened_by TEXT NOT NULL){strict}""",
    "listed_exhibit": """CREATE TABLE IF NOT EXISTS listed_exhibit (
  exhibit TEXT PRIMARY KEY,
  first {int} NOT NULL,
  changed {int} NOT NULL,
  case_id TEXT NOT NULL,
  ordinal {int} NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  site TEXT NOT NULL,
  custodian TEXT NOT NULL,
  intake TEXT NOT NULL,
  in_error {int} NOT NULL,
  received_at TEXT NOT NULL,
  offer TEXT,
  offered_by TEXT,
  offered_to TEXT,
  offered_at TEXT,
  checked_at TEXT,
  checked TEXT){strict}""",
    "listed_number": """CREATE TABLE IF NOT EXISTS listed_number (
  case_id TEXT NOT NULL,
  ordinal {int} NOT NULL,
  exhibit TEXT NOT NULL,
  PRIMARY KEY (case_id, ordinal, exhibit)){clustered}""",
    "listed_person": """CREATE TABLE IF NOT EXISTS listed_person (
  person TEXT PRIMARY KEY,
  first {int} NOT NULL,
  name TEXT NOT NULL,
  sort_name TEXT NOT NULL,
  active {int} NOT NULL,
  enrolled_at TEXT NOT NULL){strict}""",
    "listed_role": """CREATE TABLE IF NOT EXISTS listed_role (
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (person, role)){clustered}""",
    "listed_member": """CREATE TABLE IF NOT EXISTS listed_member (
  case_id TEXT NOT NULL,
  person TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (case_id, person, role)){clustered}""",
    "listed_key": """CREATE TABLE IF NOT EXISTS listed_key (
  person TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  key_use TEXT NOT NULL,
  state TEXT NOT NULL,
  granted {int} NOT NULL,
  proposal TEXT,
  PRIMARY KEY (person, fingerprint)){clustered}""",
    "listed_proposal": """CREATE TABLE IF NOT EXISTS listed_proposal (
  act TEXT PRIMARY KEY,
  person TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  proposed_at TEXT NOT NULL){strict}""",
    "listed_file": """CREATE TABLE IF NOT EXISTS listed_file (
  file TEXT PRIMARY KEY,
  exhibit TEXT NOT NULL,
  name TEXT NOT NULL,
  size {int} NOT NULL,
  sha256 TEXT NOT NULL,
  sha512 TEXT NOT NULL){strict}""",
    "listed_bundle": """CREATE TABLE IF NOT EXISTS listed_bundle (
  first {int} PRIMARY KEY,
  bundle TEXT NOT NULL){strict}""",
    "listed_subject": """CREATE TABLE IF NOT EXISTS listed_subject (
  first {int} PRIMARY KEY,
  stream TEXT NOT NULL UNIQUE){strict}""",
    "listed_word": """CREATE TABLE IF NOT EXISTS listed_word (
  word {blob} NOT NULL,
  first {int} NOT NULL,
  PRIMARY KEY (word, first)){clustered}""",
}

INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS listed_case_reference ON listed_case (reference, case_id)",
    "CREATE INDEX IF NOT EXISTS listed_exhibit_case ON listed_exhibit (case_id, ordinal, exhibit)",
    "CREATE INDEX IF NOT EXISTS listed_exhibit_custodian ON listed_exhibit (custodian, first)",
    "CREATE INDEX IF NOT EXISTS listed_exhibit_offer ON listed_exhibit (offered_to, first)",
    "CREATE INDEX IF NOT EXISTS listed_number_exhibit ON listed_number (exhibit)",
    "CREATE INDEX IF NOT EXISTS listed_person_name ON listed_person (sort_name, person)",
    "CREATE INDEX IF NOT EXISTS listed_member_person ON listed_member (person, case_id)",
    "CREATE INDEX IF NOT EXISTS listed_file_sha256 ON listed_file (sha256)",
    "CREATE INDEX IF NOT EXISTS listed_file_exhibit ON listed_file (exhibit, file)",
    "CREATE INDEX IF NOT EXISTS listed_word_first ON listed_word (first)",
)

FIRST: Final = "INSERT INTO listed_position VALUES (1, 0) ON CONFLICT DO NOTHING"

STATEMENTS: Final = (*TABLES.values(), *INDEXES, FIRST)
"""For `Database.create`: each can be run again without harm."""
