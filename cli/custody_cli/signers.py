"""Finds the public key by which an act claims to be signed, in the proved entries that gave it to the person."""

from __future__ import annotations

from custody_cli import answers, evidence
from custody_cli.contact import Contact
from custody_verifier.canonical import Json
from custody_verifier.entry import Entry, check_signature
from custody_verifier.errors import VerifierError
from custody_verifier.keys import fingerprint


class Signers:
    """The act keys of the people of one ledger, looked up once each."""

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._known: dict[str, dict[str, tuple[str, bytes]]] = {}

    def fault_of(self, entry: Entry) -> str | None:
        """Return what is wrong with the signature of an entry; None when it is its actor's.

        Raises the Fault of a server that does not show the actor's stream: then it is not checked.
        """
        found = self._keys_of(entry.act.person).get(entry.act.key)
        if found is None:
            return "the actor has no such act key"
        try:
            check_signature(entry, *found)
        except VerifierError as fault:
            return str(fault)
        return None

    def _keys_of(self, person: str) -> dict[str, tuple[str, bytes]]:
        if person not in self._known:
            self._known[person] = {**self._founded(person), **self._enrolled(person)}
        return self._known[person]

    def _founded(self, person: str) -> dict[str, tuple[str, bytes]]:
        """The founder's and the service's keys stand in entry 0."""
        public = evidence.fetch(self._contact, 0).entry.act.public
        members = (public.get("founder"), public.get("service"))
        return _act_keys(
            [each.get("key") for each in members if isinstance(each, dict) and each.get("person") == person]
        )

    def _enrolled(self, person: str) -> dict[str, tuple[str, bytes]]:
        at = evidence.head(self._contact, person)
        return _act_keys([each.entry.act.public.get("key") for each in evidence.backwards(self._contact, at)])


def _act_keys(values: list[Json]) -> dict[str, tuple[str, bytes]]:
    found = {}
    for value in values:
        if isinstance(value, dict) and value.get("use") == "act":
            spki = answers.from_base64(answers.text(value, "spki"), "spki")
            found[fingerprint(spki)] = (answers.text(value, "algorithm"), spki)
    return found
