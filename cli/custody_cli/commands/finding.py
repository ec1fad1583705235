"""`custody search` and `custody download`: finds evidence, and gets an original with its access on record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from custody_cli import answers, naming, output, private_files, progress, saving
from custody_cli.commands.shared import argument, option, settings_of
from custody_cli.contact import Contact
from custody_cli.faults import IntegrityFault, NotThere
from custody_cli.intake.digests import sha256_of
from custody_cli.messages import say
from custody_cli.naming import Exhibit
from custody_cli.opening import contact
from custody_cli.presenting import found_line
from custody_cli.settings import Settings
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
    """Get the originals of an exhibit, each compared with the digest that was signed at its intake."""
    settings = settings_of(context)
    with contact(settings) as link:
        found = naming.exhibit(link, name)
        files = _files(found)
        names = saving.names_of({each: answers.optional_text(of, "name") for each, of in files.items()})
        wanted = {each: of for each, of in files.items() if file in {None, each, of["name"]}}
        if not wanted:
            raise NotThere("download.none", reference=found.reference)
        for each, described in wanted.items():
            target = folder / names[each]
            _get(link, found, each, described, purpose, target)
            _tell(settings, each, described, target)


def _tell(settings: Settings, file: str, described: dict[str, Json], target: Path) -> None:
    """Print where a file is; with its uuid and its recorded name, where that is not what it is called here."""
    sha256, name = answers.text(described, "sha256"), described["name"]
    data: dict[str, Json] = {"file": file, "path": str(target), "sha256": sha256, "name": name}
    line = f"{sha256}  {target}"
    if name != target.name:
        line += "  " + say("download.renamed", file=file, name=output.clean(str(name or file)))
    output.result(settings, "downloaded", data, line)


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


def _get(
    link: Contact, found: Exhibit, file: str, described: dict[str, Json], purpose: str, target: Path
) -> None:
    saving.require_free(target)
    path = f"/exhibits/{found.uuid}/files/{file}/content"
    private_files.make_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    size = answers.whole(described, "size")
    try:
        with (
            os.fdopen(_private(part), "wb") as opened,
            progress.bar(link.settings, target.name, size) as advance,
        ):

            def kept(piece: bytes) -> bytes:
                opened.write(piece)
                advance(len(piece))
                return piece

            pieces = link.door.stream(path, {"Custody-Purpose": quote(purpose, safe=" ,.;:()/")})
            measured = sha256_of(map(kept, pieces))
        if measured != answers.text(described, "sha256"):
            raise IntegrityFault("download.differs", file=file)
        saving.put_in_place(part, target)
    finally:
        part.unlink(missing_ok=True)


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
