"""Keys: encrypted at rest, readable by their owner only, and told by fingerprint."""

import hashlib
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from custody_cli import keys, private_files
from custody_cli.faults import Denied, Misuse
from custody_cli.passphrase import FILE, Passphrase
from custody_cli.profile import Person, Profile, current, of_ledger, select


@pytest.fixture
def passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Passphrase:
    """A passphrase that comes from a file."""
    file = tmp_path / "passphrase"
    file.write_text("вишневий сад\nsecond line\n", encoding="utf-8")
    monkeypatch.setenv(FILE, str(file))
    return Passphrase(none=False)


def test_a_key_file_is_encrypted_and_private(tmp_path: Path, passphrase: Passphrase) -> None:
    """The PEM needs the passphrase, and only its owner may read it."""
    profile, key = Profile(tmp_path / "p"), keys.new_key("act")
    profile.save_key(key, passphrase.for_new())
    file = profile.key_file("act")

    assert b"ENCRYPTED PRIVATE KEY" in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert profile.key("act", passphrase).fingerprint == key.fingerprint


def test_a_wrong_passphrase_is_denied(tmp_path: Path) -> None:
    """It is told as such, without a traceback."""
    pem = keys.to_pem(keys.new_key("act"), b"right one")

    with pytest.raises(Denied) as told:
        keys.from_pem(pem, "act", b"wrong one")
    assert told.value.key == "key.passphrase-wrong"


def test_no_passphrase_only_when_asked_for() -> None:
    """An unencrypted key needs the officer's word."""
    assert Passphrase(none=True).for_new() is None
    assert not keys.is_encrypted(keys.to_pem(keys.new_key("act"), None))


def test_a_short_passphrase_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than eight characters do not protect a key."""
    file = tmp_path / "short"
    file.write_text("short")
    monkeypatch.setenv(FILE, str(file))

    with pytest.raises(Misuse):
        Passphrase(none=False).for_new()


def test_without_a_keyboard_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that forgot the passphrase file is told, and does not hang."""
    monkeypatch.delenv(FILE, raising=False)

    with pytest.raises(Denied):
        Passphrase(none=False).to_open()


def test_another_kind_of_key_is_refused() -> None:
    """The officer's tool signs with Ed25519 keys."""
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(Misuse):
        keys.from_pem(other, "act", None)


def test_the_fingerprint_is_of_the_public_key() -> None:
    """It is the SHA-256 of the SPKI, and is read aloud in groups."""
    key = keys.new_key("session")

    assert key.fingerprint == hashlib.sha256(key.spki).hexdigest()
    assert keys.read_aloud("abcdef0123") == "abcd ef01 23"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash in the middle the old content stands, and nothing half written lies about."""
    file = tmp_path / "pin.json"
    private_files.write(file, b"old")

    def crash(_self: Path, _target: Path) -> Path:
        raise OSError("disk")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="disk"):
        private_files.write(file, b"new")

    assert file.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["pin.json"]


def test_the_current_profile(tmp_path: Path) -> None:
    """There is none at first; then it is the one that was selected."""
    with pytest.raises(Misuse):
        current(tmp_path)
    of_ledger(tmp_path, "ab").save_person(Person("person/x", "Оксана"))
    select(tmp_path, "ab")

    assert current(tmp_path).person() == Person("person/x", "Оксана")


def test_a_damaged_profile_is_told(tmp_path: Path) -> None:
    """A file that is not JSON is a sentence, not a traceback."""
    (tmp_path / "pin.json").write_text("{")

    with pytest.raises(Misuse):
        Profile(tmp_path).pin()
