"""Finds what an officer names, and proves it: a case by its reference, an exhibit by its number, a person by name."""

from __future__ import annotations

from dataclasses import dataclass

from custody_cli import answers, evidence, references
from custody_cli.contact import Contact
from custody_cli.evidence import Head, Proved
from custody_cli.faults import IntegrityFault, Misuse, NotThere
from custody_verifier.canonical import Json


@dataclass(frozen=True, slots=True)
class Case:
    """A case: its stream, and the reference under which its first act opened it."""

    stream: str
    reference: str

    @property
    def uuid(self) -> str:
        """The uuid alone, as addresses carry it."""
        return self.stream.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An exhibit: its stream, where that stands, its intake, and its number."""

    stream: str
    head: Head
    intake: Proved
    reference: str

    @property
    def uuid(self) -> str:
        """The uuid alone, as addresses carry it."""
        return self.stream.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Named:
    """A person, with the name that their enrolment or a later act disclosed."""

    stream: str
    name: str


def case(contact: Contact, text: str) -> Case:
    """Return the case of a reference, uuid or stream name. Raises NotThere, IntegrityFault."""
    uuid = references.uuid_in(text, "case")
    stream = f"case/{uuid}" if uuid else _listed_case(contact, text.upper())
    first = _first(contact, stream, "case.opened.v1")
    reference = _opened_text(first, "reference")
    if uuid is None and reference != text.upper():
        raise IntegrityFault("name.other", text=text)
    return Case(stream, reference)


def exhibit(contact: Contact, text: str) -> Exhibit:
    """Return the exhibit of a reference, uuid or stream name; its number is proved from its intake and case.

    A number in a case that the officer may not see is passed over: that of an exhibit that came from another case, or
    that they still hold after they left its case. Without any number it goes by its stream.
    """
    uuid = references.uuid_in(text, "exhibit")
    wanted = None if uuid else references.read(text)
    stream = f"exhibit/{uuid}" if uuid else _listed_exhibit(contact, str(wanted))
    at = evidence.head(contact, stream)
    if not at.entries:
        raise NotThere("name.none", text=text)
    numbered = [each for each in evidence.forwards(contact, at) if each.entry.ordinal is not None]
    if not numbered:
        raise IntegrityFault("stream.other", stream=stream)
    found = [number for each in numbered if (number := _number(contact, each)) is not None]
    if wanted is not None and str(wanted) not in found:
        raise IntegrityFault("name.other", text=text)
    return Exhibit(stream, at, numbered[0], str(wanted) if wanted else (found or [stream])[-1])


def person(contact: Contact, text: str) -> Named:
    """Return the person of a name, uuid or stream name. Raises Misuse when a name is of several people."""
    uuid = references.uuid_in(text, "person")
    stream = f"person/{uuid}" if uuid else _listed_person(contact, text)
    name = proved_name(contact, stream)
    if uuid is None and name.casefold() != text.casefold():
        raise IntegrityFault("name.other", text=text)
    return Named(stream, name)


def proved_name(contact: Contact, stream: str) -> str:
    """Return the newest disclosed name of a person, from entries that are proved; empty when none is disclosed."""
    at = evidence.head(contact, stream)
    for each in evidence.backwards(contact, at):
        name = each.opened.get("name")
        if isinstance(name, str):
            return name
    return ""


def _number(contact: Contact, numbered: Proved) -> str | None:
    """Return a number that an exhibit got, or None when its case is none that the officer may see."""
    stream = numbered.entry.act.public.get("case")
    if not isinstance(stream, str) or numbered.entry.ordinal is None:
        raise IntegrityFault("stream.other", stream=numbered.entry.act.stream)
    try:
        opened = _first(contact, stream, "case.opened.v1")
    except NotThere:
        return None
    return str(references.Reference(_opened_text(opened, "reference"), numbered.entry.ordinal))


def _first(contact: Contact, stream: str, kind: str) -> Proved:
    at = evidence.head(contact, stream)
    if not at.entries:
        raise NotThere("name.none", text=stream)
    first = evidence.of_stream(contact, stream, at.entries[0])
    if first.entry.act.version != 1 or first.entry.act.type != kind:
        raise IntegrityFault("stream.other", stream=stream)
    return first


def _opened_text(found: Proved, name: str) -> str:
    value = found.opened.get(name)
    if not isinstance(value, str):
        raise NotThere("name.withheld", index=found.index, name=name)
    return value


def _listed_case(contact: Contact, reference: str) -> str:
    if not references.is_case(reference):
        raise Misuse("reference.case", text=reference)
    for item in contact.door.pages("/cases"):
        if answers.optional_text(item, "reference") == reference:
            return answers.text(item, "case")
    raise NotThere("name.none", text=reference)


def _listed_exhibit(contact: Contact, reference: str) -> str:
    inside = case(contact, reference.partition("/")[0])
    for item in contact.door.pages(f"/cases/{inside.uuid}/exhibits"):
        if answers.optional_text(item, "reference") == reference:
            return answers.text(item, "exhibit")
    for item in contact.door.pages("/search", q=reference):  # a number that it had before it was corrected
        if answers.optional_text(item, "kind") == "exhibit":
            return answers.text(item, "stream")
    raise NotThere("name.none", text=reference)


def _listed_person(contact: Contact, name: str) -> str:
    found: list[Json] = [
        item
        for item in contact.door.pages("/persons")
        if (answers.optional_text(item, "name") or "").casefold() == name.casefold()
    ]
    if not found:
        raise NotThere("name.none", text=name)
    if len(found) > 1:
        raise Misuse("name.several", text=name, count=len(found))
    return answers.text(found[0], "person")
