"""`custody intake` and `custody held`: evidence comes in, and is asked for by its bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from custody_cli import answers, naming, output, progress
from custody_cli.commands.shared import argument, option, recorded, settings_of
from custody_cli.compose import claimed, new_stream
from custody_cli.contact import Contact
from custody_cli.faults import Misuse
from custody_cli.intake import fields, run
from custody_cli.intake.digests import measure
from custody_cli.intake.fields import Said
from custody_cli.intake.plan import PlannedExhibit, name_of
from custody_cli.intake.selection import select
from custody_cli.intake.spelling import spelled
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.recording import record
from custody_verifier.canonical import Json

Paths = Annotated[list[Path] | None, argument("arg.paths", "FILE...")]


def intake(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    paths: Paths = None,
    case: Annotated[str, option("--case", "opt.case")] = "",
    title: Annotated[str | None, option("--title", "opt.title")] = None,
    description: Annotated[str | None, option("--description", "opt.description")] = None,
    how: Annotated[str | None, option("--how", "opt.how")] = None,
    method: Annotated[str | None, option("--method", "opt.how-method")] = None,
    by: Annotated[str | None, option("--by", "opt.by")] = None,
    collected_at: Annotated[str | None, option("--collected-at", "opt.collected-at")] = None,
    site: Annotated[str | None, option("--site", "opt.site")] = None,
    detail: Annotated[str | None, option("--detail", "opt.detail")] = None,
    mark: Annotated[str | None, option("--mark", "opt.mark")] = None,
    file: Annotated[Path | None, option("--fields", "opt.fields")] = None,
    sets: Annotated[list[str] | None, option("--set", "opt.set")] = None,
    each: Annotated[bool, option("--each", "opt.each")] = False,
    split: Annotated[bool, option("--split", "opt.split")] = False,
    force: Annotated[bool, option("--force", "opt.force")] = False,
    physical: Annotated[bool, option("--physical", "opt.physical")] = False,
    quantity: Annotated[str | None, option("--quantity", "opt.quantity")] = None,
    condition: Annotated[str | None, option("--condition", "opt.condition")] = None,
    seal: Annotated[str | None, option("--seal", "opt.seal")] = None,
) -> None:
    """Take files, folders or a physical object into a case."""
    settings = settings_of(context)
    if not case or bool(paths) == physical:
        raise Misuse("intake.what")
    when = None if collected_at is None else claimed(collected_at)
    with contact(settings) as link:
        said = Said(
            title=title,
            description=description,
            how=how,
            method=method,
            by=by or link.person.name,
            site=site,
            detail=detail,
            mark=mark,
            file=file,
            sets=sets or (),
        )
        label = title or (paths[0].name if paths else "")
        body = fields.describe(said, label)
        if physical:
            body = fields.describe_physical(_physical(body, quantity, condition, seal))
        fields.require_described(body)
        asked = run.Asked(
            name=name_of(case, str(each), str(split), *(str(one.absolute()) for one in paths or ())),
            case=naming.case(link, case),
            body=body,
            own_title="title" in body and title is not None,
            collected_at=when,
            force=force,
        )
        if physical:
            _take_object(link, asked)
            return
        selection = select(paths or (), each=each, split=split)
        if not selection.given:
            raise Misuse("intake.nothing", paths=", ".join(spelled(str(one)) for one in paths or ()))
        if not run.run(link, asked, selection):
            raise typer.Exit(2)


def held(context: typer.Context, file: Annotated[Path, argument("arg.file", "FILE")]) -> None:
    """Tell whether the bytes of a file are held here."""
    settings = settings_of(context)
    with contact(settings) as link:
        with progress.bar(settings, say("progress.measure"), file.stat().st_size) as advance:
            digest = measure(file, advance).sha256
        where = run.held_as(link, digest)
        text = say("held.yes", where=where) if where else say("held.no")
        data: dict[str, Json] = {"held": where is not None, "sha256": digest, "where": where}
        output.result(settings, "held", data, f"{digest}  {text}")
        if where is None:
            raise typer.Exit(3)


def _physical(
    body: fields.Body, quantity: str | None, condition: str | None, seal: str | None
) -> fields.Body:
    more: fields.Body = {}
    if quantity is not None:
        value, _, unit = quantity.partition(" ")
        more["quantity"] = {"value": value, "unit": unit or "1"}
    if condition is not None:
        more["condition"] = condition
    if seal is not None:
        number, _, kind = seal.partition(":")
        more["seal"] = {"number": number, "type": kind or None}
    return {**body, **more}


def _take_object(link: Contact, asked: run.Asked) -> None:
    exhibit = PlannedExhibit(exhibit=new_stream("exhibit"), label=answers.text(asked.body, "title"), files=[])
    kept = record(link, [run.draft_of(asked, exhibit)])
    reference = run.reference_of(asked, kept[0]) if kept else asked.case.reference
    recorded(link.settings, kept, reference, exhibit=exhibit.exhibit, reference=reference)
