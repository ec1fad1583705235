"""`custody bundle papers`: the statement and the graph of a bundle, and drafts for a lawyer's review."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Final

import typer

from custody_cli import bundling, output, private_files
from custody_cli.commands.bundles import Bundle
from custody_cli.commands.shared import option, settings_of
from custody_cli.faults import Conflicting, NotThere
from custody_cli.opening import contact
from custody_verifier.canonical import Json

IN_ZIP: Final = ("statement.pdf", "case.jsonld")
DRAFTS: Final = ("us-902-draft.en.pdf", "us-902-draft.uk.pdf", "ua-custody-act-draft.pdf")


def papers(
    context: typer.Context,
    name: Bundle,
    folder: Annotated[Path, option("--output", "opt.folder", "-o")],
) -> None:
    """Write the papers of a made bundle into a folder; a bundle without statement and graph has drafts alone."""
    settings = settings_of(context)
    for each in (*IN_ZIP, *DRAFTS):
        if (folder / each).exists():
            raise Conflicting("file.exists", file=folder / each)
    with contact(settings) as link:
        path = f"/bundles/{bundling.stream_of(name).partition('/')[2]}/papers"
        for each in (*DRAFTS, *IN_ZIP):
            try:
                data = link.door.send("GET", f"{path}/{each}").content
            except NotThere:
                if each in DRAFTS:
                    raise
                output.note(settings, "papers.none", name=each)
                continue
            private_files.write(folder / each, data)
            digest = hashlib.sha256(data).hexdigest()
            told: dict[str, Json] = {"path": str(folder / each), "sha256": digest, "size": len(data)}
            output.result(settings, "paper", told, f"{digest}  {folder / each}")
