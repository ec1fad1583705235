"""Writes api/court/templates/glyphs.txt: the characters that the fonts inside Typst can set, found by trying.

`python -m tests.support.glyph_table`, after another version of Typst; a test compares the table with the fonts.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

import typst

from api.court.printable import TEMPLATES

SOURCE: Final = b"""
#set document(date: datetime(year: 2026, month: 11, day: 22), title: "glyphs")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))
#for each in json("data.json") [#each #parbreak()]
"""
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
PIECE: Final = 3_000
_named = re.compile(r'(?:the text|codepoint) `"((?:\\.|[^"\\])*)"`').findall


def refused(characters: Sequence[str]) -> set[str]:
    """Return those characters that Typst says it cannot set; none when it sets them all."""
    source: Any = {"main.typ": SOURCE, "data.json": json.dumps(characters).encode()}
    try:
        typst.compile(source, pdf_standards=["a-3a"], ignore_system_fonts=True)
    except typst.TypstError as fault:
        return {each for named in _named(f"{fault.message}\n{fault.diagnostic}") for each in _plain(named)}
    return set()


def _plain(named: str) -> str:
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), named)


def settable(characters: Sequence[str]) -> list[str]:
    """Return the characters that Typst sets."""
    left = list(characters)
    while bad := refused(left) & set(left):
        left = [each for each in left if each not in bad]
    return left


def ranges(points: Iterable[int]) -> str:
    """Return code points as lines of ranges."""
    found: list[list[int]] = []
    for each in points:
        if found and found[-1][1] == each - 1:
            found[-1][1] = each
        else:
            found.append([each, each])
    return "".join(f"{first:04X}-{last:04X}\n" for first, last in found)


def main() -> None:
    """Write the table."""
    tried = [chr(each) for each in range(0x20, 0x30000) if unicodedata.category(chr(each)) not in HIDDEN]
    pieces = [tried[at : at + PIECE] for at in range(0, len(tried), PIECE)]
    good = [ord(each) for piece in pieces for each in settable(piece)]
    (TEMPLATES / "glyphs.txt").write_text(ranges(good), "ascii")


if __name__ == "__main__":
    main()
