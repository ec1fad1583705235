"""`custody key`: makes, shows, backs up, restores, adds and revokes the officer's keys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import answers, keys, naming, output, private_files, profile
from custody_cli.commands.shared import argument, group, option, recorded, settings_of
from custody_cli.compose import Draft, in_utc
from custody_cli.contact import Contact
from custody_cli.faults import Conflicting, Denied, Misuse
from custody_cli.keys import Key, Use
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.passphrase import Passphrase
from custody_cli.pins import read_pin
from custody_cli.profile import Profile
from custody_cli.recording import record
from custody_cli.settings import Settings
from custody_verifier import canonical
from custody_verifier.canonical import Json
from custody_verifier.text import base64_text

app = group("help.key")
BACKUP = "custody-key-backup/1"
ENROL_PREFIX = b"custody-enrol/1\n"
_STATES = {"new": "waiting", "old": "replaced"}
_fingerprint = re.compile("[0-9a-f]{64}").fullmatch
_key_name = re.compile(r"(?:(?:new|old)-)?(?:act|session)(?:-[0-9a-f]{64})?").fullmatch

UseOption = Annotated[str, option("--use", "opt.use")]
Fingerprint = Annotated[str, argument("arg.fingerprint", "FINGERPRINT")]
Reason = Annotated[str, option("--reason", "opt.reason")]
BackupFile = Annotated[Path, argument("arg.backup", "FILE")]


@app.command(help=say("help.key.new"))
def new(context: typer.Context, use: UseOption = "act") -> None:
    """Make a key that waits to be added."""
    settings = settings_of(context)
    made = keys.new_key(_use(use))
    passphrase = Passphrase(none=settings.no_passphrase)
    profile.current(settings.home).save_key(made, passphrase.for_new(), f"new-{use}-{made.fingerprint}")
    _show(settings, made.use, "waiting", made.fingerprint)


@app.command(help=say("help.key.show"))
def show(context: typer.Context) -> None:
    """Print the fingerprints of the keys on this machine."""
    settings = settings_of(context)
    mine = profile.current(settings.home)
    passphrase = Passphrase(none=settings.no_passphrase)
    for file in sorted((mine.folder / "keys").glob("*.pem")):
        use = _use("session" if "session" in file.stem else "act")
        state = _STATES.get(file.stem.partition("-")[0], "in-use")
        _show(settings, use, state, mine.key(use, passphrase, file.stem).fingerprint)


@app.command(help=say("help.key.backup"))
def backup(context: typer.Context, file: BackupFile) -> None:
    """Write one file with the encrypted keys, the pin and who they belong to."""
    settings = settings_of(context)
    mine = profile.current(settings.home)
    if file.exists():
        raise Conflicting("file.exists", file=file)
    pems = {each.stem: each.read_text() for each in sorted((mine.folder / "keys").glob("*.pem"))}
    if not settings.no_passphrase and not all(keys.is_encrypted(each.encode()) for each in pems.values()):
        raise Denied("key.unencrypted")
    person = mine.person()
    content = {
        "format": BACKUP,
        "keys": pems,
        "person": {"name": person.name, "person": person.person},
        "pin": mine.pin().to_json(),
    }
    private_files.write(file, json.dumps(content, ensure_ascii=False, indent=1).encode())
    output.result(settings, "backup", {"file": str(file), "keys": len(pems)}, say("done.backup", file=file))


@app.command(help=say("help.key.restore"))
def restore(context: typer.Context, file: BackupFile) -> None:
    """Put the keys of a backup into an empty profile."""
    settings = settings_of(context)
    try:
        content: Json = json.loads(file.read_bytes())
    except ValueError as fault:
        raise Misuse("key.backup-bad", file=file) from fault
    if not isinstance(content, dict) or content.get("format") != BACKUP:
        raise Misuse("key.backup-bad", file=file)
    pin = read_pin(answers.within(content, "pin"))
    made = profile.of_ledger(settings.home, pin.ledger)
    if made.has("person.json"):
        raise Conflicting("profile.there", ledger=pin.ledger)
    pems = answers.record(answers.within(content, "keys"), "keys")
    if not all(map(_key_name, pems)):  # a name is a file's name here: nothing outside keys/
        raise Misuse("key.backup-bad", file=file)
    for name in pems:
        private_files.write(made.key_file(name), answers.text(pems, name).encode())
    made.save_pin(pin)
    made.save("person.json", answers.within(content, "person"))
    profile.select(settings.home, pin.ledger)
    output.result(settings, "restored", {"ledger": pin.ledger, "keys": len(pems)}, say("done.restored"))


@app.command(help=say("help.key.add"))
def add(context: typer.Context, fingerprint: Fingerprint) -> None:
    """Have a waiting key added to the officer's keys, and use it from now on."""
    settings = settings_of(context)
    with contact(settings) as link:
        waiting = _waiting(link, fingerprint)
        drafts = [_added(link, waiting)]
        kept = record(link, drafts)
        if waiting.use == "act" and kept:
            confirmed = Draft(
                type="person.confirmed.v1", stream=link.person.person, public={"key": waiting.fingerprint}
            )
            kept += record(link, [confirmed], waiting)
        if kept:
            _put_in_use(link.profile, waiting)
        recorded(settings, kept, say("done.key-added"))


@app.command(help=say("help.key.revoke"))
def revoke(
    context: typer.Context,
    fingerprint: Fingerprint,
    reason: Reason,
    untrusted_since: Annotated[str | None, option("--untrusted-since", "opt.untrusted-since")] = None,
    person: Annotated[str | None, option("--person", "opt.person-of-key")] = None,
) -> None:
    """Revoke a key: one's own, or as administrator another person's."""
    settings = settings_of(context)
    since = None if untrusted_since is None else in_utc(untrusted_since)
    key = fingerprint.replace(" ", "").lower()
    if not _fingerprint(key):
        raise Misuse("key.fingerprint-bad", text=fingerprint)
    with contact(settings) as link:
        draft = Draft(
            type="person.key-revoked.v1",
            stream=link.person.person if person is None else naming.person(link, person).stream,
            public={"key": key, "untrusted_since": since},
            opened={"reason": reason},
        )
        recorded(settings, record(link, [draft]), say("done.key-revoked"))


def _use(text: str) -> Use:
    if text == "act":
        return "act"
    if text == "session":
        return "session"
    raise Misuse("key.use", text=text)


def _show(settings: Settings, use: Use, state: str, fingerprint: str) -> None:
    text = f"{say(f'key.{use}')} ({say(f'key.{state}')}): {keys.read_aloud(fingerprint)}"
    output.result(settings, "key", {"fingerprint": fingerprint, "state": state, "use": use}, text)


def _waiting(link: Contact, fingerprint: str) -> Key:
    wanted = fingerprint.replace(" ", "").lower()
    for file in (link.profile.folder / "keys").glob("new-*.pem"):
        _, use, name = file.stem.split("-")
        if name.startswith(wanted):
            return link.profile.key(_use(use), link.passphrase, file.stem)
    raise Misuse("key.not-waiting", fingerprint=fingerprint)


def _added(link: Contact, waiting: Key) -> Draft:
    """Return the act that adds a key; a session key proves itself within it, an act key by its own act after it."""
    proof: Json = None
    if waiting.use == "session":
        claim: Json = {
            "key": waiting.fingerprint,
            "ledger": link.pin.ledger,
            "person": link.person.person,
        }
        proof = base64_text(waiting.private.sign(ENROL_PREFIX + canonical.write(claim)))
    public: dict[str, Json] = {"key": waiting.public(), "proof": proof}
    return Draft(type="person.key-added.v1", stream=link.person.person, public=public)


def _put_in_use(mine: Profile, key: Key) -> None:
    waiting, in_use = mine.key_file(f"new-{key.use}-{key.fingerprint}"), mine.key_file(key.use)
    in_use.replace(mine.key_file(f"old-{key.use}-{key.fingerprint}"))
    waiting.replace(in_use)
