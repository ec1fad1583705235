"""`custody signin`, `signout`, `whoami`, `status` and `send`: the officer's standing with the server."""

from __future__ import annotations

import typer

from custody_cli import answers, output, profile, receipts, recording, session
from custody_cli.commands.shared import recorded, settings_of
from custody_cli.door import Door
from custody_cli.faults import SessionEnded
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.presenting import tree
from custody_verifier.canonical import Json


def signin(context: typer.Context) -> None:
    """Begin a session with the session key."""
    settings = settings_of(context)
    with contact(settings, signed_in=False) as link:
        key = link.profile.key("session", link.passphrase)
        link.door.token = session.sign_in(link.door, link.profile, key)
        name = link.person.name
        output.result(settings, "signed-in", {"person": link.person.person}, say("done.signin", name=name))


def signout(context: typer.Context) -> None:
    """End the session, here and on the server."""
    settings = settings_of(context)
    mine = profile.current(settings.home)
    pin = mine.pin()
    with Door(settings.server or pin.server) as door:
        door.token = session.kept_token(mine, door.server)
        session.forget(mine)
        if door.token:
            try:
                door.send("DELETE", "/sessions/current")
            except SessionEnded:
                output.note(settings, "session.ended-already")
    output.result(settings, "signed-out", {}, say("done.signout"))


def whoami(context: typer.Context) -> None:
    """Print who the server says the officer is."""
    settings = settings_of(context)
    with contact(settings) as link:
        told = answers.record(link.door.get("/sessions/current"), "session")
        output.result(settings, "whoami", told, tree(told))


def status(context: typer.Context) -> None:
    """Print the ledger, its newest checkpoint, what is kept here, and what is unfinished."""
    settings = settings_of(context)
    with contact(settings, signed_in=False) as link:
        told = answers.record(link.door.get("/ledger"), "ledger")
        folder = link.profile.folder
        data: dict[str, Json] = {
            "ledger": link.pin.ledger,
            "origin": link.pin.origin,
            "server": link.door.server,
            "state": told.get("state"),
            "reason": told.get("reason"),
            "lock": told.get("lock"),
            "size": link.seen.size,
            "person": link.person.person,
            "name": link.person.name,
            "receipts": len(receipts.indices(link.profile)),
            "intakes": len(list((folder / "intakes").glob("*.json"))),
            "unsent": len(list((folder / "unsent").glob("*.json"))),
        }
        output.result(settings, "status", data, tree(data))


def send(context: typer.Context) -> None:
    """Send again what was signed when the server's answer did not arrive; it is recorded once."""
    settings = settings_of(context)
    with contact(settings) as link:
        waiting = sorted((link.profile.folder / "unsent").glob("*.json"))
        for file in waiting:
            kept = link.profile.load(f"unsent/{file.name}")
            acts = [answers.record(each, "act") for each in answers.items(kept, "acts")]
            recorded(
                settings,
                recording.deliver(link, acts, answers.text(kept, "key")),
                say("done.sent"),
            )
            file.unlink()
        if not waiting:
            output.result(settings, "nothing", {}, say("send.none"))
