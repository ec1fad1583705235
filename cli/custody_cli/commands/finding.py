"""`custody search` and `custody download`: finds evidence, and gets an original with its access on record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from custody_cli import answers, naming, output, saving
from custody_cli.commands.shared import argument, option, settings_of
from custody_cli.faults import NotThere
from custody_cli.fetching import Fetching, Original
from custody_cli.naming import Exhibit
from custody_cli.opening import contact
from custody_cli.presenting import found_line
from custody_verifier.canonical import Json


def search(context: typer.Context, words: Annotated[list[str], argument("arg.words", "WORD...")]) -> None:
    """Print what is found by words, among what the officer may see."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = list(link.door.pages("/search", q=" ".join(words)))
        for item in found:
            data = answers.record(item, "item")
            output.result(settings, "found", data, found_line(data))
        if not found:
            output.note(settings, "search.none")


def download(
    context: typer.Context,
    name: Annotated[str, argument("arg.exhibit", "EXHIBIT")],
    purpose: Annotated[str, option("--purpose", "opt.purpose")],
    file: Annotated[str | None, option("--file", "opt.file")] = None,
    folder: Annotated[Path, option("--output", "opt.folder", "-o")] = Path(),
) -> None:
    """Get the originals of an exhibit, each compared with the digest that its intake signed; account for each."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        files = _files(found)
        names = saving.names_of({each: answers.optional_text(of, "name") for each, of in files.items()})
        wanted = {each: of for each, of in files.items() if file in {None, each, of["name"]}}
        if not wanted:
            raise NotThere("download.none", reference=found.reference)
        originals = [_original(found, each, of, folder / names[each]) for each, of in wanted.items()]
        status = Fetching(link, purpose).all(originals)
    if status:
        raise typer.Exit(status)


def _original(found: Exhibit, file: str, described: dict[str, Json], target: Path) -> Original:
    return Original(
        file=file,
        name=answers.optional_text(described, "name"),
        sha256=answers.text(described, "sha256"),
        size=answers.whole(described, "size"),
        path=f"/exhibits/{found.uuid}/files/{file}/content",
        target=target,
    )


def _files(found: Exhibit) -> dict[str, dict[str, Json]]:
    """Return digests and name of the files, as the intake disclosed them, proved by its commitments."""
    listed = found.intake.entry.act.public.get("files")
    files = {}
    for file in map(str, listed if isinstance(listed, list) else ()):
        digests = answers.record(found.intake.opened.get(f"files/{file}/digests"), "digests")
        about = found.intake.opened.get(f"files/{file}/found")
        name = answers.optional_text(about, "name") if isinstance(about, dict) else None
        files[file] = {**digests, "name": name}
    return files
