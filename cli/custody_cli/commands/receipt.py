"""`custody receipt`: prints the receipt of an entry, for people and for other programs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import output, printing, profile, receipts, recording
from custody_cli.commands.shared import argument, option, settings_of
from custody_cli.faults import NotThere
from custody_cli.opening import contact
from custody_cli.receipts import Kept
from custody_cli.settings import Settings
from custody_verifier.canonical import Json


def receipt(
    context: typer.Context,
    index: Annotated[int, argument("arg.index", "INDEX", min=0)],
    folder: Annotated[Path | None, option("--output", "opt.folder", "-o")] = None,
) -> None:
    """Print the receipt of an entry, checked again; with -o write page, entry and proof into a folder."""
    settings = settings_of(context)
    mine = profile.current(settings.home)
    pin = mine.pin()
    try:
        kept = receipts.load(mine, pin, index)
    except NotThere:
        kept = _fetch(settings, index)
    files = printing.write(folder, pin, kept) if folder else []
    data: dict[str, Json] = {
        "index": kept.index,
        "entry_sha256": sha256(kept.entry.data).hexdigest(),
        "files": [str(each) for each in files],
        "ledger": pin.ledger,
        "size": kept.checkpoint.size,
    }
    text = "\n".join(map(str, files)) if files else printing.page(pin, kept).rstrip("\n")
    output.result(settings, "receipt", data, text)


def _fetch(settings: Settings, index: int) -> Kept:
    with contact(settings) as link:
        kept = receipts.read(link.pin, link.door.get(f"/receipts/{index}"))
        if kept.index != index:
            raise NotThere("receipt.none", index=index)
        recording.require_consistent(link, kept)
        receipts.keep(link.profile, kept)
        return kept
