"""`custody receipt`: prints the receipt of an entry, for people and for other programs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import output, printing, profile, receipts
from custody_cli.commands.shared import argument, option, settings_of
from custody_cli.faults import Misuse, NotThere
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.pins import Pin
from custody_cli.receipts import Kept
from custody_cli.settings import Settings
from custody_verifier.canonical import Json


def receipt(
    context: typer.Context,
    index: Annotated[int | None, argument("arg.index", "INDEX", min=0)] = None,
    folder: Annotated[Path | None, option("--output", "opt.folder", "-o")] = None,
    check: Annotated[list[Path] | None, option("--check", "opt.check")] = None,
) -> None:
    """Print the receipt of an entry, checked again; with -o write page, entry and proof into a folder."""
    settings = settings_of(context)
    if (index is None) != bool(check):
        raise Misuse("receipt.what")
    if index is not None:
        _show(settings, index, folder)
    for file in check or ():
        _check(settings, file)


def _show(settings: Settings, index: int, folder: Path | None) -> None:
    mine = profile.current(settings.home)
    pin = mine.pin()
    try:
        kept = receipts.load(mine, pin, index)
    except NotThere:
        kept = _fetch(settings, index)
    files = printing.write(folder, pin, kept) if folder else []
    text = "\n".join(map(str, files)) if files else printing.page(pin, kept).rstrip("\n")
    data: dict[str, Json] = {**_data(pin, kept), "files": [str(each) for each in files]}
    output.result(settings, "receipt", data, text)


def _check(settings: Settings, file: Path) -> None:
    pin = profile.current(settings.home).pin()
    kept = receipts.read_files(pin, file)
    text = say("receipt.holds", index=kept.index, ledger=pin.ledger, size=kept.checkpoint.size)
    output.result(settings, "receipt", _data(pin, kept), text)


def _data(pin: Pin, kept: Kept) -> dict[str, Json]:
    return {
        "index": kept.index,
        "entry_sha256": sha256(kept.entry.data).hexdigest(),
        "ledger": pin.ledger,
        "size": kept.checkpoint.size,
    }


def _fetch(settings: Settings, index: int) -> Kept:
    with contact(settings) as link:
        kept = receipts.read(link.pin, link.door.get(f"/receipts/{index}"))
        if kept.index != index:
            raise NotThere("receipt.none", index=index)
        link.require_consistent(kept.note)
        receipts.keep(link.profile, kept)
        return kept
