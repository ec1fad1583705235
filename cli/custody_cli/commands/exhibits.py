"""`custody show`, `history`, `move`, `amend` and `error`: what is recorded of an exhibit, and what is added to it."""

from __future__ import annotations

from typing import Annotated

import typer

from custody_cli import answers, evidence, naming, output, references
from custody_cli.commands.cases import moment
from custody_cli.commands.cases import show as show_case
from custody_cli.commands.shared import argument, option, recorded, settings_of
from custody_cli.compose import Draft
from custody_cli.contact import Contact
from custody_cli.faults import Misuse
from custody_cli.intake.fields import Body, complete, merge, read_set
from custody_cli.naming import Exhibit
from custody_cli.opening import contact
from custody_cli.presenting import act_line, tree
from custody_cli.recording import record
from custody_verifier.canonical import Json

Name = Annotated[str, argument("arg.exhibit", "EXHIBIT")]
Reason = Annotated[str, option("--reason", "opt.reason")]
AsOf = Annotated[str | None, option("--as-of", "opt.as-of")]
Clock = Annotated[str, option("--clock", "opt.clock")]


def show(
    context: typer.Context,
    name: Annotated[str, argument("arg.exhibit-or-case", "EXHIBIT|CASE")],
    as_of: AsOf = None,
    clock: Clock = "recorded",
) -> None:
    """Print an exhibit or a case, now or as of a moment on either clock."""
    if is_case(name):
        show_case(context, name, as_of, clock)
        return
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        when = moment(as_of, clock)
        told = answers.record(link.door.get(f"/exhibits/{found.uuid}", **when), "exhibit")
        output.result(settings, "exhibit", told, tree(told))


def history(
    context: typer.Context, name: Annotated[str, argument("arg.exhibit-or-case", "EXHIBIT|CASE")]
) -> None:
    """Print every act on an exhibit or a case, with both clocks and names as they were then."""
    settings = settings_of(context)
    with contact(settings) as link:
        if is_case(name):
            path = f"/cases/{naming.case(link, name).uuid}/history"
        else:
            path = f"/exhibits/{naming.exhibit(link, name).uuid}/history"
        for item in link.door.pages(path):
            data = {**answers.record(item, "act"), "act": answers.text(item, "type")}
            output.result(settings, "act", data, act_line(item))


def move(
    context: typer.Context,
    name: Name,
    site: Annotated[str, option("--site", "opt.site")],
    detail: Annotated[str | None, option("--detail", "opt.detail")] = None,
    reason: Annotated[str | None, option("--reason", "opt.reason")] = None,
) -> None:
    """Record that an exhibit is kept in another place now."""
    opened: Body = {"place": {"site": site, "detail": detail}, "reason": reason}
    _record(context, "exhibit.moved.v1", name, opened)


def amend(
    context: typer.Context,
    name: Name,
    sets: Annotated[list[str], option("--set", "opt.set")],
    reason: Reason,
) -> None:
    """Amend what is said of an exhibit; groups are completed from what was said before."""
    settings = settings_of(context)
    said: Body = {}
    for each in sets:
        merge(said, read_set(each))
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        before = _said_before(link, found)
        opened = complete({member: _completed(before.get(member), value) for member, value in said.items()})
        draft = Draft(type="exhibit.amended.v1", stream=found.stream, opened={**opened, "reason": reason})
        recorded(settings, record(link, [draft]), found.reference, reference=found.reference)


def error(
    context: typer.Context,
    name: Name,
    reason: Reason,
    index: Annotated[int | None, option("--entry", "opt.entry")] = None,
    duplicate_of: Annotated[str | None, option("--duplicate-of", "opt.duplicate-of")] = None,
) -> None:
    """Mark an act, by default the intake, as recorded in error; the record stays."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        wrong = found.intake if index is None else evidence.of_stream(link, found.stream, index)
        other = None if duplicate_of is None else naming.exhibit(link, duplicate_of).stream
        draft = Draft(
            type="exhibit.recorded-in-error.v1",
            stream=found.stream,
            public={"act": wrong.entry.act.hash, "duplicate_of": other},
            opened={"reason": reason},
        )
        recorded(settings, record(link, [draft]), found.reference, reference=found.reference)


def correct_case(
    context: typer.Context,
    name: Name,
    case: Annotated[str, option("--case", "opt.case")],
    reason: Reason,
) -> None:
    """Put an exhibit that was taken into the wrong case into the right one; the old reference stays, marked."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        to = naming.case(link, case)
        cases = [
            each.entry.act.public.get("case")
            for each in evidence.backwards(link, found.head)
            if each.entry.ordinal is not None
        ]
        draft = Draft(
            type="exhibit.case-corrected.v1",
            stream=found.stream,
            public={"case": to.stream, "from": cases[0]},
            opened={"reason": reason},
        )
        kept = record(link, [draft])
        number = kept[0].entry.ordinal if kept else None
        reference = str(references.Reference(to.reference, number)) if number else to.reference
        recorded(settings, kept, f"{found.reference} → {reference}", reference=reference)


def _record(context: typer.Context, kind: str, name: str, opened: Body) -> None:
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        draft = Draft(type=kind, stream=found.stream, opened=opened)
        recorded(settings, record(link, [draft]), found.reference, reference=found.reference)


def is_case(name: str) -> bool:
    """Tell whether a name is that of a case rather than of an exhibit."""
    if name.startswith("case/"):
        return True
    return "/" not in name and references.uuid_in(name, "exhibit") is None


def _said_before(link: Contact, found: Exhibit) -> Body:
    """Return the values of an exhibit as its proved entries disclose them."""
    said: Body = {}
    for each in evidence.forwards(link, found.head):
        said |= each.opened
    return said


def _completed(before: Json, value: Json) -> Json:
    """Return a group with what was said before where nothing new is said."""
    if isinstance(before, dict) and isinstance(value, dict):
        return {**before, **value}
    if value is None and before is None:
        raise Misuse("fields.nothing")
    return value
