"""`custody found`: begins a ledger with its first act, signed by the founder's new key."""

from __future__ import annotations

import hashlib
import uuid
from typing import Annotated

import typer

from custody_cli import answers, checkpoints, output, private_files, profile, receipts
from custody_cli.commands.shared import option, recorded, settings_of
from custody_cli.compose import FIRST, Draft, Signer, claimed, compose, sign
from custody_cli.door import Door
from custody_cli.faults import IntegrityFault, Misuse
from custody_cli.keys import Key, new_key, read_aloud
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.passphrase import Passphrase
from custody_cli.pins import Pin, log_key, shown
from custody_cli.profile import Person, Profile
from custody_cli.recording import record
from custody_cli.settings import Settings
from custody_verifier import keys as public_keys
from custody_verifier.canonical import Json
from custody_verifier.errors import VerifierError

Token = Annotated[str, option("--token", "opt.token", envvar="CUSTODY_FOUNDING_TOKEN")]
Name = Annotated[str, option("--name", "opt.own-name")]
Deployment = Annotated[str, option("--deployment", "opt.deployment")]


def found(context: typer.Context, token: Token, name: Name, deployment: Deployment) -> None:
    """Make keys, look at the server's, sign the first act, and pin the ledger.

    1. keys, kept before anything is sent; 2. what the server says of itself; 3. compose and sign;
    4. send; 5. check the receipt; 6. pin.
    """
    settings = settings_of(context)
    if settings.server is None:
        raise Misuse("server.none")
    passphrase = Passphrase(none=settings.no_passphrase)
    act_key, session_key = new_key("act"), new_key("session")
    waiting = profile.pending(settings.home)
    _keep(waiting, (act_key, session_key), passphrase)
    with Door(settings.server) as door:
        door.token = token
        told = door.get("/founding")
        person = Person(f"person/{uuid.uuid4()}", name)
        draft = draft_of(told, person, act_key, session_key, deployment)
        signer = Signer(
            person=person.person, key=act_key, ledger=None, seen=None, occurred_at=claimed(settings.at)
        )
        submission = sign([compose(draft, FIRST, signer)], act_key)[0]
        answer = door.post("/founding", {"acts": [submission]})
        pin = _pinned(told, door.server, submission, answer)
    made = profile.of_ledger(settings.home, pin.ledger)
    _keep(made, (act_key, session_key), passphrase)
    _finish(settings, made, waiting, person, pin, answer)
    output.result(settings, "founded", {"ledger": pin.ledger, "origin": pin.origin}, _summary(pin, act_key))
    _say_name(settings, person, passphrase)


def draft_of(told: Json, person: Person, act_key: Key, session_key: Key, deployment: str) -> Draft:
    """Return the first act, with the server's keys after a look at each. Raises IntegrityFault for a weak one."""
    origin, log = answers.text(told, "origin"), answers.texts(told, "log")
    log_key(origin, tuple(log))
    service = answers.within(told, "service")
    key = answers.within(service, "key")
    try:
        spki = answers.from_base64(answers.text(key, "spki"), "service.key")
        public_keys.check_key(answers.text(key, "algorithm"), spki)
    except VerifierError as fault:
        raise IntegrityFault("key.weak", reason=str(fault)) from fault
    public: dict[str, Json] = {
        "format": "custody-entry/1",
        "founder": {"person": person.person, "key": act_key.public(), "session_key": session_key.public()},
        "log": [*log],
        "origin": origin,
        "service": {
            "person": answers.text(service, "person"),
            "key": {name: answers.text(key, name) for name in ("algorithm", "spki", "use")},
        },
    }
    return Draft(
        type="ledger.founded.v1",
        stream=f"ledger/{uuid.uuid4()}",
        public=public,
        opened={"deployment": deployment},
    )


def _keep(where: Profile, keys: tuple[Key, ...], passphrase: Passphrase) -> None:
    for key in keys:
        where.save_key(key, passphrase.for_new())


def _pinned(told: Json, server: str, submission: dict[str, Json], answer: Json) -> Pin:
    listed = answers.items(answer, "receipts")
    if len(listed) != 1:
        raise IntegrityFault("answer.shape", path="receipts")
    entry = answers.from_base64(answers.text(listed[0], "entry"), "entry")
    pin = Pin(
        ledger=hashlib.sha256(entry).hexdigest(),
        origin=answers.text(told, "origin"),
        log=tuple(answers.texts(told, "log")),
        server=server,
    )
    kept = receipts.read(pin, listed[0])
    receipts.require_of(kept, submission)
    if kept.index != 0:
        raise IntegrityFault("receipt.other-act", index=kept.index)
    return pin


def _finish(
    settings: Settings, made: Profile, waiting: Profile, person: Person, pin: Pin, answer: Json
) -> None:
    made.save_pin(pin)
    made.save_person(person)
    kept = receipts.read(pin, answers.items(answer, "receipts")[0])
    receipts.keep(made, kept)
    private_files.write(made.folder / checkpoints.FILE, kept.note)
    profile.select(settings.home, pin.ledger)
    for use in ("act", "session"):
        waiting.key_file(use).unlink(missing_ok=True)
    recorded(settings, [kept], say("done.founded"))


def _say_name(settings: Settings, person: Person, passphrase: Passphrase) -> None:
    """Record the founder's name, which entry 0 does not hold: it could never be erased there."""
    with contact(settings, passphrase=passphrase) as link:
        draft = Draft(
            type="person.amended.v1",
            stream=person.person,
            opened={"name": person.name, "reason": say("done.founder-name")},
        )
        recorded(settings, record(link, [draft]), person.name)


def _summary(pin: Pin, key: Key) -> str:
    return output.details(
        [
            (say("field.ledger"), pin.ledger),
            (say("field.origin"), pin.origin),
            (say("field.log"), shown(pin.log)),
            (say("field.own-key"), read_aloud(key.fingerprint)),
        ]
    )
