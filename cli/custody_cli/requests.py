"""Enrolment requests: the file in which a new person, or one who lost their keys, shows their new public keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from custody_cli import answers, private_files
from custody_cli.faults import Fault, Misuse
from custody_verifier import keys as public_keys
from custody_verifier.canonical import Json
from custody_verifier.errors import VerifierError
from custody_verifier.text import base64_text

FORMAT: Final = "custody-enrol-request/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who asks (`person/<uuid>` and name), of which ledger, with which public keys as acts carry them."""

    ledger: str
    person: str
    name: str
    key: dict[str, Json]
    session_key: dict[str, Json]

    @property
    def fingerprint(self) -> str:
        """The name of the act key, which the person reads aloud."""
        return public_keys.fingerprint(answers.from_base64(answers.text(self.key, "spki"), "spki"))

    def write(self, file: Path) -> None:
        """Write the request to a file."""
        content = {
            "format": FORMAT,
            "key": self.key,
            "ledger": self.ledger,
            "name": self.name,
            "person": self.person,
            "session_key": self.session_key,
        }
        private_files.write(file, json.dumps(content, ensure_ascii=False, indent=1).encode())


def read(file: Path) -> Request:
    """Return the request of a file, its keys looked at. Raises Misuse."""
    try:
        content: Json = json.loads(file.read_bytes())
        if answers.text(content, "format") != FORMAT:
            raise Misuse("request.unreadable", file=file)
        return Request(
            ledger=answers.text(content, "ledger"),
            person=answers.text(content, "person"),
            name=answers.text(content, "name"),
            key=_key(answers.within(content, "key"), "act"),
            session_key=_key(answers.within(content, "session_key"), "session"),
        )
    except (ValueError, VerifierError, Fault) as fault:
        raise Misuse("request.unreadable", file=file) from fault


def _key(value: Json, use: str) -> dict[str, Json]:
    """Return a public key after a look at it: strong, of a known algorithm, for the right use."""
    algorithm, spki = (
        answers.text(value, "algorithm"),
        answers.from_base64(answers.text(value, "spki"), "spki"),
    )
    public_keys.check_key(algorithm, spki)
    if answers.text(value, "use") != use:
        raise Misuse("key.use", text=use)
    return {"algorithm": algorithm, "spki": base64_text(spki), "use": use}
