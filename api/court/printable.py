"""Text made safe to print: what no font shows, or what would turn a line around, stands there by its number.

A paper must show what was recorded, so nothing is left out silently: a character that cannot be set is written
as its code point, and a text that is too long for a paper says how much more there is.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

TEMPLATES: Final = Path(__file__).parent / "templates"
LINE: Final = 60  # characters that a line break counts as, towards the limit
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_STRICT: Final = (
    range(0x20, 0x7F),
    range(0xA0, 0xAD),
    range(0xAE, 0x180),
    range(0x400, 0x482),
    range(0x48A, 0x500),
)


@cache
def glyphs() -> frozenset[int]:
    """Return the code points that the embedded fonts can show (written by tests/support/glyph_table.py)."""
    found: set[int] = set()
    for line in (TEMPLATES / "glyphs.txt").read_text("ascii").split():
        first, _, last = line.partition("-")
        found.update(range(int(first, 16), int(last, 16) + 1))
    return frozenset(found)


def printable(text: str, limit: int = 4_000, *, strict: bool = False) -> str:
    """Return `text` with every character that cannot be set written as its code point, at most `limit` long.

    `strict` keeps Latin and Cyrillic letters and plain punctuation alone: marks that combine across fonts are
    written as code points as well.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept: list[str] = []
    length = 0
    for place, each in enumerate(text):
        length += LINE if each == "\n" else 1
        if length > limit:
            return _named("".join(kept), strict=strict) + f" ⟨… +{len(text) - place}⟩"
        kept.append(each)
    return _named("".join(kept), strict=strict)


def _named(text: str, *, strict: bool) -> str:
    if not strict and text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    run: list[str] = []
    for each in text:
        if each == "\n" or _shows(each, strict=strict):
            out += _close(run)
            out.append(each)
        else:
            run.append(f"U+{ord(each):04X}")
    return "".join(out + _close(run))


def _close(run: list[str]) -> list[str]:
    closed = [f"⟨{' '.join(run)}⟩"] if run else []
    run.clear()
    return closed


def _shows(character: str, *, strict: bool) -> bool:
    if strict:
        return any(ord(character) in each for each in _STRICT) or character in "–—‘’“”„«»…№⟨⟩"
    return ord(character) in glyphs() and unicodedata.category(character) not in _HIDDEN
