"""The officer's folder: one place per ledger for its pin, keys, newest checkpoint, receipts and unfinished work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from custody_cli import answers, private_files
from custody_cli.faults import Misuse
from custody_cli.keys import Key, Use, from_pem, is_encrypted, to_pem
from custody_cli.passphrase import Passphrase
from custody_cli.pins import Pin, read_pin
from custody_verifier.canonical import Json


@dataclass(frozen=True, slots=True)
class Person:
    """Who the officer is in this ledger: `person/<uuid>`, and the name they go by."""

    person: str
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The folder of one ledger within the officer's home."""

    folder: Path

    def save_pin(self, pin: Pin) -> None:
        """Keep what this ledger's server is held to."""
        self.save("pin.json", pin.to_json())

    def pin(self) -> Pin:
        """Return the pin."""
        return read_pin(self.load("pin.json"))

    def save_person(self, person: Person) -> None:
        """Keep who the officer is."""
        self.save("person.json", {"name": person.name, "person": person.person})

    def person(self) -> Person:
        """Return who the officer is."""
        kept = self.load("person.json")
        return Person(answers.text(kept, "person"), answers.text(kept, "name"))

    def save_key(self, key: Key, passphrase: bytes | None, name: str | None = None) -> None:
        """Keep a key, by default as the one that is in use."""
        private_files.write(self.key_file(name or key.use), to_pem(key, passphrase))

    def key(self, use: Use, passphrase: Passphrase, name: str | None = None) -> Key:
        """Return a key, by default the one in use. Raises Denied for a wrong passphrase."""
        file = self.key_file(name or use)
        if not file.is_file():
            raise Misuse("key.none", file=file)
        pem = file.read_bytes()
        return from_pem(pem, use, passphrase.to_open() if is_encrypted(pem) else None)

    def key_file(self, name: str) -> Path:
        """Return the file of a key: `act` and `session` are in use, others wait to be added."""
        return self.folder / "keys" / f"{name}.pem"

    def save(self, name: str, value: Json) -> None:
        """Keep a value under a name, whole or not at all."""
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
        private_files.write(self.folder / name, text.encode())

    def load(self, name: str) -> Json:
        """Return a kept value; raises Misuse when it is not there or not readable."""
        file = self.folder / name
        try:
            value: Json = json.loads(file.read_bytes())
        except FileNotFoundError as fault:
            raise Misuse("profile.missing", file=file) from fault
        except ValueError as fault:
            raise Misuse("profile.unreadable", file=file) from fault
        return value

    def has(self, name: str) -> bool:
        """Tell whether something is kept under a name."""
        return (self.folder / name).is_file()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold this profile's lock of that name: other commands of the same officer wait."""
        private_files.make_folder(self.folder)
        with (self.folder / f".{name}.lock").open("w") as file:
            flock(file, LOCK_EX)
            yield


def of_ledger(home: Path, ledger: str) -> Profile:
    """Return the profile of a ledger."""
    return Profile(home / "ledgers" / ledger)


def pending(home: Path) -> Profile:
    """Return the place for the keys of a founding that is not done."""
    return Profile(home / "founding")


def select(home: Path, ledger: str) -> None:
    """Make a ledger the one that commands speak of."""
    Profile(home).save("current.json", {"ledger": ledger})


def current(home: Path) -> Profile:
    """Return the profile that commands speak of. Raises Misuse when there is none yet."""
    if not Profile(home).has("current.json"):
        raise Misuse("profile.none", home=home)
    return of_ledger(home, answers.text(Profile(home).load("current.json"), "ledger"))
