"""`custody receipt`: prints the receipt of an entry, for people and for other programs, and upgrades it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from custody_cli import output, printing, profile, receipts, standing, upgrading
from custody_cli.commands.shared import argument, option, settings_of
from custody_cli.faults import Misuse, NotThere
from custody_cli.messages import say
from custody_cli.opening import contact
from custody_cli.pins import Pin
from custody_cli.receipts import Kept
from custody_cli.settings import Settings
from custody_cli.upgrading import Trust
from custody_verifier.canonical import Json


class Grade(StrEnum):
    """How far a better receipt reaches beyond those who run the ledger."""

    WITNESSED = upgrading.WITNESSED
    TIME_STAMPED = upgrading.TIME_STAMPED


def receipt(
    context: typer.Context,
    index: Annotated[int | None, argument("arg.index", "INDEX", min=0)] = None,
    folder: Annotated[Path | None, option("--output", "opt.folder", "-o")] = None,
    check: Annotated[list[Path] | None, option("--check", "opt.check")] = None,
    upgrade: Annotated[bool, option("--upgrade", "opt.upgrade")] = False,
    grade: Annotated[Grade | None, option("--grade", "opt.grade")] = None,
    trust: Annotated[Path | None, option("--trust", "opt.trust")] = None,
    tsa_root: Annotated[Path | None, option("--tsa-root", "opt.tsa-root")] = None,
) -> None:
    """Print the receipt of an entry, checked again; with -o write page, entry and proof into a folder."""
    settings = settings_of(context)
    if (index is None) != bool(check) or (upgrade and index is None):
        raise Misuse("receipt.what")
    if not upgrade and (grade or trust or tsa_root):
        raise Misuse("receipt.upgrade-only")
    if index is not None and upgrade:
        grades = upgrading.GRADES if grade is None else (grade.value,)
        _upgrade(settings, index, folder, grades, upgrading.read_trust(trust, tsa_root))
    elif index is not None:
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


def _upgrade(
    settings: Settings, index: int, folder: Path | None, grades: Sequence[str], trust: Trust
) -> None:
    """Fetch, check, keep and print what is better, of each grade; ends without success when there is none."""
    mine = profile.current(settings.home)
    try:
        old = receipts.load(mine, mine.pin(), index)
    except NotThere:
        old = _fetch(settings, index)
    missed: list[NotThere] = []
    with contact(settings) as link:
        for grade in grades:
            try:
                better = upgrading.upgraded(link, old, grade, trust)
            except NotThere as fault:
                missed.append(fault)
                continue
            upgrading.write(mine.folder / "receipts", better)
            files = upgrading.write(folder, better) if folder else []
            output.result(
                settings, "receipt-upgraded", standing.data(better, files), standing.text(better, files)
            )
    if len(missed) == len(grades):
        raise missed[0]
    for each in missed:
        output.note(settings, "upgrade.missed", reason=each.text())


def _check(settings: Settings, file: Path) -> None:
    pin = profile.current(settings.home).pin()
    kept = receipts.read_files(pin, file)
    text = say("receipt.holds", index=kept.index, ledger=pin.ledger, size=kept.checkpoint.size)
    output.result(settings, "receipt", _data(pin, kept), text)


def _data(pin: Pin, kept: Kept) -> dict[str, Json]:
    return {
        "index": kept.index,
        "entry_sha256": sha256(kept.data).hexdigest(),
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
