"""`custody inbox` and `custody transfer`: exhibits change hands, many under one signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from custody_cli import answers, naming, output
from custody_cli.commands.shared import argument, group, option, place_of, recorded, seal_of, settings_of
from custody_cli.compose import Draft
from custody_cli.contact import Contact
from custody_cli.handing_over import Offer, open_offer, rehash, unchecked
from custody_cli.messages import say
from custody_cli.naming import Exhibit
from custody_cli.opening import contact
from custody_cli.presenting import waiting_line
from custody_cli.recording import record
from custody_verifier.canonical import Json

app = group("help.transfer")

Exhibits = Annotated[list[str], argument("arg.exhibits", "EXHIBIT...")]
Reason = Annotated[str, option("--reason", "opt.reason")]
Seal = Annotated[str | None, option("--seal", "opt.seal-number")]
Intact = Annotated[bool | None, option("--intact/--broken", "opt.intact")]


def inbox(context: typer.Context) -> None:
    """Print what waits for the officer."""
    settings = settings_of(context)
    with contact(settings) as link:
        waiting = list(link.door.pages("/inbox"))
        for item in waiting:
            data = answers.record(item, "item")
            output.result(settings, "waiting", data, waiting_line(data))
        if not waiting:
            output.note(settings, "inbox.empty")


@app.command(help=say("help.transfer.offer"))
def offer(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    exhibits: Exhibits,
    to: Annotated[str, option("--to", "opt.to")],
    purpose: Annotated[str, option("--purpose", "opt.purpose")],
    condition: Annotated[str | None, option("--condition", "opt.condition")] = None,
    seal: Seal = None,
    intact: Intact = None,
    to_site: Annotated[str | None, option("--to-site", "opt.to-site")] = None,
    to_detail: Annotated[str | None, option("--to-detail", "opt.detail")] = None,
    transport: Annotated[str | None, option("--transport", "opt.transport")] = None,
    expected_return: Annotated[str | None, option("--expected-return", "opt.expected-return")] = None,
) -> None:
    """Offer exhibits to a person; the officer stays answerable until they accept."""
    settings = settings_of(context)
    opened: dict[str, Json] = {
        "purpose": purpose,
        "condition": condition,
        "seal": seal_of(seal, intact=intact),
        "from_place": None,
        "to_place": place_of(to_site, to_detail),
    }
    more = {"transport": transport, "expected_return": expected_return}
    opened |= {name: value for name, value in more.items() if value is not None}
    with contact(settings) as link:
        receiver = naming.person(link, to)
        output.note(settings, "transfer.to", name=receiver.name, person=receiver.stream)

        def drafted(found: Exhibit) -> Draft:
            return Draft(
                type="transfer.offered.v1",
                stream=found.stream,
                public={"to": receiver.stream},
                opened=opened,
            )

        _record(link, exhibits, drafted)


@app.command(help=say("help.transfer.accept"))
def accept(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    exhibits: Exhibits,
    condition: Annotated[str, option("--condition", "opt.condition")],
    site: Annotated[str, option("--site", "opt.site")],
    detail: Annotated[str | None, option("--detail", "opt.detail")] = None,
    seal: Seal = None,
    intact: Intact = True,
    check: Annotated[bool, option("--rehash", "opt.rehash")] = False,
    remarks: Annotated[str | None, option("--remarks", "opt.remarks")] = None,
) -> None:
    """Accept exhibits that were offered: from then on the officer is their custodian."""
    settings = settings_of(context)
    with contact(settings) as link:

        def drafted(found: Exhibit) -> Draft:
            offered = open_offer(link, found, to=link.person.person)
            opened: dict[str, Json] = {
                "condition": condition,
                "seal": seal_of(seal, intact=intact),
                "place": {"site": site, "detail": detail},
                "rehash": rehash(link, found) if check else unchecked(found),
            }
            if remarks is not None:
                opened["remarks"] = remarks
            return _answer("transfer.accepted.v1", found, offered, opened)

        _record(link, exhibits, drafted)


@app.command(help=say("help.transfer.decline"))
def decline(context: typer.Context, exhibits: Exhibits, reason: Reason) -> None:
    """Decline exhibits that were offered."""
    settings = settings_of(context)
    with contact(settings) as link:

        def drafted(found: Exhibit) -> Draft:
            offered = open_offer(link, found, to=link.person.person)
            return _answer("transfer.declined.v1", found, offered, {"reason": reason})

        _record(link, exhibits, drafted)


@app.command(help=say("help.transfer.withdraw"))
def withdraw(context: typer.Context, exhibits: Exhibits, reason: Reason) -> None:
    """Take back an offer that nobody has answered."""
    settings = settings_of(context)
    with contact(settings) as link:

        def drafted(found: Exhibit) -> Draft:
            offered = open_offer(link, found, by=link.person.person)
            return _answer("transfer.withdrawn.v1", found, offered, {"reason": reason})

        _record(link, exhibits, drafted)


def _answer(kind: str, found: Exhibit, offered: Offer, opened: dict[str, Json]) -> Draft:
    return Draft(type=kind, stream=found.stream, public={"offer": offered.act}, opened=opened)


def _record(link: Contact, exhibits: list[str], drafted: Callable[[Exhibit], Draft]) -> None:
    found = [naming.exhibit(link, each) for each in dict.fromkeys(exhibits)]
    kept = record(link, [drafted(each) for each in found])
    if not kept:
        recorded(link.settings, [], "")
    for one, each in zip(kept, found, strict=False):
        recorded(link.settings, [one], each.reference, reference=each.reference)
