"""The keys of a log: what both sign, what a policy for them takes, and that entry 0 names exactly them."""

import pytest

from custody.errors import Unavailable
from events.cosignatures import MlDsaLogKey
from events.database import Database
from events.log_keys import LogKeys, founded_vkeys, require_founded, short
from events.merkle import leaf_hash
from events.note import parse_note
from events.policy import no_witnesses
from tests.support import ledgers
from tests.support.composing import seed
from tests.support.ledgers import Office
from tests.support.publishing import LOG_KEYS

ONE = LogKeys(LOG_KEYS.ed25519)
ROOT = leaf_hash(b"entry")


def test_a_published_checkpoint_has_a_line_of_each_key() -> None:
    """Ed25519 comes first (log-v1 2.3), and a policy that names both counts both."""
    note = LOG_KEYS.sign_published(1, ROOT)

    assert [each.key_id for each in LOG_KEYS.verifiers] == [
        line.key_id for line in parse_note(note).signatures
    ]
    assert sorted(LOG_KEYS.vkeys) == sorted(no_witnesses(*LOG_KEYS.verifiers).judge(note).signed_by)


def test_a_policy_of_both_takes_a_checkpoint_with_one_line() -> None:
    """What was not published has the Ed25519 line alone."""
    judged = no_witnesses(*LOG_KEYS.verifiers).judge(LOG_KEYS.ed25519.sign(1, ROOT))

    assert (LOG_KEYS.ed25519.vkey,) == judged.signed_by


def test_keys_of_two_origins_are_not_of_one_log() -> None:
    """The name of each key is the origin."""
    with pytest.raises(ValueError, match="one name"):
        LogKeys(LOG_KEYS.ed25519, MlDsaLogKey.from_seed("other.example/01234567", bytes(32)))


def test_the_keys_are_those_that_entry_0_names() -> None:
    """A key that is lost and one that nobody was told of are refused, each by its short name."""
    LOG_KEYS.require_named(LOG_KEYS.vkeys)
    ONE.require_named(ONE.vkeys)
    with pytest.raises(Unavailable, match="backup of keys") as lost:
        ONE.require_named(LOG_KEYS.vkeys)
    with pytest.raises(Unavailable, match="not named by entry 0"):
        LOG_KEYS.require_named(ONE.vkeys)
    assert short(LOG_KEYS.vkeys[1]) in lost.value.message
    assert LOG_KEYS.vkeys[1] not in lost.value.message


def test_entry_0_is_read_from_the_database(sqlite_database: Database) -> None:
    """Before the founding there is nothing to compare; afterwards only the founded keys will do."""
    office = Office.open(sqlite_database)
    require_founded(sqlite_database, LOG_KEYS)
    office.found()

    assert (ledgers.LOG_KEY.vkey,) == founded_vkeys(sqlite_database)
    require_founded(sqlite_database, ONE)
    with pytest.raises(Unavailable):
        require_founded(sqlite_database, LOG_KEYS)
    with pytest.raises(Unavailable):
        require_founded(sqlite_database, LogKeys(type(LOG_KEYS.ed25519).from_seed(ledgers.ORIGIN, seed("x"))))
