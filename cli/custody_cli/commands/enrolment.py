"""`custody enrol` and `custody recover`: a person shows new keys, administrators take them on, the person confirms."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import answers, evidence, output, profile, requests
from custody_cli.commands.shared import argument, group, option, recorded, settings_of
from custody_cli.compose import Draft
from custody_cli.contact import Contact, greet
from custody_cli.door import Door
from custody_cli.faults import Conflicting, IntegrityFault, Misuse, NotThere
from custody_cli.keys import Key, new_key, read_aloud
from custody_cli.messages import say
from custody_cli.naming import person as named_person
from custody_cli.opening import contact
from custody_cli.passphrase import Passphrase
from custody_cli.pins import Pin, log_key
from custody_cli.profile import Person, Profile
from custody_cli.recording import record
from custody_cli.requests import Request
from custody_verifier import keys as public_keys
from custody_verifier.canonical import Json

enrol = group("help.enrol")
recover = group("help.recover")

RequestFile = Annotated[Path, argument("arg.request", "REQUEST")]
Method = Annotated[str, option("--method", "opt.method")]
Document = Annotated[str | None, option("--document", "opt.document")]
CheckedOn = Annotated[str | None, option("--checked-on", "opt.checked-on")]
ReadAloud = Annotated[str | None, option("--fingerprint", "opt.fingerprint")]
Yes = Annotated[bool, option("--yes", "opt.yes")]
Roles = Annotated[list[str] | None, option("--role", "opt.role")]


@enrol.command(help=say("help.enrol.request"))
def request(
    context: typer.Context,
    name: Annotated[str, option("--name", "opt.own-name")],
    file: Annotated[Path, option("--output", "opt.request-file", "-o")] = Path("enrol-request.json"),
    ledger: Annotated[str | None, option("--ledger", "opt.ledger")] = None,
    person: Annotated[str | None, option("--person", "opt.own-person")] = None,
) -> None:
    """Make keys, pin the ledger, and write the request with the public halves."""
    settings = settings_of(context)
    if settings.server is None:
        raise Misuse("server.none")
    me = Person(person or f"person/{uuid.uuid4()}", name)
    passphrase = Passphrase(none=settings.no_passphrase)
    with Door(settings.server) as door:
        pin = _first_pin(door, ledger)
        mine = profile.of_ledger(settings.home, pin.ledger)
        if mine.has("person.json"):
            raise Conflicting("profile.there", ledger=pin.ledger)
        greet(door, mine, pin)
    act_key, session_key = _make_keys(mine, passphrase)
    mine.save_pin(pin)
    mine.save_person(me)
    profile.select(settings.home, pin.ledger)
    made = Request(
        ledger=pin.ledger,
        person=me.person,
        name=name,
        key=act_key.public(),
        session_key=session_key.public(),
    )
    made.write(file)
    data: dict[str, Json] = {"file": str(file), "fingerprint": made.fingerprint, "ledger": pin.ledger}
    data["person"] = me.person
    output.result(settings, "request", data, _shown(made, file))


@enrol.command(help=say("help.enrol.accept"))
def accept(
    context: typer.Context,
    file: RequestFile,
    method: Method,
    document: Document = None,
    checked_on: CheckedOn = None,
    role: Roles = None,
    fingerprint: ReadAloud = None,
    yes: Yes = False,
) -> None:
    """Enrol the person of a request, and grant ledger-wide roles."""
    settings = settings_of(context)
    with contact(settings) as link:
        asked = _agreed(link, file, fingerprint, yes=yes)
        public: dict[str, Json] = {"key": asked.key, "session_key": asked.session_key}
        opened: dict[str, Json] = {
            "name": asked.name,
            "identity_check": _identity_check(method, document, checked_on),
        }
        drafts = [
            Draft(type="person.enrolled.v1", stream=asked.person, public=public, opened=opened, first=True)
        ]
        drafts += [
            Draft(
                type="person.role-granted.v1",
                stream=asked.person,
                public={"role": each},
                opened={"reason": None},
            )
            for each in role or ()
        ]
        recorded(settings, record(link, drafts), asked.name, person=asked.person)


@enrol.command(help=say("help.enrol.confirm"))
def confirm(context: typer.Context) -> None:
    """Confirm one's own enrolment or recovery with the new key, after a look at what was enrolled."""
    settings = settings_of(context)
    with contact(settings) as link:
        key = link.profile.key("act", link.passphrase)
        _require_enrolled(link, key)
        draft = Draft(type="person.confirmed.v1", stream=link.person.person, public={"key": key.fingerprint})
        recorded(settings, record(link, [draft]), say("done.confirmed"))


@recover.command(help=say("help.recover.propose"))
def propose(
    context: typer.Context,
    file: RequestFile,
    method: Method,
    reason: Annotated[str, option("--reason", "opt.reason")],
    document: Document = None,
    checked_on: CheckedOn = None,
    fingerprint: ReadAloud = None,
    yes: Yes = False,
) -> None:
    """Propose new keys for a person who lost theirs."""
    settings = settings_of(context)
    with contact(settings) as link:
        asked = _agreed(link, file, fingerprint, yes=yes)
        draft = Draft(
            type="person.recovery-proposed.v1",
            stream=asked.person,
            public={"key": asked.key, "session_key": asked.session_key},
            opened={"identity_check": _identity_check(method, document, checked_on), "reason": reason},
        )
        recorded(settings, record(link, [draft]), asked.name, person=asked.person)


@recover.command(help=say("help.recover.approve"))
def approve(
    context: typer.Context,
    person: Annotated[str, argument("arg.person", "PERSON")],
    fingerprint: ReadAloud = None,
    yes: Yes = False,
) -> None:
    """Approve what another administrator proposed."""
    settings = settings_of(context)
    with contact(settings) as link:
        who = named_person(link, person)
        found = next(
            (
                each
                for each in evidence.backwards(link, evidence.head(link, who.stream))
                if each.entry.act.type == "person.recovery-proposed.v1"
            ),
            None,
        )
        if found is None:
            raise NotThere("recover.none", name=who.name)
        spki = answers.text(answers.within(dict(found.entry.act.public), "key"), "spki")
        _agree(_fingerprint(spki), who.name, fingerprint, yes=yes)
        draft = Draft(
            type="person.recovery-approved.v1", stream=who.stream, public={"proposal": found.entry.act.hash}
        )
        recorded(settings, record(link, [draft]), who.name)


def _first_pin(door: Door, ledger: str | None) -> Pin:
    """Return the pin of a server met for the first time; `ledger` is what the person was told elsewhere."""
    told = door.get("/ledger")
    found = answers.optional_text(told, "ledger")
    if found is None:
        raise NotThere("ledger.unfounded")
    if ledger is not None and found != ledger:
        raise IntegrityFault("pin.other", what=say("field.ledger"), pinned=ledger)
    origin, log = answers.text(told, "origin"), tuple(answers.texts(told, "log"))
    log_key(origin, log)
    return Pin(ledger=found, origin=origin, log=log, server=door.server)


def _make_keys(mine: Profile, passphrase: Passphrase) -> tuple[Key, Key]:
    made = new_key("act"), new_key("session")
    for key in made:
        mine.save_key(key, passphrase.for_new())
    return made


def _shown(made: Request, file: Path) -> str:
    return output.details(
        [
            (say("field.request"), str(file)),
            (say("field.ledger"), made.ledger),
            (say("field.person"), made.person),
            (say("field.read-aloud"), read_aloud(made.fingerprint)),
        ]
    )


def _agreed(link: Contact, file: Path, fingerprint: str | None, *, yes: bool) -> Request:
    asked = requests.read(file)
    if asked.ledger != link.pin.ledger:
        raise Misuse("request.other-ledger")
    _agree(asked.fingerprint, asked.name, fingerprint, yes=yes)
    return asked


def _agree(fingerprint: str, name: str, told: str | None, *, yes: bool) -> None:
    """Raise Misuse unless the fingerprint is the one that the person read aloud."""
    if told is not None:
        if told.replace(" ", "").lower() != fingerprint:
            raise Misuse("fingerprint.other", name=name)
        return
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misuse("fingerprint.ask")
    print(say("fingerprint.compare", name=name, fingerprint=read_aloud(fingerprint)), file=sys.stderr)
    if not typer.confirm(say("fingerprint.same"), err=True):
        raise Misuse("fingerprint.other", name=name)


def _identity_check(method: str, document: str | None, checked_on: str | None) -> Json:
    return {"method": method, "document": document, "checked_on": checked_on}


def _fingerprint(spki: str) -> str:
    return public_keys.fingerprint(answers.from_base64(spki, "spki"))


def _require_enrolled(link: Contact, key: Key) -> None:
    """Raise IntegrityFault unless the newest act that gives this person keys carries exactly theirs (entry-v1, 13)."""
    at = evidence.head(link, link.person.person)
    given = (
        each.entry.act.public
        for each in evidence.backwards(link, at)
        if each.entry.act.type in {"person.enrolled.v1", "person.recovery-proposed.v1"}
    )
    found = next(given, None)
    if found is None:
        raise NotThere("enrol.none")
    session_key = link.profile.key("session", link.passphrase)
    if (found.get("key"), found.get("session_key")) != (key.public(), session_key.public()):
        raise IntegrityFault("enrol.other-key")
