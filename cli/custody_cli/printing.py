"""Receipts for people: a page in Ukrainian and English with a QR code, beside the files that prove it."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from custody_cli import pins, private_files
from custody_cli.keys import read_aloud
from custody_cli.messages import Language, say_in
from custody_cli.pins import Pin
from custody_cli.receipts import Kept

_LANGUAGES: Final[tuple[Language, ...]] = ("uk", "en")
_SHEET: Final = """<!doctype html>
<html lang="uk">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm }}
body {{ color: #000; background: #fff; max-width: 180mm; margin: 0 auto }}
pre {{ font: 10pt/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere }}
img {{ width: 50mm; height: 50mm }}
</style>
{blocks}
<figure><img src="{image}" alt="QR"><figcaption><pre>{code}</pre></figcaption></figure>
</html>
"""


def page(pin: Pin, kept: Kept) -> str:
    """Return the receipt as text for a terminal: both languages, then the QR code."""
    blocks = ["\n".join(_lines(language, pin, kept)) for language in _LANGUAGES]
    return "\n\n".join([*blocks, _qr(pin, kept)]) + "\n"


def sheet(pin: Pin, kept: Kept) -> str:
    """Return the receipt as a page of HTML to be printed from a browser: it loads nothing from anywhere."""
    blocks = (
        f'<section lang="{language}"><pre>{escape(chr(10).join(_lines(language, pin, kept)))}</pre></section>'
        for language in _LANGUAGES
    )
    image = f"data:image/svg+xml;base64,{b64encode(_svg(pin, kept)).decode()}"
    return _SHEET.format(
        title=escape(say_in("uk", "receipt.title", index=kept.index)),
        blocks="\n".join(blocks),
        image=image,
        code=escape(code(pin, kept)),
    )


def write(folder: Path, pin: Pin, kept: Kept) -> list[Path]:
    """Write page, entry and proof of a receipt into a folder, named by the entry's index; return the files."""
    contents = {
        "html": sheet(pin, kept).encode(),
        "txt": page(pin, kept).encode(),
        "entry": kept.data,
        "tlog-proof": kept.proof,
        "vkey": f"{pins.ed25519_vkey(pin.log)}\n".encode(),  # what other programs take: they know this type
        "policy": pins.policy_text(pin.log).encode(),
    }
    files = [folder / f"{kept.index}.{ending}" for ending in contents]
    for file, content in zip(files, contents.values(), strict=True):
        private_files.write(file, content)
    return files


def code(pin: Pin, kept: Kept) -> str:
    """Return what the QR code holds: ledger, index and the SHA-256 of the entry's bytes."""
    return f"CUSTODY-RECEIPT/1 {pin.ledger} {kept.index} {sha256(kept.data).hexdigest()}"


def _lines(language: Language, pin: Pin, kept: Kept) -> Iterator[str]:
    act = kept.entry.act
    yield say_in(language, "receipt.title", index=kept.index)
    rows = {
        "receipt.act": act.type,
        "receipt.stream": act.stream,
        "receipt.person": act.person,
        "receipt.occurred": act.occurred_at.isoformat(),
        "receipt.recorded": kept.entry.recorded_at.isoformat(),
        "receipt.entry": read_aloud(sha256(kept.data).hexdigest()),
        "receipt.ledger": f"{pin.origin}  {pin.ledger}",
        "receipt.checkpoint": f"{kept.checkpoint.size}  {kept.checkpoint.root.hex()}",
    }
    for key, value in rows.items():
        yield f"  {say_in(language, key)}: {value}"
    yield f"  {say_in(language, 'receipt.how', index=kept.index)}"


def _qr(pin: Pin, kept: Kept) -> str:
    import segno  # noqa: PLC0415 - only here

    drawn = io.StringIO()
    segno.make(code(pin, kept), error="m").terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def _svg(pin: Pin, kept: Kept) -> bytes:
    import segno  # noqa: PLC0415

    drawn = io.BytesIO()
    segno.make(code(pin, kept), error="m").save(drawn, kind="svg", scale=4)
    return drawn.getvalue()
